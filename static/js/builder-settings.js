// The training settings: every field saves itself when it is changed, like the fields of a layer.

import { readState, saver, say } from "./builder-save.js";

const root = document.getElementById("builder");
const words = JSON.parse(root.dataset.words);
const save = saver(root, refresh);
const edit = (edits, typed = false) => save.post(root.dataset.editUrl, { edits, typed });

function refresh() {
  const state = readState();
  const wrong = new Set(state.invalid);
  for (const field of root.querySelectorAll("[data-field]")) {
    if (wrong.has(field.id)) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }
  for (const name of ["undo", "redo"]) {
    const button = document.getElementById(name);
    button.disabled = !state[name];
    button.title = button.dataset.title + (state[name] ? `: ${state[name]}` : "");
  }
}

async function step(back) {
  const what = readState()[back ? "undo" : "redo"];
  if (!what) return say(back ? words.no_undo : words.no_redo);
  const status = await save.post(back ? root.dataset.undoUrl : root.dataset.redoUrl, {});
  if (status < 300) say((back ? words.undone : words.redone).replace("{what}", what));
}

root.addEventListener("change", async (event) => {
  const field = event.target.closest("[data-field]");
  if (!field) return;
  const path = `${field.dataset.place}.${field.dataset.field}`;
  await edit([{ do: "put", path, value: field.type === "checkbox" ? field.checked : field.value }], true);
  const problem = document.querySelector(`#${CSS.escape(field.id)}-about .err-text`);
  if (problem) say(problem.textContent.trim());
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.id === "undo" || button.id === "redo") step(button.id === "undo");
  else if (button.dataset.search) search(button);
  else if (button.dataset.edits) edit(JSON.parse(button.dataset.edits));
  else if (button.matches("[data-dismiss]")) button.closest(".note").remove();
  else if (button.id === "train") train(event, button);
});

/** A search is on what is saved; its piece asks for itself until it is over. */
async function search(button) {
  button.setAttribute("aria-busy", "true");
  await save.idle();
  const piece = button.closest(".search").id;
  await window.htmx.ajax("POST", button.dataset.search, { target: `#${piece}`, swap: "outerHTML" });
  document.querySelector(`#${piece} [data-search]`)?.focus({ preventScroll: true });
}

function train(event, button) {
  if (button.getAttribute("aria-disabled") === "true") {
    document.getElementById("why").scrollIntoView({ block: "nearest" });
    say(document.getElementById("why-first").textContent.trim());
  } else if (!save.isIdle()) {
    event.preventDefault(); // the last field is still on its way: start when it is saved
    save.idle().then(() => { if (readState().ok) document.getElementById("start").requestSubmit(); });
  } else {
    button.setAttribute("aria-busy", "true");
  }
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.matches("input:not([type=checkbox])");
  if (!(event.ctrlKey || event.metaKey) || event.altKey || typing) return;
  if (event.key.toLowerCase() === "z") { event.preventDefault(); step(!event.shiftKey); }
  if (event.key.toLowerCase() === "y") { event.preventDefault(); step(false); }
});

refresh();
