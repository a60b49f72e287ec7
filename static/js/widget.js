// Visual search for pages of other sites: what looks like a product, and a search by photo (docs/widget.md). The page's
// own policy may forbid styles and scripts in it, so all is built node by node, and styled by a constructed sheet. WORDS
// are written before this, by language, the shop's own first.

const SHOP = new URL(".", import.meta.url);
const KEY = [...document.scripts].find(({ src }) => src === import.meta.url)?.dataset.key ?? "";
const MOST_RESULTS = 12;
const IS_COUNTED = navigator.doNotTrack !== "1" && !navigator.globalPrivacyControl;

const STYLE = new CSSStyleSheet();
STYLE.replaceSync(`
  :host {
    display: block;
    color: var(--visual-search-text, inherit);
    --quiet: var(--visual-search-quiet, color-mix(in srgb, currentcolor 78%, transparent));
    --line: var(--visual-search-line, color-mix(in srgb, currentcolor 45%, transparent));
    --accent: var(--visual-search-accent, currentcolor);
    --radius: var(--visual-search-radius, 10px);
    --gap: var(--visual-search-gap, 1rem);
    --card: var(--visual-search-card, clamp(8.5rem, 22vw, 12.5rem));
  }
  :host([hidden]), [hidden] { display: none !important; }
  * { box-sizing: border-box; }
  h2 { margin: 0 0 0.75rem; font-size: 1.25em; line-height: 1.2; }
  p { margin: 0.5rem 0; }
  ul { display: flex; gap: var(--gap); margin: 0; padding: 4px 4px 1rem; list-style: none; overflow-x: auto;
    scroll-snap-type: x proximity; }
  ul.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(var(--card), 44%), 1fr)); overflow: visible; }
  li { position: relative; flex: 0 0 var(--card); min-width: 0; scroll-snap-align: start; }
  a { display: block; color: inherit; font-size: 0.9em; text-decoration: none; }
  a:hover .name { text-decoration: underline; }
  :focus-visible, .drop:focus-within { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
  .picture { display: block; aspect-ratio: 3 / 4; margin-bottom: 0.5rem; overflow: hidden; border-radius: var(--radius);
    background: var(--visual-search-tile, light-dark(#fff, #ecebe8));
    border: 1px solid var(--visual-search-line, color-mix(in srgb, currentcolor 12%, transparent)); }
  img { display: block; width: 100%; height: 100%; object-fit: contain; mix-blend-mode: multiply; }
  .picture span { display: grid; place-items: center; height: 100%; color: #5f6268; }
  .name { display: block; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .price { display: block; }
  s, .fine { color: var(--quiet); }
  .sale { color: var(--visual-search-sale, light-dark(#a3201b, #ffb4ae)); }
  .sold-out { display: inline-block; padding: 0 0.5rem; border: 1px solid var(--line); border-radius: 999px; color: var(--quiet); }
  .read { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  .drop { position: relative; display: grid; place-content: center; gap: 0.25rem; min-height: 7rem; padding: 1rem;
    border: 2px dashed var(--line); border-radius: var(--radius); text-align: center; }
  .drop.over { border-color: var(--accent); }
  .drop input { position: absolute; inset: 0; width: 100%; height: 100%; opacity: 0; cursor: pointer; }
  .fine { font-size: 0.85em; }
  .problem { font-weight: 600; }
  progress { width: 100%; accent-color: var(--accent); }
  iframe { width: 100%; height: 27rem; border: 0; }
`);

class Problem extends Error {}

function make(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function send(path, options) {
  const headers = { ...(KEY && { Authorization: `Bearer ${KEY}` }), ...options?.headers };
  return fetch(new URL(`api/v1/${path}`, SHOP), { credentials: "omit", ...options, headers });
}

// Raises Problem with what a person can do about it, and other errors where the shop was not heard.
async function ask(path, options) {
  const response = await send(path, options);
  const answer = await response.json();
  if (!response.ok) throw new Problem(answer.detail);
  return answer;
}

// As the shop writes an id in a path: AB~2F12 for AB/12.
function inPath(sku) {
  const escaped = (unsafe) => [...unsafe].map((sign) => `~${sign.charCodeAt().toString(16).padStart(2, "0").toUpperCase()}`);
  return encodeURIComponent(sku.replace(/[/\\~%]|^\.{1,2}$/g, (unsafe) => escaped(unsafe).join("")));
}

// Asked for when they come near the screen.
const near = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      target.show();
    }
  },
  { rootMargin: "600px" },
);

class Element extends HTMLElement {
  constructor() {
    super();
    this.attachShadow({ mode: "open" }).adoptedStyleSheets = [STYLE];
  }

  get language() {
    const told = this.closest("[lang]")?.lang.toLowerCase() ?? "";
    return told.split("-")[0] in WORDS ? told : Object.keys(WORDS)[0];
  }

  get words() {
    return WORDS[this.language.split("-")[0]];
  }

  cards(results) {
    this.isClicked = false;
    return results.map((one, index) => this.card(one, index + 1));
  }

  card({ product, picture, similarity }, position) {
    const { link, url, name, category, sku, thumbnails } = product;
    const address = thumbnails[picture - 1];
    const shown = address
      ? make("img", { src: address, alt: "", loading: "lazy", decoding: "async", width: 480, height: 640 })
      : make("span", { textContent: this.words.no_picture });
    const parts = [
      make("span", { className: "picture" }, shown),
      make("span", { className: "name", dir: "auto", textContent: name || category.at(-1) || sku }),
      ...this.offer(product),
    ];
    const onclick = () => this.count({ position, similarity });
    // The middle button opens another tab.
    const onauxclick = ({ button }) => button === 1 && onclick();
    return make("li", {}, make("a", { href: link || url, onclick, onauxclick }, ...parts));
  }

