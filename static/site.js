// Makes the pages quicker to use; every one of them works without it.

function sendChosenPhoto(form) {
  const input = form.querySelector("input[type=file]");
  if (!input.files.length) return;
  form.querySelector(".drop-text").textContent = input.files[0].name;
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
  form.addEventListener("change", () => sendChosenPhoto(form));
  acceptDrops(form);
}

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
  if (!("marks" in form.dataset)) return;
  event.preventDefault();
  const card = form.closest(".marks");
  try {
    const response = await fetch(form.action, { method: "POST", body: new FormData(form, event.submitter) });
    card.textContent = response.ok ? "Noted" : "Not noted";
  } catch {
    form.submit();
  }
});

const wide = matchMedia("(min-width: 60rem)");
for (const sheet of document.querySelectorAll("[data-open-when-wide]")) {
  const follow = () => (sheet.open = wide.matches);
  follow();
  wide.addEventListener("change", follow);
}

// The next page joins this one when the shopper comes near its end.
function loadOnScroll(list) {
  const grid = list.querySelector(".grid");
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
      grid.append(...page.querySelector(".browse .grid").children);
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
