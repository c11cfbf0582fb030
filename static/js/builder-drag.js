// Dragging: cards within the stack, layers from the palette into it. On touch after a long press.

import { isOwn, nodeAbove } from "./builder-cards.js";
import { draggedWith } from "./builder-group.js";

export function drag(root, act) {
  const common = {
    animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 120,
    delay: 200,
    delayOnTouchOnly: true,
    forceFallback: true, // one behaviour in every browser, and buttons can be dragged
    fallbackTolerance: 4,
    fallbackOnBody: true,
    ghostClass: "drop-place",
    dragClass: "dragging",
  };
  const list = document.getElementById("cards");
  let before = "";
  window.Sortable.create(list, {
    ...common,
    group: { name: "layers", pull: false, put: true },
    draggable: ".layer",
    handle: ".grip",
    filter: ".locked",
    preventOnFilter: false,
    onStart: ({ item }) => { before = nodeAbove(item); },
    onMove: ({ related, willInsertAfter }) => fits(related, willInsertAfter),
    onUpdate: ({ item }) => {
      if (nodeAbove(item) === before) return;
      item.dataset.dropped = "here";
      act.moveAll(draggedWith(item));
      delete item.dataset.dropped;
    },
    onAdd: ({ item }) => {
      const after = nodeAbove(item);
      const layer = item.querySelector(".pal").dataset.layer;
      item.remove();
      act.add(layer, after);
    },
  });
  for (const family of root.querySelectorAll(".fam > ul")) {
    window.Sortable.create(family, {
      ...common,
      group: { name: "layers", pull: "clone", put: false },
      sort: false,
      draggable: "li",
    });
  }
}

/** Nothing goes above the inputs or below the head. */
function fits(related, below) {
  const card = related.closest?.(".layer");
  if (!card || isOwn(card)) return true;
  return card.dataset.kind === "input" ? below && card.nextElementSibling?.dataset.kind !== "input" : !below;
}