  // Nothing of which product it is, or of who clicks; it is told even though the page is left.
  count(click) {
    if (!IS_COUNTED) return;
    const body = JSON.stringify({ place: this.place, ...click, is_first: !this.isClicked });
    const headers = { "Content-Type": "application/json" };
    this.isClicked = true;
    send("clicks/", { method: "POST", body, headers, keepalive: true }).catch(console.warn);
  }

  *offer({ price, price_now: now, currency, has_lowest_price: isLowest, availability }) {
    const money = (amount) => new Intl.NumberFormat(this.language, { style: "currency", currency }).format(amount);
    const { from, before, sale, sold_out } = this.words;
    const read = (text) => make("span", { className: "read", textContent: text });
    if (price !== null) {
      const isSale = now !== price;
      const told = make("span", { className: "price" }, isLowest ? `${from} ` : "");
      if (isSale) told.append(make("s", {}, read(before), ` ${money(price)}`), " ");
      told.append(make("strong", { className: isSale ? "sale" : "" }, isSale ? read(sale) : "", ` ${money(now)}`));
      yield told;
    }
    if (availability === "out_of_stock") yield make("span", { className: "sold-out", textContent: sold_out });
  }
}

class Similar extends Element {
  static observedAttributes = ["sku"];
  place = "similar";

  connectedCallback() {
    near.observe(this);
  }

  disconnectedCallback() {
    near.unobserve(this);
  }

  attributeChangedCallback() {
    this.begin();
  }

  get sku() {
    return this.getAttribute("sku") ?? "";
  }

  begin() {
    near.unobserve(this);
    near.observe(this);
  }

  async show() {
    const { sku } = this;
    if (isForbidden) return this.frame();
    try {
      const { results } = await ask(`products/${inPath(sku)}/similar/`);
      if (sku === this.sku) this.fill(results);
    } catch (error) {
      if (sku === this.sku && !isForbidden) this.fill([]);
      console.warn(`visual-search-similar ${sku}: ${error.message}`);
    }
  }

  fill(results) {
    const heading = make("slot", { name: "heading" }, make("h2", { textContent: this.words.similar }));
    const list = make("ul", { role: "list", ariaLabel: this.words.similar }, ...this.cards(results));
    this.shadowRoot.replaceChildren(...(results.length ? [heading, list] : []));
  }

  frame() {
    const src = new URL(`embed/similar/${inPath(this.sku)}/?key=${encodeURIComponent(KEY)}`, SHOP);
    this.shadowRoot.replaceChildren(make("iframe", { src, title: this.words.similar, loading: "lazy" }));
  }
}

// A page's policy may forbid to ask the shop, and allow to frame it.
let isForbidden = false;
document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) => {
  if (isForbidden || effectiveDirective !== "connect-src" || !blockedURI.startsWith(SHOP.origin)) return;
  isForbidden = true;
  for (const one of document.querySelectorAll("visual-search-similar")) one.begin();
});

class Photo extends Element {
  place = "photo";
  #turn = 0;

  connectedCallback() {
    if (!this.list) this.build();
    document.addEventListener("paste", this);
  }

  disconnectedCallback() {
    document.removeEventListener("paste", this);
  }

  build() {
    const { choose, ways, kept, looking } = this.words;
    // What is dropped on the field is chosen.
    this.field = make("input", { type: "file", accept: "image/*", ariaLabel: choose });
    const face = [make("strong", { textContent: choose }), make("span", { className: "fine", textContent: ways })];
    for (const part of face) part.ariaHidden = "true";
    const drop = make("label", { className: "drop" }, this.field, ...face);
    this.progress = make("progress", { ariaLabel: looking, hidden: true });
    this.status = make("p", { role: "status" });
    this.problem = make("p", { role: "alert", className: "problem" });
    this.list = make("ul", { role: "list", className: "grid", ariaLabel: this.words.results, hidden: true });
    const privacy = make("p", { className: "fine", textContent: kept });
    this.shadowRoot.append(drop, privacy, this.progress, this.status, this.problem, this.list);
    this.field.addEventListener("change", () => this.field.files.length && this.search(this.field.files[0]));
    for (const name of ["dragenter", "dragleave", "drop"])
      this.field.addEventListener(name, () => drop.classList.toggle("over", name === "dragenter"));
  }

  // Pictures that are pasted, wherever nothing is typed; by one element alone.
  handleEvent(event) {
    const picture = [...event.clipboardData.files].find(({ type }) => type.startsWith("image/"));
    const isTyped = event.target.isContentEditable || event.target.closest?.("input, textarea");
    if (!picture || isTyped || event.defaultPrevented) return;
    event.preventDefault();
    this.search(picture);
  }

  async search(photo) {
    const turn = ++this.#turn;
    const body = new FormData();
    body.append("photo", photo);
    body.append("limit", MOST_RESULTS);
    this.tell(this.words.looking);
    this.progress.hidden = false;
    const answer = await ask("search/photo/", { method: "POST", body }).catch((error) => error);
    if (turn !== this.#turn) return;
    this.progress.hidden = true;
    this.field.value = "";
    if (answer instanceof Error) this.tell("", answer instanceof Problem ? answer.message : this.words.away);
    else this.tell(this.summary(answer), "", answer.results);
  }

  summary({ verdict, results }) {
    if (!results.length) return this.words.nothing;
    return this.words[verdict === "close" ? "found" : "far"].replace("{number}", results.length);
  }

  tell(status, problem = "", results = []) {
    this.status.textContent = status;
    this.problem.textContent = problem;
    this.list.hidden = !results.length;
    this.list.replaceChildren(...this.cards(results));
  }
}

customElements.define("visual-search-similar", Similar);
customElements.define("visual-search-photo", Photo);
