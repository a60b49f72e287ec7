// A photo that is chosen, or dropped or pasted on any page of the shop, is searched with at once.

const { href: search, dataset } = document.querySelector("[data-photo-search]");
const looking = document.querySelector("[data-looking]");
const root = document.documentElement.classList;
const isForPhotos = (form) => "photoForm" in form.dataset;

const sayLooking = () => (looking.textContent = looking.dataset.looking);

// A field of its own form, as the page may have none.
function send(field) {
  const form = document.createElement("form");
  Object.assign(form, { method: "post", enctype: "multipart/form-data", action: search, hidden: true });
  form.append(field);
  document.body.append(form);
  sayLooking();
  form.submit();
}

function sendFiles(files) {
  const field = Object.assign(document.createElement("input"), { type: "file", name: "photo", multiple: true });
  const chosen = new DataTransfer();
  for (const file of files) chosen.items.add(file);
  field.files = chosen.files;
  send(field);
}

addEventListener("change", ({ target }) => {
  if (target.type === "file" && isForPhotos(target.form) && target.files.length) target.form.requestSubmit();
});

addEventListener("submit", ({ target }) => isForPhotos(target) && sayLooking());

addEventListener("paste", ({ clipboardData, target }) => {
  const pictures = [...clipboardData.files].filter((file) => file.type.startsWith("image/"));
  if (pictures.length) sendFiles(pictures);
  const isTyped = target.closest?.("input, textarea");
  const address = clipboardData.getData("text/plain").trim();
  if (pictures.length || isTyped || !("takesAddresses" in dataset) || !/^https?:\/\/\S+$/.test(address)) return;
  send(Object.assign(document.createElement("input"), { type: "hidden", name: "address", value: address }));
});

// The page's own pictures are dragged as files, too.
let isOwn = false;
addEventListener("dragstart", () => (isOwn = true));
addEventListener("dragend", () => (isOwn = false));

addEventListener("dragover", (event) => {
  if (isOwn || !event.dataTransfer.types.includes("Files")) return;
  event.preventDefault();
  root.add("is-dropping");
});

addEventListener("dragleave", ({ relatedTarget }) => relatedTarget || root.remove("is-dropping"));

addEventListener("drop", (event) => {
  root.remove("is-dropping");
  if (isOwn || !event.dataTransfer.files.length) return;
  event.preventDefault();
  sendFiles(event.dataTransfer.files);
});

// Back from the results, the page is as it was before the photo was chosen.
addEventListener("pageshow", () => {
  looking.textContent = "";
  for (const form of document.querySelectorAll("[data-photo-form]")) form.reset();
});
