// Keeps the page of an import moving; without it the page reloads itself.

const SECOND = 1000;

async function follow(place) {
  const part = place.querySelector("#progress");
  if (!place.querySelector("[data-live]")) return;
  try {
    const response = await fetch(place.dataset.progress, { credentials: "same-origin" });
    if (response.ok) {
      place.innerHTML = await response.text();
      // Another state has other buttons.
      if (place.querySelector("#progress").dataset.state !== part.dataset.state) return location.reload();
    }
  } catch {
    // The server is away for a moment; it is asked again.
  }
  setTimeout(follow, SECOND, place);
}

function showUpload(form) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const bar = form.querySelector("progress");
    const request = new XMLHttpRequest();
    bar.hidden = false;
    request.upload.addEventListener("progress", ({ loaded, total }) => Object.assign(bar, { max: total, value: loaded }));
    request.addEventListener("load", () => {
      if (request.responseURL !== location.href) return location.assign(request.responseURL);
      document.open();
      document.write(request.responseText);
      document.close();
    });
    request.addEventListener("error", () => form.submit());
    request.open("POST", location.href);
    request.send(new FormData(form));
    form.querySelector("[type=submit]").disabled = true;
  });
}

for (const place of document.querySelectorAll("[data-progress]")) setTimeout(follow, SECOND, place);
for (const form of document.querySelectorAll(".import-start")) showUpload(form);
