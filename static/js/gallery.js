// The pictures of a product: thumbnails and arrow keys without a jump of the page, and a closer look without leaving it.

const gallery = document.querySelector(".gallery");

function follow(gallery) {
  const row = gallery.querySelector(".gallery-pictures");
  const pictures = [...row.children];
  const thumbnails = [...gallery.querySelectorAll(".gallery-thumbnails a")];
  const isCalm = matchMedia("(prefers-reduced-motion: reduce)");
  let shown = 0;

  function show(number) {
    const behavior = isCalm.matches ? "instant" : "smooth";
    row.scrollTo({ left: pictures[number].offsetLeft - row.offsetLeft, behavior });
  }

  // One picture and one thumbnail are stops of the keyboard; a picture that has the focus keeps it until it leaves.
  function mark(number) {
    shown = number;
    for (const [other, picture] of pictures.entries()) {
      picture.inert = other !== number && !picture.contains(document.activeElement);
    }
    for (const [other, thumbnail] of thumbnails.entries()) {
      thumbnail.tabIndex = other === number ? 0 : -1;
      if (other === number) thumbnail.setAttribute("aria-current", "true");
      else thumbnail.removeAttribute("aria-current");
    }
  }

  const watcher = new IntersectionObserver(
    (entries) => entries.forEach((entry) => entry.isIntersecting && mark(pictures.indexOf(entry.target))),
    { root: row, threshold: 0.6 },
  );
  for (const picture of pictures) watcher.observe(picture);

  for (const [number, thumbnail] of thumbnails.entries()) {
    thumbnail.addEventListener("click", (event) => {
      event.preventDefault();
      history.replaceState(history.state, "", thumbnail.hash);
      show(number);
    });
  }

  gallery.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step || event.target.closest("dialog")) return;
    event.preventDefault();
    const next = Math.min(Math.max(shown + step, 0), pictures.length - 1);
    const links = row.contains(event.target) ? pictures.map((picture) => picture.querySelector("a")) : thumbnails;
    mark(next);
    links[next].focus({ preventScroll: true });
    show(next);
  });
}

function enlarge(gallery) {
  const dialog = gallery.querySelector("dialog");
  const frame = dialog.querySelector("[tabindex]");
  for (const link of gallery.querySelectorAll("[data-enlarge]")) {
    link.addEventListener("click", (event) => {
      // Another tab or window is the browser's own business.
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      const image = new Image();
      image.alt = link.querySelector("img").alt;
      image.src = link.href;
      frame.replaceChildren(image);
      dialog.showModal();
      frame.focus();
    });
  }
}

if (gallery) {
  follow(gallery);
  enlarge(gallery);
}
