// Tells the shop which place of a page a product was reached from: nothing of who clicks, and nothing is kept here.

const { content: address } = document.querySelector("meta[name=clicks]");
const isFirstPage = !new URLSearchParams(location.search).has("page");
const followed = new Set();

// Links that crawlers are not to follow ask the page for something else; all others in such a place lead to products.
const PRODUCT = "[data-place] a[href]:not([rel~=nofollow])";
const CARD = "[data-sku], .suggestion";

function tell(event) {
  const link = event.target.closest?.(PRODUCT);
  if (!link) return;
  const list = link.closest("[data-place]");
  const card = link.closest(CARD);
  const { place } = list.dataset;
  const click = new URLSearchParams({
    place,
    position: isFirstPage ? [...list.querySelectorAll(CARD)].indexOf(card) + 1 : 0,
    similarity: card.dataset.similarity ?? "",
    is_first: followed.has(place) ? "" : "1",
  });
  followed.add(place);
  navigator.sendBeacon(address, click);
}

addEventListener("click", tell);
// The middle button opens another tab.
addEventListener("auxclick", (event) => event.button === 1 && tell(event));
