// What narrows the products down stands open where there is room for it.

const wide = matchMedia("(min-width: 60rem)");
for (const sheet of document.querySelectorAll("[data-open-when-wide]")) {
  const follow = () => (sheet.open = wide.matches);
  follow();
  wide.addEventListener("change", follow);
}
