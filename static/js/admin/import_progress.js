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

for (const place of document.querySelectorAll("[data-progress]")) setTimeout(follow, SECOND, place);
