// A mark is noted without leaving the page.
addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.id !== "marks") return;
  event.preventDefault();
  const card = event.submitter.closest(".marks");
  try {
    const response = await fetch(form.action, { method: "POST", body: new FormData(form, event.submitter) });
    if (response.status === 429) card.textContent = "Not noted: too many at once";
    else card.textContent = response.ok ? "Noted" : "Not noted";
  } catch {
    card.textContent = "Not noted";
  }
});
