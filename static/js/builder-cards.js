// The stack of cards: selection, fields, and what is done with whole layers.
// Shapes, parameters and problems are the server's; here is only what the hand does.

import { readState, say } from "./builder-save.js";

export const cards = () => [...document.querySelectorAll("#cards > .layer")];
export const cardOf = (id) => document.getElementById(`card-${id}`);
export const selected = () => document.querySelector('#cards > .layer[aria-current="true"]');
export const isOwn = (card) => card?.dataset.kind === "node"; // inputs and the head are locked
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

export function select(card, { scroll = false, focus = false } = {}) {
  if (!card) return;
  const before = selected();
  if (before !== card) {
    before?.removeAttribute("aria-current");
    card.setAttribute("aria-current", "true");
    document.dispatchEvent(new CustomEvent("layer:selected", { detail: card.dataset.id }));
  }
  if (scroll) card.scrollIntoView({ block: "nearest" });
  if (focus) card.querySelector(".grip")?.focus({ preventScroll: scroll });
}

/** What people do with layers; each posts an edit and says what came of it. */
export function actions(root, save) {
  const words = JSON.parse(root.dataset.words);
  const edit = (edits, extra = {}) => save.post(root.dataset.editUrl, { edits, ...extra });

  async function add(layer, after = placeToAdd()) {
    const before = new Set(cards().map((card) => card.dataset.id));
    if ((await edit([{ do: "add", layer, after }])) >= 300) return;
    const card = cards().find((each) => isOwn(each) && !before.has(each.dataset.id));
    select(card, { scroll: true });
    if (card) say(fill(words.added, { name: card.dataset.id, position: place(card), count: cards().length }));
    return card;
  }

  async function duplicate(card) {
    if (!isOwn(card)) return;
    const before = new Set(cards().map((each) => each.dataset.id));
    if ((await edit([{ do: "duplicate", node: card.dataset.id }])) >= 300) return;
    const copy = cards().find((each) => !before.has(each.dataset.id));
    select(copy, { scroll: true, focus: true });
    if (copy) say(fill(words.added, { name: copy.dataset.id, position: place(copy), count: cards().length }));
  }

  async function remove(card) {
    if (!isOwn(card)) return;
    const neighbour = card.nextElementSibling ?? card.previousElementSibling;
    if ((await edit([{ do: "remove", node: card.dataset.id }])) >= 300) return;
    select(neighbour, { focus: true });
    const text = fill(words.deleted, { name: card.dataset.id });
    say(text);
    document.dispatchEvent(new CustomEvent("layer:deleted", { detail: text }));
  }

  /** Move a card by `step` places, or to where the hand has dropped it (step 0). */
  async function move(card, step = 0) {
    if (!isOwn(card)) return;
    const other = step < 0 ? card.previousElementSibling : card.nextElementSibling;
    if (step && !isOwn(other)) return say(words.edge);
    if (step) hop(card, other, step);
    say(fill(words.moved, { name: card.dataset.id, position: place(card), count: cards().length }));
    const status = await edit([{ do: "move", node: card.dataset.id, after: nodeAbove(card) }]);
    if (status < 300 && readState().ok) say(`${document.getElementById("say").textContent} ${words.fits}`);
  }

  async function set(node, field, value, typed) {
    const status = await edit([{ do: "set", node, field, value }], { typed });
    if (status < 300 && field === "id") select(cardOf(value), { focus: true });
    if (status >= 300) return;
    const problem = document.querySelector(`#err-${CSS.escape(node)} .msg`);
    say(problem ? problem.textContent.trim() : readState().ok ? words.fits : words.checked);
  }

  async function fix(edits) {
    const status = await edit(edits);
    if (status >= 300) return;
    const first = edits.find((each) => each.do === "set");
    const target = first && (document.getElementById(`f-${first.node}-${first.field}`) ?? cardOf(first.node)?.querySelector(".grip"));
    const card = target?.closest(".layer") ?? selected();
    select(card, { scroll: true });
    (target ?? card?.querySelector(".grip"))?.focus({ preventScroll: true });
    say(readState().ok ? words.fits : words.next_problem);
  }

  async function step(back) {
    const url = back ? root.dataset.undoUrl : root.dataset.redoUrl;
    const known = readState();
    const what = back ? known.undo : known.redo;
    if (!what) return say(back ? words.no_undo : words.no_redo);
    if ((await save.post(url, {})) < 300) say(fill(back ? words.undone : words.redone, { what }));
  }

  return { edit, add, duplicate, remove, move, set, fix, step };
}

