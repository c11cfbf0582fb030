// The builder page: wires the stack, palette, diagram, keyboard and saving together.

import { actions, applyState, cardOf, listen, select, selected } from "./builder-cards.js";
import { choosing, show as showChosen } from "./builder-choose.js";
import { drag } from "./builder-drag.js";
import { drawGraph, foldClicked, markSelected } from "./builder-graph.js";
import { clipboard } from "./builder-group.js";
import { keys } from "./builder-keys.js";
import { palette } from "./builder-palette.js";
import { saver, say } from "./builder-save.js";
import { toast } from "./builder-toast.js";

const root = document.getElementById("builder");
const words = JSON.parse(root.dataset.words);
const save = saver(root, refresh);
const act = actions(root, save);

function refresh() {
  applyState();
  showChosen();
  requestAnimationFrame(() => drawGraph(words));
}

function showPane(name) {
  root.dataset.pane = name;
  const choice = document.querySelector(`[name=pane][value=${name}]`);
  if (choice) choice.checked = true;
}

/** Fold or unfold a side pane; on small screens switch to it. */
function togglePane(name) {
  if (matchMedia("(max-width: 1020px)").matches) return showPane(name);
  root.classList.toggle(`no-${name}`);
}

document.querySelectorAll("[name=pane]").forEach((choice) =>
  choice.addEventListener("change", () => { root.dataset.pane = choice.value; }));
document.addEventListener("layer:selected", (event) => markSelected(event.detail));
document.addEventListener("layer:deleted", (event) => toast(event.detail, words.undo, () => act.step(true)));
document.getElementById("undo").addEventListener("click", () => act.step(true));
document.getElementById("redo").addEventListener("click", () => act.step(false));
document.getElementById("add-layer").addEventListener("click", () => {
  const own = document.querySelectorAll('#cards > [data-kind="node"]');
  select(own[own.length - 1] ?? document.querySelector("#cards > .layer"));
  root.classList.remove("no-palette");
  showPane("palette");
  document.getElementById("palette-search").focus();
});
document.getElementById("graph").addEventListener("click", (event) => {
  const node = event.target.closest(".graph-node");
  if (!node || foldClicked(event.target, words)) return;
  showPane("stack");
  select(cardOf(node.dataset.id), { scroll: true, focus: true });
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("button, a");
  if (!button) return;
  if (button.dataset.show) {
    event.preventDefault();
    showPane("stack");
    select(cardOf(button.dataset.show), { scroll: true, focus: true });
  } else if (button.matches("[data-show-data]")) {
    event.preventDefault();
    showPane("stack");
    document.getElementById("data-panel").open = true;
    document.getElementById("data-target").focus();
  } else if (button.matches("[data-dismiss]")) {
    button.closest(".note").remove();
  } else if (button.matches("[data-template]")) {
    replaceAll(button);
  } else if (button.dataset.edits && !button.closest("#cards")) {
    act.fix(JSON.parse(button.dataset.edits));
  } else if (button.id === "copy-code") {
    navigator.clipboard.writeText(document.querySelector("#code code").textContent).then(() => say(words.copied));
  } else if (button.getAttribute("aria-disabled") === "true") {
    event.preventDefault();
    document.getElementById("why").scrollIntoView({ block: "nearest" });
    say(document.getElementById("why-first").textContent);
  } else if (button.id === "train" && !save.isIdle()) {
    event.preventDefault();
    save.idle().then(() => document.getElementById("train").click());
  }
});

document.addEventListener("change", (event) => {
  const field = event.target;
  if (field.dataset.path) put(JSON.parse(field.dataset.path), field.value);
  else if (field.dataset.column) put(["data", "roles", field.dataset.column], field.value);
});

const put = (path, value) => act.edit([{ do: "put", path, value }]);

/** A template replaces the stack; where people have edited it, they are asked first. */
function replaceAll(button) {
  button.closest("details").open = false;
  const dialog = document.getElementById("replace");
  if (document.getElementById("undo").disabled) return act.fix(JSON.parse(button.dataset.template));
  dialog.querySelector("b").textContent = button.dataset.title;
  dialog.returnValue = "";
  dialog.onclose = () => { if (dialog.returnValue === "yes") act.fix(JSON.parse(button.dataset.template)); };
  dialog.showModal();
}

listen(document.getElementById("cards").parentElement, act);
choosing(document.getElementById("cards"), act, words);
clipboard(act, words);
keys(root, act, { togglePane });
palette(root, act, showPane);
drag(root, act);
refresh();
select(selected() ?? document.querySelector('#cards > [data-kind="node"]'));
