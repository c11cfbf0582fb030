// Several cards at once: which ones are chosen, by mouse, keyboard or touch, and the bar that acts on them.

import { cardOf, cards, fill, isOwn, select, selected } from "./builder-cards.js";
import { say } from "./builder-save.js";

const ids = new Set();
let words = {};

/** The chosen cards from first to last; where none are, the selected one. */
export function chosen() {
  const several = cards().filter((card) => ids.has(card.dataset.id));
  if (several.length) return several;
  return isOwn(selected()) ? [selected()] : [];
}

export const isChosen = (card) => ids.has(card?.dataset.id);
export const count = () => ids.size;

export function choose(list) {
  ids.clear();
  for (const card of list) if (isOwn(card)) ids.add(card.dataset.id);
  show();
}

export function toggleChosen(card) {
  if (!isOwn(card)) return;
  if (!ids.size && isOwn(selected()) && selected() !== card) ids.add(selected().dataset.id);
  if (!ids.delete(card.dataset.id)) ids.add(card.dataset.id);
  show();
  tell();
}

/** All cards between the selected one and `card`. */
export function chooseTo(card) {
  const list = cards();
  const [from, to] = [list.indexOf(selected() ?? card), list.indexOf(card)].sort((a, b) => a - b);
  choose(list.slice(from, to + 1));
  tell();
}

/** One card further by keyboard: the next one joins, or the last one leaves where it had joined before. */
export function extend(card, next) {
  if (!isOwn(card) || !isOwn(next)) return;
  if (isChosen(card) && isChosen(next)) ids.delete(card.dataset.id);
  else ids.add(card.dataset.id).add(next.dataset.id);
  select(next, { scroll: true, focus: true });
  show();
  tell();
}

const tell = () => say(fill(words.chosen, { count: ids.size }));

/** Draw what is chosen; cards that are gone are forgotten. */
export function show() {
  for (const id of [...ids]) if (!cardOf(id)) ids.delete(id);
  for (const card of cards()) {
    card.classList.toggle("chosen", ids.has(card.dataset.id));
    const grip = card.querySelector(".grip");
    if (isOwn(card)) grip.setAttribute("aria-pressed", String(ids.has(card.dataset.id)));
  }
  const bar = document.getElementById("chosen-bar");
  bar.hidden = !ids.size;
  bar.querySelector("[data-count]").textContent = fill(words.chosen, { count: ids.size });
}

/** Clicks that choose. True where the click was for that alone. */
function clicked(event) {
  const card = event.target.closest(".layer");
  const button = event.target.closest("button");
  if (!card) return false;
  const byKeyboard = button?.matches(".grip") && event.detail === 0;
  if (byKeyboard || button?.dataset.act === "choose") toggleChosen(card);
  else if (event.target.closest("input, select, button:not(.grip), summary, label")) return false;
  else if (event.ctrlKey || event.metaKey) toggleChosen(card);
  else if (event.shiftKey) chooseTo(card);
  else if (ids.size) choose([]);
  else return false;
  return byKeyboard || event.ctrlKey || event.metaKey || event.shiftKey;
}

export function choosing(list, act, allWords) {
  words = allWords;
  list.addEventListener("mousedown", (event) => {
    const isChoosing = event.shiftKey || event.ctrlKey || event.metaKey;
    if (isChoosing && !event.target.closest("input, select")) event.preventDefault(); // marks no text, takes no focus
  });
  list.addEventListener("click", (event) => {
    if (clicked(event)) event.stopPropagation(); // the selected card stays the anchor
  }, true);
  document.getElementById("chosen-bar").addEventListener("click", (event) => {
    const what = event.target.closest("button")?.dataset.chosen;
    if (what === "copy") document.execCommand("copy");
    else if (what === "duplicate") act.duplicateAll(chosen());
    else if (what === "up") act.moveAll(chosen(), -1);
    else if (what === "down") act.moveAll(chosen(), 1);
    else if (what === "remove") act.removeAll(chosen());
    else if (what === "none") { const first = chosen()[0]; choose([]); select(first, { focus: true }); }
  });
}
