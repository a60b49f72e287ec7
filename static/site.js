// Makes the pages quicker to use; every one of them works without it.

document.documentElement.classList.add("has-script");

function sendChosenPhoto(form) {
  const chosen = [...form.querySelectorAll("input[type=file]")].flatMap((input) => [...input.files]);
  if (!chosen.length) return;
  form.querySelector(".drop-text").textContent = chosen.length > 1 ? `${chosen.length} photos` : chosen[0].name;
  form.setAttribute("aria-busy", "true");
  form.requestSubmit();
}

function acceptDrops(form) {
  const drop = form.querySelector(".drop");
  const input = form.querySelector("input[type=file]");
  for (const name of ["dragenter", "dragover"]) {
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.add("is-over");
    });
  }
  drop.addEventListener("dragleave", () => drop.classList.remove("is-over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("is-over");
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    sendChosenPhoto(form);
  });
}

for (const form of document.querySelectorAll("[data-photo-form]")) {
  form.addEventListener("change", ({ target }) => target.type === "file" && sendChosenPhoto(form));
  acceptDrops(form);
}

addEventListener("paste", ({ clipboardData }) => {
  const form = document.querySelector("[data-photo-form]");
  const pictures = [...clipboardData.files].filter((file) => file.type.startsWith("image/"));
  if (!form || !pictures.length) return;
  const files = new DataTransfer();
  for (const picture of pictures) files.items.add(picture);
  form.querySelector("input[type=file]").files = files.files;
  sendChosenPhoto(form);
});

// Back from the results, the page is as it was before the photo was chosen.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("[data-photo-form]")) form.removeAttribute("aria-busy");
});

// A placeholder has had its time when its picture is there.
function uncover(image) {
  if (image.complete && image.naturalWidth) image.style.backgroundColor = "";
}
addEventListener("load", ({ target }) => target instanceof HTMLImageElement && uncover(target), true);
for (const image of document.images) uncover(image);

// Pointing at a colour shows its picture in the card.
function tryColourOn({ target }) {
  const swatch = target.closest?.("[data-picture]");
  if (!swatch) return;
  const image = swatch.closest(".card").querySelector(".picture img");
  image.removeAttribute("srcset");
  image.src = swatch.dataset.picture;
}
addEventListener("pointerover", tryColourOn);
addEventListener("focusin", tryColourOn);

// A mark is noted without leaving the page.
addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.id !== "marks") return;
  event.preventDefault();
  const card = event.submitter.closest(".marks");
  try {
    const response = await fetch(form.action, { method: "POST", body: new FormData(form, event.submitter) });
    card.textContent = response.ok ? "Noted" : "Not noted";
  } catch {
    card.textContent = "Not noted";
  }
});

const wide = matchMedia("(min-width: 60rem)");
for (const sheet of document.querySelectorAll("[data-open-when-wide]")) {
  const follow = () => (sheet.open = wide.matches);
  follow();
  wide.addEventListener("change", follow);
}

// Groups that go on are made longer, new ones follow.
function appendPage(list, next) {
  const groups = list.querySelector(".groups");
  if (!groups) {
    list.querySelector(".grid").append(...next.querySelector(".grid").children);
    return;
  }
  for (const title of next.querySelectorAll(".group-title")) {
    const known = groups.querySelector(`[data-group=${title.dataset.group}]`);
    const cards = title.nextElementSibling;
    if (known) known.nextElementSibling.append(...cards.children);
    else groups.querySelector(".more-like").before(title, cards);
  }
}

// The next page joins this one when the shopper comes near its end.
function loadOnScroll(list) {
  const grid = list.querySelector(".groups") ?? list.querySelector(".grid");
  const pages = list.querySelector(".pages");
  if (!grid || !pages) return;
  const place = location.href;
  restoreAfterWayBack(place, grid, pages);
  const observer = new IntersectionObserver(async ([entry]) => {
    const next = pages.querySelector("[rel=next]");
    if (!entry.isIntersecting || !next || pages.ariaBusy === "true") return;
    pages.ariaBusy = "true";
    try {
      const response = await fetch(next.href);
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      appendPage(list, page.querySelector("[data-load-on-scroll]"));
      pages.replaceChildren(...page.querySelector(".pages").children);
    } catch {
      // The links to the pages still work.
      observer.disconnect();
    }
    pages.ariaBusy = "false";
    // Asked again, as the end may still be in sight.
    observer.unobserve(pages);
    observer.observe(pages);
  }, { rootMargin: "1200px" });
  observer.observe(pages);
  addEventListener("pagehide", () => {
    const seen = { place, grid: grid.innerHTML, pages: pages.innerHTML, top: scrollY };
    try {
      sessionStorage.setItem("seen", JSON.stringify(seen));
    } catch {
      // A browser that keeps nothing starts at the top.
    }
  });
}

function restoreAfterWayBack(place, grid, pages) {
  const [navigation] = performance.getEntriesByType("navigation");
  if (navigation.type !== "back_forward") return;
  const seen = JSON.parse(sessionStorage.getItem("seen") ?? "null");
  if (seen?.place !== place) return;
  grid.innerHTML = seen.grid;
  pages.innerHTML = seen.pages;
  scrollTo(0, seen.top);
}

for (const list of document.querySelectorAll("[data-load-on-scroll]")) loadOnScroll(list);

// Photo search: the crop is drawn and moved on the photo, and the results follow.

const results = () => document.querySelector("[data-results]");
let asking = new AbortController();

