// The next page joins this one when the shopper comes near its end; after a few pages, when the shopper asks for it.

import { announce } from "./announce.js";

const PAGES_BY_THEMSELVES = 3;

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

export function loadOnScroll(list) {
  const grid = list.querySelector(".groups") ?? list.querySelector(".grid");
  const pages = list.querySelector(".pages");
  if (!grid || !pages) return;
  const place = location.href;
  let shown = 1 + restoreAfterWayBack(place, grid, pages);

  async function load() {
    const next = pages.querySelector("[rel=next]");
    if (!next || pages.ariaBusy === "true") return;
    pages.ariaBusy = "true";
    try {
      const response = await fetch(next.href);
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const more = page.querySelector("[data-load-on-scroll]");
      appendPage(list, more);
      pages.before(...page.querySelectorAll("[data-after-last-page]"));
      pages.replaceChildren(...page.querySelector(".pages").children);
      shown += 1;
      offer();
      announce(more.dataset.said);
    } finally {
      pages.ariaBusy = "false";
    }
  }

  // Where no page comes by itself any more, the way to the next one is a button, and what is below can be reached.
  function offer() {
    const next = pages.querySelector("[rel=next]");
    if (shown < PAGES_BY_THEMSELVES || !next) return;
    observer.disconnect();
    next.textContent = pages.dataset.more;
    pages.replaceChildren(next);
  }

  pages.addEventListener("click", async (event) => {
    const next = event.target.closest("[rel=next]");
    if (!next || shown < PAGES_BY_THEMSELVES) return;
    event.preventDefault();
    const before = grid.querySelectorAll(".card").length;
    try {
      await load();
      grid.querySelectorAll(".card")[before]?.querySelector("a").focus({ preventScroll: true });
    } catch {
      location.assign(next.href);
    }
  });

  const observer = new IntersectionObserver(async ([entry]) => {
    if (!entry.isIntersecting || shown >= PAGES_BY_THEMSELVES) return;
    try {
      await load();
    } catch {
      // The links to the pages still work.
      observer.disconnect();
      return;
    }
    // Asked again, as the end may still be in sight.
    observer.unobserve(pages);
    observer.observe(pages);
  }, { rootMargin: "1200px" });
  observer.observe(pages);
  offer();
  addEventListener("pagehide", () => {
    const seen = { place, grid: grid.innerHTML, pages: pages.innerHTML, more: shown - 1, top: scrollY };
    try {
      sessionStorage.setItem("seen", JSON.stringify(seen));
    } catch {
      // A browser that keeps nothing starts at the top.
    }
  });
}

// How many pages more than the first one there were.
function restoreAfterWayBack(place, grid, pages) {
  const [navigation] = performance.getEntriesByType("navigation");
  if (navigation.type !== "back_forward") return 0;
  const seen = JSON.parse(sessionStorage.getItem("seen") ?? "null");
  if (seen?.place !== place) return 0;
  grid.innerHTML = seen.grid;
  pages.innerHTML = seen.pages;
  scrollTo(0, seen.top);
  return seen.more;
}

for (const list of document.querySelectorAll("[data-load-on-scroll]")) loadOnScroll(list);
