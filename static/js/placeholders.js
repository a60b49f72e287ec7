// A placeholder has had its time when its picture is there.
function uncover(image) {
  if (image.complete && image.naturalWidth) image.style.backgroundColor = "";
}
addEventListener("load", ({ target }) => target instanceof HTMLImageElement && uncover(target), true);
for (const image of document.images) uncover(image);
