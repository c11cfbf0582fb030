// What is done with one or several cards as one step of the history: move, duplicate, delete, copy, paste.

import { cardOf, cards, fill, isOwn, place, select } from "./builder-cards.js";
import { choose, chosen, count } from "./builder-choose.js";
import { readState, say } from "./builder-save.js";

const KIND = "strata/layers";
const LAST_COPY = "strata-layers"; // for a paste button where the browser keeps its clipboard to itself

export function groupActions(edit, words) {
  async function removeAll(group) {
    if (!group.length) return;
    const last = group[group.length - 1];
    const neighbour = last.nextElementSibling ?? group[0].previousElementSibling;
    const names = group.map((card) => card.dataset.id);
    if ((await edit(names.map((node) => ({ do: "remove", node })))) >= 300) return;
    choose([]);
    select(neighbour, { focus: true });
    const text = fill(names.length === 1 ? words.deleted : words.deleted_all, { name: names[0], count: names.length });
    say(text);
    document.dispatchEvent(new CustomEvent("layer:deleted", { detail: text }));
  }

  /** Move the group one place up or down (step), or behind the card that it was dropped under (step 0). */
  async function moveAll(group, step = 0) {
    if (!group.length) return;
    const beyond = step < 0 ? group[0].previousElementSibling : group[group.length - 1].nextElementSibling;
    if (step && !isOwn(beyond)) return say(words.edge);
    const after = step > 0 ? beyond : above(step < 0 ? beyond : chosenDropped(group), group);
    const held = document.activeElement;
    gather(group, after);
    if (group.some((card) => card.contains(held))) held.focus();
    group[0].scrollIntoView({ block: "nearest" });
    const told = group.length === 1 ? words.moved : words.moved_all;
    say(fill(told, { name: group[0].dataset.id, count: cards().length, layers: group.length, position: place(group[0]) }));
    let behind = isOwn(after) ? after.dataset.id : "";
    const edits = group.map((card) => {
      const one = { do: "move", node: card.dataset.id, after: behind };
      behind = card.dataset.id;
      return one;
    });
    if ((await edit(edits)) < 300 && readState().ok) say(`${document.getElementById("say").textContent} ${words.fits}`);
  }

  async function paste(nodes, after, told) {
    const before = new Set(cards().map((card) => card.dataset.id));
    if ((await edit([{ do: "paste", nodes, after }])) >= 300) return;
    const fresh = cards().filter((card) => isOwn(card) && !before.has(card.dataset.id));
    choose(fresh.length > 1 ? fresh : []);
    select(fresh[0], { scroll: true, focus: true });
    if (fresh.length) say(fill(told, { count: fresh.length, position: place(fresh[0]) }));
  }

  const duplicateAll = (group) => group.length && paste(cut(group), group[group.length - 1].dataset.id, words.pasted);

  function pasteText(text) {
    const nodes = nodesOf(text);
    if (!nodes) return say(words.no_layers);
    const behind = chosen();
    const own = cards().filter(isOwn);
    return paste(nodes, (behind[behind.length - 1] ?? own[own.length - 1])?.dataset.id ?? "", words.pasted);
  }

  return { removeAll, moveAll, duplicateAll, pasteText };
}

/** The card that a dragged one was dropped under, from where the others of its group are gathered. */
const chosenDropped = (group) => group.find((card) => card.dataset.dropped) ?? group[0];

/** The nearest card above that is not of the group. */
function above(card, group) {
  let found = card.previousElementSibling;
  while (group.includes(found)) found = found.previousElementSibling;
  return found;
}

function gather(group, after) {
  let behind = after;
  for (const card of group) {
    if (behind) behind.after(card);
    else document.getElementById("cards").prepend(card);
    behind = card;
  }
}

/** The chosen nodes as they are stored. Where the layer above stays behind, what a node takes is named. */
function cut(group) {
  const { nodes, graph } = readState();
  const names = group.map((card) => card.dataset.id);
  const order = nodes.map((node) => node.id);
  return nodes.filter((node) => names.includes(node.id)).map((node, index) => {
    const isFirst = index === 0;
    const followsOwn = names.includes(order[order.indexOf(node.id) - 1]);
    if (node.inputs || isFirst || followsOwn) return node;
    return { ...node, inputs: graph.wires.filter((wire) => wire.to === node.id).map((wire) => wire.from) };
  });
}

/** The nodes in a text: copied layers, or a whole exported network; null for anything else. */
function nodesOf(text) {
  try {
    const found = JSON.parse(text);
    const nodes = found?.kind === KIND ? found.nodes : found?.network?.main;
    return Array.isArray(nodes) && nodes.length ? nodes : null;
  } catch {
    return null;
  }
}

/** Ctrl+C, X and V through the browser's own events: no permission is asked, and plain http does. */
export function clipboard(act, words) {
  const isOurs = (event) => {
    const target = event.target.closest ? event.target : document.body;
    const isText = target.matches("input:not([type=checkbox]), textarea, select") || String(getSelection());
    return !isText && !document.querySelector("dialog[open]") && !target.closest(".pane-graph, .pane-palette");
  };
  const copy = (event) => {
    const group = chosen();
    if (!isOurs(event) || !group.length) return [];
    const text = JSON.stringify({ kind: KIND, nodes: cut(group) }, null, 1);
    event.clipboardData.setData("text/plain", text);
    event.preventDefault();
    try { localStorage.setItem(LAST_COPY, text); } catch { /* full or forbidden: the clipboard has it */ }
    say(fill(words.copied_layers, { count: group.length }));
    return group;
  };
  document.addEventListener("copy", copy);
  document.addEventListener("cut", (event) => { const group = copy(event); if (group.length) act.removeAll(group); });
  document.addEventListener("paste", (event) => {
    if (!isOurs(event)) return;
    event.preventDefault();
    act.pasteText(event.clipboardData.getData("text/plain"));
  });
  document.getElementById("copy-layers").addEventListener("click", () => {
    getSelection().removeAllRanges();
    document.activeElement.blur();
    document.execCommand("copy");
  });
  document.getElementById("paste-layers").addEventListener("click", async () => {
    const kept = localStorage.getItem(LAST_COPY);
    act.pasteText(await navigator.clipboard?.readText?.().catch(() => kept) ?? kept);
  });
}

/** What a key on a card acts on: all that is chosen, else that card. */
export const actedOn = (card) => (count() ? chosen() : [card]);

/** What is dragged: all that is chosen where the card is one of them. */
export const draggedWith = (card) => (chosen().includes(card) ? chosen() : [card]);
