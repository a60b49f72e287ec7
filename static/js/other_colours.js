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
