// The keyboard: everything that the mouse can do. Keys are listed in the dialog that "?" opens.
// Single keys never fire in a text field, and can be turned off.

import { cards, isOwn, select, selected } from "./builder-cards.js";
import { choose, chosen, count, extend, toggleChosen } from "./builder-choose.js";
import { actedOn } from "./builder-group.js";

const isTyping = (element) =>
  element.matches("textarea, [contenteditable], input:not([type=checkbox]):not([type=radio]):not([type=button])");
const isPressing = (element) => element.matches("select, button, a, summary, input");

export function keys(root, act, { togglePane }) {
  const help = document.getElementById("keys");
  const off = help.querySelector("[name=single_keys]");
  off.checked = localStorage.getItem("single-keys") !== "off";
  off.addEventListener("change", () => localStorage.setItem("single-keys", off.checked ? "on" : "off"));
  document.getElementById("keys-open").addEventListener("click", () => help.showModal());

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
    const target = event.target;
    const card = target.closest?.("#cards > .layer");
    const run = withModifier(event, target, card) ?? onCard(event, target, card) ?? single(event, target);
    if (!run) return;
    event.preventDefault();
    run();
  });

  function withModifier(event, target, card) {
    const key = event.key.toLowerCase();
    if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      const moving = card ?? (target === document.body ? selected() : null);
      return isOwn(moving) ? () => act.moveAll(actedOn(moving), event.key === "ArrowUp" ? -1 : 1) : null;
    }
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return null;
    if (key === "z" && !isTyping(target)) return () => act.step(!event.shiftKey);
    if (key === "y" && !isTyping(target)) return () => act.step(false);
    const copied = card ?? selected();
    if (key === "d" && isOwn(copied)) return () => (actedOn(copied).length > 1 ? act.duplicateAll(actedOn(copied)) : act.duplicate(copied));
    if (key === "a" && card && !isTyping(target)) return () => choose(cards());
    return null;
  }

  function onCard(event, target, card) {
    if (!card || event.ctrlKey || event.metaKey) return null;
    const grip = card.querySelector(".grip");
    if (event.key === "Escape" && target !== grip && grip) return () => grip.focus();
    if (event.key === "Enter" && isTyping(target)) return () => { target.blur(); target.focus(); };
    if (target !== grip) return null;
    const list = cards().filter((each) => each.querySelector(".grip"));
    const at = list.indexOf(card);
    if (event.shiftKey && event.key === "ArrowUp") return () => extend(card, list[at - 1]);
    if (event.shiftKey && event.key === "ArrowDown") return () => extend(card, list[at + 1]);
    if (event.key === " ") return () => toggleChosen(card);
    if (event.key === "Escape" && count()) return () => choose([]);
    if (event.key === "ArrowUp" && at > 0) return () => select(list[at - 1], { scroll: true, focus: true });
    if (event.key === "ArrowDown" && at < list.length - 1) return () => select(list[at + 1], { scroll: true, focus: true });
    if (event.key === "Delete" || event.key === "Backspace") return () => act.removeAll(actedOn(card));
    const field = card.querySelector(".layer-form input, .layer-form select");
    if (event.key === "Enter" && field) return () => { field.focus(); field.select?.(); };
    return null;
  }

  function single(event, target) {
    if (!off.checked || isTyping(target) || event.ctrlKey || event.metaKey || event.altKey) return null;
    if (event.key === "/") return () => document.getElementById("palette-search").focus();
    if (event.key === "?") return () => help.showModal();
    if (event.key === "[") return () => togglePane("palette");
    if (event.key === "]") return () => togglePane("graph");
    if (event.key === "Delete" && !isPressing(target) && chosen().length) return () => act.removeAll(chosen());
    return null;
  }
}
