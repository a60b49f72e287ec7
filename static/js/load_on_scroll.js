// The next page joins this one when the shopper comes near its end.

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
  restoreAfterWayBack(place, grid, pages);
  const observer = new IntersectionObserver(async ([entry]) => {
    const next = pages.querySelector("[rel=next]");
    if (!entry.isIntersecting || !next || pages.ariaBusy === "true") return;
    pages.ariaBusy = "true";
    try {
      const response = await fetch(next.href);
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      appendPage(list, page.querySelector("[data-load-on-scroll]"));
      pages.before(...page.querySelectorAll("[data-after-last-page]"));
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
