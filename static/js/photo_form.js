// A photo that is chosen, or dropped or pasted on any page of the shop, is searched with at once.

const { href: search, dataset } = document.querySelector("[data-photo-search]");
const looking = document.querySelector("[data-looking]");
const root = document.documentElement.classList;
// Pixels of the longer side that are sent, of which the shop keeps half; and bytes that travel at once as they are.
const LONGEST = 960;
const LIGHT = 300_000;
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

// A phone's photo takes seconds to travel, and is looked at much smaller. What the browser cannot read goes as it is.
async function small(file) {
  if (file.type !== "image/jpeg" || file.size <= LIGHT) return file;
  try {
    const photo = await createImageBitmap(file);
    const scale = Math.min(1, LONGEST / Math.max(photo.width, photo.height));
    const [width, height] = [photo.width, photo.height].map((side) => Math.max(1, Math.round(side * scale)));
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    const drawing = canvas.getContext("2d");
    if (!isReadable(drawing)) return file;
    drawing.imageSmoothingQuality = "high";
    drawing.drawImage(photo, 0, 0, width, height);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.9));
    return blob && blob.size < file.size ? new File([blob], file.name, { type: blob.type }) : file;
  } catch {
    return file;
  }
}

// Browsers that keep shoppers from being told apart by what they draw answer with noise.
function isReadable(drawing) {
  drawing.fillStyle = "#123456";
  drawing.fillRect(0, 0, 1, 1);
  return String(drawing.getImageData(0, 0, 1, 1).data) === "18,52,86,255";
}

async function put(files, field) {
  const chosen = new DataTransfer();
  for (const file of await Promise.all(Array.from(files, small))) chosen.items.add(file);
  field.files = chosen.files;
}

async function sendFiles(files) {
  sayLooking();
  const field = Object.assign(document.createElement("input"), { type: "file", name: "photo", multiple: true });
  await put(files, field);
  send(field);
}

addEventListener("change", async ({ target }) => {
  if (target.type !== "file" || !isForPhotos(target.form) || !target.files.length) return;
  sayLooking();
  await put(target.files, target);
  target.form.requestSubmit();
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
