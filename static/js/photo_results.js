// The results of a photo follow what is asked of them, without leaving the page.

import { announce } from "./announce.js";
import { loadOnScroll } from "./load_on_scroll.js";

document.documentElement.classList.add("has-script");

const results = () => document.querySelector("[data-results]");
let asking = new AbortController();
let shown;

// A step is what Back takes back; moving a crop or a slider is none.
export async function showResults(address, isStep = false) {
  asking.abort();
  asking = new AbortController();
  results().setAttribute("aria-busy", "true");
  try {
    const response = await fetch(address, { signal: asking.signal });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const found = page.querySelector("[data-results]");
    if (!found) throw new Error("The photo is no longer kept.");
    replaceResults(document.adoptNode(found));
    const named = page.querySelector("[data-photo-results]").dataset.photoResults;
    history[isStep ? "pushState" : "replaceState"](null, "", named);
    shown = location.search;
    loadOnScroll(results());
    announce(results().dataset.said);
  } catch (error) {
    if (error.name !== "AbortError") location.assign(address);
  }
}

// What was open stays open, and what had the focus has it.
function replaceResults(found) {
  const before = results();
  const titles = new Set([...before.querySelectorAll("details[open] > summary")].map((one) => one.textContent.trim()));
  for (const summary of found.querySelectorAll("details > summary")) {
    if (titles.has(summary.textContent.trim())) summary.parentElement.open = true;
  }
  const focused = before.contains(document.activeElement) ? document.activeElement : null;
  before.replaceWith(found);
  if (focused) alike(found, focused)?.focus({ preventScroll: true });
}

function alike(found, { name, type, value, tagName, textContent }) {
  const isAlike = (other) => other.name === name && other.type === type && (type !== "checkbox" || other.value === value);
  if (name) return [...found.querySelectorAll("input")].find(isAlike);
  return [...found.querySelectorAll(tagName)].find((other) => other.textContent === textContent);
}

// After an upload the address is the one that can be reloaded.
const found = document.querySelector("[data-photo-results]");
if (found) history.replaceState(null, "", found.dataset.photoResults);
shown = location.search;

// The photo and its crop may be others by now, too.
addEventListener("popstate", () => {
  if (location.search !== shown) location.reload();
});

addEventListener("change", ({ target }) => {
  const form = target.form;
  if (form && "submitOnChange" in form.dataset) showResults(`?${new URLSearchParams(new FormData(form))}`);
});

addEventListener("submit", (event) => {
  if (!event.target.matches("[data-filters]")) return;
  event.preventDefault();
  showResults(`?${new URLSearchParams(new FormData(event.target))}`, true);
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
