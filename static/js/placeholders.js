// A placeholder has had its time when its picture is there. (The load of a picture reaches the document, not the window.)
function uncover(image) {
  if (image.complete && image.naturalWidth) image.parentElement.querySelector(".colour")?.remove();
}
document.addEventListener("load", ({ target }) => target instanceof HTMLImageElement && uncover(target), true);
for (const image of document.images) uncover(image);
