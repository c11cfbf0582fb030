// The stack of cards: selection, fields, and what is done with whole layers.
// Shapes, parameters and problems are the server's; here is only what the hand does.

import { groupActions } from "./builder-group.js";
import { readState, say } from "./builder-save.js";

export const cards = () => [...document.querySelectorAll("#cards > .layer")];
export const cardOf = (id) => document.getElementById(`card-${id}`);
export const selected = () => document.querySelector('#cards > .layer[aria-current="true"]');
export const isOwn = (card) => card?.dataset.kind === "node"; // inputs and the head are locked
export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

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

  /** Put a block's own layers in its place. */
  async function open(card, edits) {
    const name = card.dataset.id;
    if ((await edit(edits)) >= 300) return;
    const first = cardOf(edits[0].nodes[0].id);
    select(first, { scroll: true, focus: true });
    say(fill(words.opened, { name, count: edits[0].nodes.length }));
  }

  async function step(back) {
    const url = back ? root.dataset.undoUrl : root.dataset.redoUrl;
    const known = readState();
    const what = back ? known.undo : known.redo;
    if (!what) return say(back ? words.no_undo : words.no_redo);
    const held = document.activeElement.closest("#cards > .layer");
    const at = cards().indexOf(held);
    if ((await save.post(url, {})) >= 300) return;
    // The card that held focus may be gone with the step: the one that stands there now takes it over.
    if (held && !cardOf(held.dataset.id)) select(cards()[Math.min(at, cards().length - 1)], { scroll: true, focus: true });
    say(fill(back ? words.undone : words.redone, { what }));
  }

  const group = groupActions(edit, words);
  const remove = (card) => isOwn(card) && group.removeAll([card]);
  const move = (card, by) => isOwn(card) && group.moveAll([card], by);
  return { edit, add, duplicate, remove, move, set, fix, open, step, ...group };
}

export const place = (card) => cards().indexOf(card) + 1;

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
    else if (button.dataset.act === "open") act.open(card, JSON.parse(button.dataset.opening));
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
