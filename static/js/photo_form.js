// A photo that is chosen, dropped or pasted is sent at once.

function sendChosenPhoto(form) {
  const chosen = [...form.querySelectorAll("input[type=file]")].flatMap((input) => [...input.files]);
  if (!chosen.length) return;
  const several = form.dataset.several.replace("{number}", chosen.length);
  form.querySelector(".drop-text").textContent = chosen.length > 1 ? several : chosen[0].name;
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
  form.addEventListener("change", ({ target }) => target.type === "file" && sendChosenPhoto(form));
  acceptDrops(form);
}

addEventListener("paste", ({ clipboardData }) => {
  const form = document.querySelector("[data-photo-form]");
  const pictures = [...clipboardData.files].filter((file) => file.type.startsWith("image/"));
  if (!form || !pictures.length) return;
  const files = new DataTransfer();
  for (const picture of pictures) files.items.add(picture);
  form.querySelector("input[type=file]").files = files.files;
  sendChosenPhoto(form);
});

// Back from the results, the page is as it was before the photo was chosen.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("[data-photo-form]")) form.removeAttribute("aria-busy");
});
