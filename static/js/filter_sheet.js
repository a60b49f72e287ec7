// What narrows the products: on a desk a tick is asked for at once, on a phone a sheet stays open until "Show".

import { announce } from "./announce.js";

const wide = matchMedia("(min-width: 60rem)");
const sheet = document.querySelector("[data-sheet]");
let asking = new AbortController();
let closing;

for (const details of document.querySelectorAll("[data-open-when-wide]")) {
  const follow = () => (details.open = wide.matches);
  follow();
  wide.addEventListener("change", follow);
}

const addressOf = (form, path = form.action) => `${path.split("?")[0]}?${new URLSearchParams(new FormData(form))}`;
const boxes = (form) => form.querySelectorAll("input[type=checkbox]");
const countOf = (box) => box.closest(".choice").querySelector(".count");

function openSheet(details) {
  const form = details.querySelector("[data-filters]");
  const counts = [...form.querySelectorAll(".count, [data-filtered-count]")];
  const before = counts.map((count) => count.textContent);
  closing = new AbortController();
  form.addEventListener("submit", () => closing.abort(), { signal: closing.signal });
  sheet.append(form);
  sheet.showModal();
  const isShown = closing.signal;
  isShown.addEventListener("abort", () => sheet.close());
  sheet.addEventListener("close", () => {
    asking.abort();
    details.append(form);
    details.querySelector("summary").focus();
    if (isShown.aborted) return;
    // Nothing was asked for, so that the form says what the page shows.
    form.reset();
    counts.forEach((count, place) => (count.textContent = before[place]));
  }, { once: true });
}

// How many the ticked ones would leave, of each value and in all.
async function count(form) {
  asking.abort();
  asking = new AbortController();
  try {
    const response = await fetch(addressOf(form), { signal: asking.signal });
    if (!response.ok) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const counted = page.querySelector("[data-filters]");
    const counts = new Map([...boxes(counted)].map((box) => [`${box.name}=${box.value}`, countOf(box).textContent]));
    for (const box of boxes(form)) countOf(box).textContent = counts.get(`${box.name}=${box.value}`) ?? "0";
    form.querySelector("[data-filtered-count]").textContent = counted.querySelector("[data-filtered-count]").textContent;
    announce(form.querySelector(".show-filtered").textContent.trim());
  } catch (error) {
    // The button works without its number.
    if (error.name !== "AbortError") console.warn(error);
  }
}

addEventListener("click", (event) => {
  if (event.target === sheet) sheet.close();
  const details = event.target.closest?.("[data-filter-sheet] > summary")?.parentElement;
  if (details && !wide.matches) {
    event.preventDefault();
    openSheet(details);
  }
  const page = event.target.closest?.("[data-sheet] a");
  if (page) {
    // What is ticked goes along to another category.
    event.preventDefault();
    location.assign(addressOf(page.closest("form"), page.href));
  }
});

addEventListener("change", ({ target }) => {
  const form = target.closest("[data-filters]");
  if (!form) return;
  if (sheet.open) count(form);
  else if (target.type === "checkbox") form.requestSubmit();
});

// What is empty is not asked for.
addEventListener("formdata", ({ target, formData }) => {
  if (!target.matches("[data-filters]")) return;
  for (const name of new Set(formData.keys())) {
    const values = formData.getAll(name).filter(Boolean);
    formData.delete(name);
    for (const value of values) formData.append(name, value);
  }
});
