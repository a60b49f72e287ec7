// What changes in a page without a new page is said to those who do not see it.

const region = document.createElement("p");
region.className = "for-readers";
region.setAttribute("role", "status");
document.body.append(region);

// Emptied first, as nothing is said where a text stays the same.
const MILLISECONDS_EMPTY = 100;
let waiting;

export function announce(text) {
  region.textContent = "";
  clearTimeout(waiting);
  waiting = setTimeout(() => (region.textContent = text), MILLISECONDS_EMPTY);
}
