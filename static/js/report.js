// Draws a report's charts with Plotly from the JSON in the page; colours are looked up in the
// style sheet's tokens, now and whenever the theme changes. Switches the matrix to percent.

const TOKEN = /^var\((--[\w-]+)\)$/;
const SETTINGS = { responsive: true, displayModeBar: false };

/** A copy of a figure in which every "var(--token)" is the token's present value. */
function withColours(value, tokens) {
  if (typeof value === "string") {
    const found = TOKEN.exec(value);
    return found ? tokens.getPropertyValue(found[1]).trim() : value;
  }
  if (Array.isArray(value)) return value.map((item) => withColours(item, tokens));
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withColours(item, tokens)]));
  }
  return value;
}

function draw(frame) {
  const figure = JSON.parse(document.getElementById(frame.dataset.figure).textContent);
  const { data, layout } = withColours(figure, getComputedStyle(document.documentElement));
  window.Plotly.react(frame, data, layout, SETTINGS);
}

function drawAll() {
  document.querySelectorAll("[data-figure]").forEach(draw);
}

function switchMatrix(event) {
  document.getElementById(event.target.dataset.matrix).dataset.show = event.target.value;
}

drawAll();
new MutationObserver(drawAll).observe(document.documentElement, { attributeFilter: ["data-theme"] });
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
document.querySelectorAll("[data-matrix]").forEach((radio) => radio.addEventListener("change", switchMatrix));
