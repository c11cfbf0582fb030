// The dataset page: the preview keeps its place when a change is drawn.

let left = 0;

const preview = () => document.querySelector(".preview-wrap");

document.addEventListener("htmx:beforeSwap", () => {
  left = preview()?.scrollLeft ?? 0;
});

document.addEventListener("htmx:afterSwap", () => {
  if (preview()) preview().scrollLeft = left;
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-close-look]")) document.getElementById("closer").replaceChildren();
});

// Other rows are asked for: begin with the first of them.
document.addEventListener("change", (event) => {
  const form = event.target.closest(".rows-form");
  if (form && event.target.name !== "row") form.elements.row.value = "1";
});