/** Swap two neighbours in the page; the one that moves keeps focus. */
function hop(card, other, step) {
  const held = document.activeElement;
  if (step < 0) other.before(card);
  else other.after(card);
  if (card.contains(held)) held.focus();
  card.scrollIntoView({ block: "nearest" });
}

const place = (card) => cards().indexOf(card) + 1;

/** The node that a card stands behind, "" for the first: inputs are no nodes. */
export function nodeAbove(card) {
  const above = card.previousElementSibling;
  return isOwn(above) ? above.dataset.id : "";
}

function placeToAdd() {
  const card = selected();
  if (isOwn(card)) return card.dataset.id;
  const own = cards().filter(isOwn);
  return card?.dataset.kind === "input" || !own.length ? "" : own.at(-1).dataset.id;
}

/** Bring the cards in step with the state: order, which are bad or wait, which fields are wrong. */
export function applyState() {
  const state = readState();
  const list = document.getElementById("cards");
  state.order.forEach((id, index) => {
    const card = cardOf(id);
    if (card && list.children[index] !== card) list.insertBefore(card, list.children[index] ?? null);
  });
  for (const card of list.children) {
    card.classList.toggle("bad", state.bad.includes(card.dataset.id));
    card.classList.toggle("wait", state.waiting.includes(card.dataset.id));
  }
  const wrong = new Set(state.invalid);
  for (const field of list.querySelectorAll("[data-field]")) {
    if (wrong.has(`${field.dataset.place}.${field.dataset.field}`)) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }
  for (const name of ["undo", "redo"]) {
    const button = document.getElementById(name);
    button.disabled = !state[name];
    button.title = button.dataset.title + (state[name] ? `: ${state[name]}` : "");
  }
}

/** Listen to the fields, buttons and fixes of all cards, present and future. */
export function listen(list, act) {
  list.addEventListener("click", (event) => {
    const card = event.target.closest(".layer");
    const button = event.target.closest("button");
    if (card) select(card);
    if (!button || !card) return;
    if (button.dataset.act === "more") toggle(button, button.getAttribute("aria-expanded") !== "true");
    else if (button.dataset.act === "duplicate") act.duplicate(card);
    else if (button.dataset.act === "remove") act.remove(card);
    else if (button.dataset.act === "up") act.move(card, -1);
    else if (button.dataset.act === "down") act.move(card, 1);
    else if (button.dataset.edits) act.fix(JSON.parse(button.dataset.edits));
  });
  list.addEventListener("focusin", (event) => {
    select(event.target.closest(".layer"));
    if (event.target.matches('select[data-field="inputs"]')) offerInputs(event.target);
  });
  list.addEventListener("change", (event) => {
    const field = event.target.closest("[data-field]");
    if (!field) return;
    const { place: node, field: name } = field.dataset;
    if (name === "inputs") act.set(node, name, chosenInputs(field.closest(".layer")), false);
    else act.set(node, name, field.type === "checkbox" ? field.checked : field.value, true);
  });
}

/** Open or close what a button controls. */
export function toggle(button, open) {
  button.setAttribute("aria-expanded", String(open));
  document.getElementById(button.getAttribute("aria-controls")).hidden = !open;
}

/** Fill a choice of input with the layers above its card; the page leaves that to the moment of need. */
function offerInputs(field) {
  const known = readState().graph.nodes.map((node) => node.id);
  const above = known.slice(0, known.indexOf(field.dataset.place));
  const there = new Set([...field.options].map((option) => option.value));
  for (const name of above) if (!there.has(name)) field.append(new Option(name, name));
}

function chosenInputs(card) {
  const chosen = [...card.querySelectorAll('[data-field="inputs"]')].map((each) => each.value).filter(Boolean);
  return chosen.length ? chosen : null;
}
