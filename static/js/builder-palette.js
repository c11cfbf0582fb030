// The palette: search by name, by other names and by what a layer does; click or Enter adds.

import { say } from "./builder-save.js";

// As the server writes data-search: normalization and normalisation are one word.
const comparable = (text) => text.trim().toLowerCase().replaceAll("z", "s");

export function palette(root, act, showPane) {
  const search = document.getElementById("palette-search");
  const none = document.getElementById("palette-none");
  const families = [...root.querySelectorAll(".fam")];
  const items = [...root.querySelectorAll(".pal")];
  const words = JSON.parse(root.dataset.words);
  const shown = () => items.filter((item) => !item.closest("li").hidden);

  function filter() {
    const asked = comparable(search.value).split(/\s+/).filter(Boolean);
    for (const item of items) {
      item.closest("li").hidden = !asked.every((word) => item.dataset.search.includes(word) || item.dataset.squeezed.includes(`=${word}`));
    }
    for (const family of families) {
      const left = family.querySelectorAll("li:not([hidden])").length;
      family.hidden = !left;
      family.querySelector(".count").textContent = left;
      if (asked.length) family.open = left > 0;
    }
    none.hidden = shown().length > 0;
    if (asked.length) say(words.found.replace("{n}", shown().length));
  }

  async function add(item) {
    showPane("stack");
    const card = await act.add(item.dataset.layer);
    if (card) card.querySelector(".grip").focus({ preventScroll: true });
  }

  search.addEventListener("input", filter);
  search.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") focusItem(event, 0);
    else if (event.key === "Enter" && shown()[0]) { event.preventDefault(); add(best()); }
    else if (event.key === "Escape" && search.value) { event.preventDefault(); search.value = ""; filter(); }
  });
  root.querySelector(".pane-palette").addEventListener("keydown", (event) => {
    const at = shown().indexOf(event.target);
    if (at < 0) return;
    if (event.key === "ArrowDown") focusItem(event, at + 1);
    else if (event.key === "ArrowUp") at ? focusItem(event, at - 1) : (event.preventDefault(), search.focus());
    else if (event.key === "Escape") search.focus();
  });
  root.querySelector(".pane-palette").addEventListener("click", (event) => {
    const item = event.target.closest(".pal");
    if (item) add(item);
  });

  /** What the layer under pointer or focus does, in the pane's foot, so that the list stands still. */
  function tell(item) {
    const about = document.getElementById("palette-about");
    about.hidden = !item;
    about.textContent = item ? item.nextElementSibling.textContent : "";
    document.getElementById("palette-keys").hidden = Boolean(item);
  }

  const pane = root.querySelector(".pane-palette");
  for (const kind of ["pointerover", "focusin"]) pane.addEventListener(kind, (event) => tell(event.target.closest(".pal")));
  for (const kind of ["pointerleave", "focusout"]) pane.addEventListener(kind, () => tell(null));

  /** The result whose name itself begins with what was typed, or the first one. */
  function best() {
    const asked = comparable(search.value);
    return shown().find((item) => comparable(item.dataset.name).startsWith(asked)) ?? shown()[0];
  }

  function focusItem(event, index) {
    const item = shown().filter((each) => each.closest(".fam").open)[index];
    event.preventDefault();
    item?.focus();
  }
}
