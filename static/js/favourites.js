// A favourite is kept or let go without a new page, so that the focus stays where it is.

import { announce } from "./announce.js";

addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-favourite]")) return;
  event.preventDefault();
  // The button stands in the product's article, and the form behind it.
  const heart = event.submitter;
  try {
    // The page that it leads to is this one, and need not be read again.
    const response = await fetch(form.action, { method: "POST", body: new FormData(form), redirect: "manual" });
    if (response.type !== "opaqueredirect") throw new Error(response.statusText);
  } catch {
    // Sent as without this script, it leads to a page that says what is wrong.
    form.submit();
    return;
  }
  const isKept = heart.getAttribute("aria-pressed") === "false";
  heart.setAttribute("aria-pressed", isKept);
  heart.querySelector("[data-label]").textContent = isKept ? form.dataset.kept : form.dataset.notKept;
  announce(isKept ? form.dataset.saidKept : form.dataset.saidNotKept);
});
