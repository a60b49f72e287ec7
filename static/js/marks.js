// A mark is noted without leaving the page.
addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.id !== "marks") return;
  event.preventDefault();
  const card = event.submitter.closest(".marks");
  const { noted, notNoted, tooMany } = form.dataset;
  try {
    const response = await fetch(form.action, {
      method: "POST",
      body: new FormData(form, event.submitter),
      headers: { Accept: "application/json" },
    });
    if (response.status === 429) card.textContent = tooMany;
    else card.textContent = response.ok ? noted : notNoted;
  } catch {
    card.textContent = notNoted;
  }
});
