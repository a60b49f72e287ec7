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

const wide = matchMedia("(min-width: 60rem)");
for (const sheet of document.querySelectorAll("[data-open-when-wide]")) {
  const follow = () => (sheet.open = wide.matches);
  follow();
  wide.addEventListener("change", follow);
}
