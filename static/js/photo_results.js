// The results of a photo follow what is asked of them, without leaving the page.

import { loadOnScroll } from "./load_on_scroll.js";

document.documentElement.classList.add("has-script");

const results = () => document.querySelector("[data-results]");
let asking = new AbortController();

export async function showResults(address) {
  asking.abort();
  asking = new AbortController();
  results().setAttribute("aria-busy", "true");
  try {
    const response = await fetch(address, { signal: asking.signal });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const found = page.querySelector("[data-results]");
    if (!found) throw new Error("The photo has been forgotten.");
    results().replaceWith(document.adoptNode(found));
    history.replaceState(null, "", page.querySelector("[data-photo-results]").dataset.photoResults);
    loadOnScroll(results());
  } catch (error) {
    if (error.name !== "AbortError") location.assign(address);
  }
}

// After an upload the address is the one that can be reloaded.
const found = document.querySelector("[data-photo-results]");
if (found) history.replaceState(null, "", found.dataset.photoResults);

addEventListener("change", ({ target }) => {
  const form = target.form;
  if (form && "submitOnChange" in form.dataset) showResults(`?${new URLSearchParams(new FormData(form))}`);
});

addEventListener("click", async (event) => {
  const link = event.target.closest?.("[data-share]");
  if (!link) return;
  event.preventDefault();
  try {
    if (navigator.share) await navigator.share({ url: link.href });
    else {
      await navigator.clipboard.writeText(link.href);
      link.textContent = link.dataset.copied;
    }
  } catch (error) {
    if (error.name !== "AbortError") location.assign(link.href);
  }
});
