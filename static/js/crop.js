// The crop is drawn and moved on the photo, and the results follow.

import { showResults } from "./photo_results.js";

const SMALLEST = 8;
const STEPS = { ArrowLeft: [-2, 0], ArrowRight: [2, 0], ArrowUp: [0, -2], ArrowDown: [0, 2] };
const CORNERS = ["is-left is-top", "is-right is-top", "is-left is-bottom", "is-right is-bottom"];
const small = matchMedia("(max-width: 59.99rem)");
const limit = (value, least, most) => Math.min(Math.max(value, least), most);

function boxOf(text) {
  const [left, top, width, height] = text.split(",").map(Number);
  return { left, top, width, height };
}

const between = (one, two) => ({
  left: Math.min(one.x, two.x),
  top: Math.min(one.y, two.y),
  width: Math.abs(one.x - two.x),
  height: Math.abs(one.y - two.y),
});

function makeCrop(label) {
  const crop = document.createElement("div");
  crop.className = "crop";
  crop.tabIndex = 0;
  crop.setAttribute("role", "group");
  crop.setAttribute("aria-label", label);
  for (const place of CORNERS) {
    const corner = document.createElement("span");
    corner.className = `corner ${place}`;
    crop.append(corner);
  }
  return crop;
}

// On a phone the photo is small until it is asked for.
function enlargeAtWill(stage) {
  const query = stage.closest(".query");
  const button = query.querySelector("[data-enlarge]");
  const isSmall = () => small.matches && !query.classList.contains("is-large");
  const turn = () => {
    query.classList.toggle("is-large");
    button.setAttribute("aria-pressed", String(!isSmall()));
  };
  button.addEventListener("click", turn);
  stage.addEventListener("click", (event) => {
    if (!isSmall() || event.target.closest(".take-away")) return;
    event.preventDefault();
    turn();
  });
  return isSmall;
}

function cropOn(stage) {
  const isSmall = enlargeAtWill(stage);
  const crop = makeCrop(stage.dataset.cropLabel);
  stage.append(crop);
  let box;

  function place(next) {
    const width = limit(next.width, SMALLEST, 100);
    const height = limit(next.height, SMALLEST, 100);
    box = { left: limit(next.left, 0, 100 - width), top: limit(next.top, 0, 100 - height), width, height };
    for (const [name, value] of Object.entries(box)) crop.style[name] = `${value}%`;
  }

  function search() {
    const address = new URL(location.href);
    for (const name of ["look", "page"]) address.searchParams.delete(name);
    address.searchParams.set("box", Object.values(box).map((value) => value.toFixed(1)).join(","));
    showResults(address.href);
  }

  function pointAt(event) {
    const around = stage.getBoundingClientRect();
    return {
      x: limit((100 * (event.clientX - around.left)) / around.width, 0, 100),
      y: limit((100 * (event.clientY - around.top)) / around.height, 0, 100),
    };
  }

  // A corner is pulled, the crop is moved, and anywhere else a new one is drawn.
  stage.addEventListener("pointerdown", (event) => {
    if (isSmall() || event.target.closest(".take-away")) return;
    const start = pointAt(event);
    const before = box;
    const dot = event.target.closest(".box");
    const corner = event.target.closest(".corner");
    const isWhole = before.width * before.height > 9800;
    const isInside =
      start.x >= before.left &&
      start.x <= before.left + before.width &&
      start.y >= before.top &&
      start.y <= before.top + before.height;
    const moves = !corner && !isWhole && isInside;
    const anchor = corner && {
      x: corner.classList.contains("is-left") ? before.left + before.width : before.left,
      y: corner.classList.contains("is-top") ? before.top + before.height : before.top,
    };
    let hasMoved = false;
    const follow = (move) => {
      const now = pointAt(move);
      if (!hasMoved && Math.hypot(now.x - start.x, now.y - start.y) < 2) return;
      hasMoved = true;
      if (moves) place({ ...before, left: before.left + now.x - start.x, top: before.top + now.y - start.y });
      else place(between(anchor || start, now));
    };
    const end = ({ type }) => {
      for (const [name, listener] of Object.entries(listeners)) removeEventListener(name, listener);
      if (type === "pointercancel") place(before);
      else if (hasMoved) search();
      else if (dot) choose(dot);
    };
    const listeners = { pointermove: follow, pointerup: end, pointercancel: end };
    for (const [name, listener] of Object.entries(listeners)) addEventListener(name, listener);
    event.preventDefault();
    crop.focus({ preventScroll: true });
  });

  function choose(link) {
    place(boxOf(link.dataset.box));
    search();
  }

  // On the photo a pointer has been heard above; this is the keyboard's.
  for (const link of stage.parentElement.querySelectorAll("[data-box]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      if (!event.detail || !stage.contains(link)) choose(link);
    });
  }

  let waiting;
  crop.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    if (event.shiftKey) place({ ...box, width: box.width + step[0], height: box.height + step[1] });
    else place({ ...box, left: box.left + step[0], top: box.top + step[1] });
    clearTimeout(waiting);
    waiting = setTimeout(search, 120);
  });

  place(stage.dataset.crop ? boxOf(stage.dataset.crop) : { left: 0, top: 0, width: 100, height: 100 });
}

for (const stage of document.querySelectorAll("[data-crop]")) cropOn(stage);