async function showResults(address) {
  asking.abort();
  asking = new AbortController();
  results().setAttribute("aria-busy", "true");
  try {
    const response = await fetch(address, { signal: asking.signal });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const found = page.querySelector("[data-results]");
    if (!found) throw new Error("The photo has been forgotten.");
    results().replaceWith(document.adoptNode(found));
    history.replaceState(null, "", page.querySelector("[data-photo-results]").dataset.photoResults);
    loadOnScroll(results());
  } catch (error) {
    if (error.name !== "AbortError") location.assign(address);
  }
}

// After an upload the address is the one that can be reloaded.
const found = document.querySelector("[data-photo-results]");
if (found) history.replaceState(null, "", found.dataset.photoResults);

addEventListener("change", ({ target }) => {
  const form = target.form;
  if (form && "submitOnChange" in form.dataset) showResults(`?${new URLSearchParams(new FormData(form))}`);
});

addEventListener("click", async (event) => {
  const link = event.target.closest?.("[data-share]");
  if (!link) return;
  event.preventDefault();
  try {
    if (navigator.share) await navigator.share({ url: link.href });
    else {
      await navigator.clipboard.writeText(link.href);
      link.textContent = "Address copied";
    }
  } catch (error) {
    if (error.name !== "AbortError") location.assign(link.href);
  }
});

const SMALLEST = 8;
const STEPS = { ArrowLeft: [-2, 0], ArrowRight: [2, 0], ArrowUp: [0, -2], ArrowDown: [0, 2] };
const CORNERS = ["is-left is-top", "is-right is-top", "is-left is-bottom", "is-right is-bottom"];
const limit = (value, least, most) => Math.min(Math.max(value, least), most);

function boxOf(text) {
  const [left, top, width, height] = text.split(",").map(Number);
  return { left, top, width, height };
}

const between = (one, two) => ({
  left: Math.min(one.x, two.x),
  top: Math.min(one.y, two.y),
  width: Math.abs(one.x - two.x),
  height: Math.abs(one.y - two.y),
});

function makeCrop() {
  const crop = document.createElement("div");
  crop.className = "crop";
  crop.tabIndex = 0;
  crop.setAttribute("role", "group");
  crop.setAttribute("aria-label", "Part of the photo: arrows move it, Shift and arrows change its size");
  for (const place of CORNERS) {
    const corner = document.createElement("span");
    corner.className = `corner ${place}`;
    crop.append(corner);
  }
  return crop;
}

function cropOn(stage) {
  const crop = makeCrop();
  stage.append(crop);
  let box;

  function place(next) {
    const width = limit(next.width, SMALLEST, 100);
    const height = limit(next.height, SMALLEST, 100);
    box = { left: limit(next.left, 0, 100 - width), top: limit(next.top, 0, 100 - height), width, height };
    for (const [name, value] of Object.entries(box)) crop.style[name] = `${value}%`;
  }

  function search() {
    const address = new URL(location.href);
    for (const name of ["look", "page"]) address.searchParams.delete(name);
    address.searchParams.set("box", Object.values(box).map((value) => value.toFixed(1)).join(","));
    showResults(address.href);
  }

  function pointAt(event) {
    const around = stage.getBoundingClientRect();
    return {
      x: limit((100 * (event.clientX - around.left)) / around.width, 0, 100),
      y: limit((100 * (event.clientY - around.top)) / around.height, 0, 100),
    };
  }

  // A corner is pulled, the crop is moved, and anywhere else a new one is drawn.
  stage.addEventListener("pointerdown", (event) => {
    const start = pointAt(event);
    const before = box;
    const dot = event.target.closest(".box");
    const corner = event.target.closest(".corner");
    const isWhole = before.width * before.height > 9800;
    const isInside =
      start.x >= before.left &&
      start.x <= before.left + before.width &&
      start.y >= before.top &&
      start.y <= before.top + before.height;
    const moves = !corner && !isWhole && isInside;
    const anchor = corner && {
      x: corner.classList.contains("is-left") ? before.left + before.width : before.left,
      y: corner.classList.contains("is-top") ? before.top + before.height : before.top,
    };
    let hasMoved = false;
    const follow = (move) => {
      const now = pointAt(move);
      if (!hasMoved && Math.hypot(now.x - start.x, now.y - start.y) < 2) return;
      hasMoved = true;
      if (moves) place({ ...before, left: before.left + now.x - start.x, top: before.top + now.y - start.y });
      else place(between(anchor || start, now));
    };
    const end = ({ type }) => {
      for (const [name, listener] of Object.entries(listeners)) removeEventListener(name, listener);
      if (type === "pointercancel") place(before);
      else if (hasMoved) search();
      else if (dot) choose(dot);
    };
    const listeners = { pointermove: follow, pointerup: end, pointercancel: end };
    for (const [name, listener] of Object.entries(listeners)) addEventListener(name, listener);
    event.preventDefault();
    crop.focus({ preventScroll: true });
  });

  function choose(link) {
    place(boxOf(link.dataset.box));
    search();
  }

  // On the photo a pointer has been heard above; this is the keyboard's.
  for (const link of stage.parentElement.querySelectorAll("[data-box]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      if (!event.detail || !stage.contains(link)) choose(link);
    });
  }

  let waiting;
  crop.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    if (event.shiftKey) place({ ...box, width: box.width + step[0], height: box.height + step[1] });
    else place({ ...box, left: box.left + step[0], top: box.top + step[1] });
    clearTimeout(waiting);
    waiting = setTimeout(search, 120);
  });

  place(stage.dataset.crop ? boxOf(stage.dataset.crop) : { left: 0, top: 0, width: 100, height: 100 });
}

for (const stage of document.querySelectorAll("[data-crop]")) cropOn(stage);
