// The search field suggests what may be meant: a combobox with a list, as the WAI-ARIA Authoring Practices describe it.

const FEWEST_LETTERS = 2;
const PAUSE = 120;
const EDGE = 8;

function makePopup(field) {
  const list = document.createElement("div");
  list.className = "suggestions";
  list.id = "suggestions";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", field.dataset.suggestionsLabel);
  const status = document.createElement("p");
  status.className = "suggestions-status";
  status.setAttribute("role", "status");
  field.after(list, status);
  return [list, status];
}

function suggestFor(field) {
  const [list, status] = makePopup(field);
  let options = [];
  let active = -1;
  let waiting;
  let asking = new AbortController();

  field.autocomplete = "off";
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-haspopup", "listbox");
  field.setAttribute("aria-controls", list.id);
  field.setAttribute("aria-expanded", "false");

  const isOpen = () => !list.hidden;

  function forget() {
    clearTimeout(waiting);
    asking.abort();
  }

  function close() {
    forget();
    activate(-1);
    list.hidden = true;
    status.textContent = "";
    field.setAttribute("aria-expanded", "false");
  }

  function open() {
    list.hidden = false;
    field.setAttribute("aria-expanded", "true");
    fit();
  }

  // A phone's keyboard covers what is below it.
  function fit() {
    if (!isOpen()) return;
    const room = visualViewport.height + visualViewport.offsetTop - list.getBoundingClientRect().top - EDGE;
    list.style.setProperty("--room", `${room}px`);
  }

  function activate(number) {
    options[active]?.setAttribute("aria-selected", "false");
    active = number;
    const option = options[active];
    if (!option) {
      field.removeAttribute("aria-activedescendant");
      return;
    }
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", option.id);
  }

  function show(html) {
    activate(-1);
    list.innerHTML = html;
    // How many there are is told, and is none of them.
    const told = list.querySelector("[data-told]");
    told?.remove();
    options = [...list.querySelectorAll("[role=option]")];
    options.forEach((option, number) => (option.id = `suggestion-${number}`));
    list.scrollTop = 0;
    if (!options.length) close();
    else open();
    status.textContent = told?.textContent ?? field.dataset.noSuggestions;
  }

  async function ask(text) {
    asking = new AbortController();
    const { signal } = asking;
    try {
      const address = new URL(field.dataset.suggestions, location);
      address.searchParams.set("q", text);
      const response = await fetch(address, { signal });
      const html = response.ok ? await response.text() : "";
      if (!signal.aborted) show(html);
    } catch {
      // Without an answer the field is one to type into.
      if (!signal.aborted) close();
    }
  }

  field.addEventListener("input", () => {
    forget();
    activate(-1);
    const text = field.value.trimStart();
    if (text.trim().length >= FEWEST_LETTERS) {
      waiting = setTimeout(ask, PAUSE, text);
    } else {
      options = [];
      close();
    }
  });

  const keys = {
    ArrowDown: () => activate(active + 1 < options.length ? active + 1 : 0),
    ArrowUp: () => activate(active > 0 ? active - 1 : options.length - 1),
    Home: () => activate(0),
    End: () => activate(options.length - 1),
    Escape: close,
    Enter: () => options[active].click(),
  };

  field.addEventListener("keydown", (event) => {
    const { key, altKey, ctrlKey, metaKey, shiftKey, isComposing } = event;
    if (isComposing || altKey || ctrlKey || metaKey || shiftKey || !options.length || !(key in keys)) return;
    if (!isOpen() && key.startsWith("Arrow")) open();
    const isForTheField = active < 0 && ["Home", "End", "Enter"].includes(key);
    if (!isOpen() || isForTheField) return;
    event.preventDefault();
    keys[key]();
  });

  field.addEventListener("blur", close);
  // The field keeps the focus while something is chosen.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  visualViewport.addEventListener("resize", fit);
  addEventListener("pagehide", close);
}

for (const field of document.querySelectorAll("[data-suggestions]")) suggestFor(field);
