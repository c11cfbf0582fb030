// Speed and memory of the last five minutes: sent live, never stored, shown once there is something.

import { bytes, say, whole } from "./run-format.js";

const WINDOW_SECONDS = 300;
const INTERVAL = 2000;
const KINDS = {
  speed: { of: (progress) => progress.rows_per_second, colour: "d3", unit: "", text: (value) => whole(value) },
  memory: { of: (progress) => progress.memory_bytes, colour: "d4", unit: "B", text: bytes },
};

export class Live {
  constructor() {
    this.points = [];
    this.drawnAt = 0;
    document.addEventListener("strata:theme", () => this.#drawAll());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#drawAll());
  }

  add(progress) {
    const now = Date.now();
    this.points.push({ at: now, progress });
    this.points = this.points.filter((point) => now - point.at < WINDOW_SECONDS * 1000);
    if (document.hidden || now - this.drawnAt < INTERVAL || this.points.length < 3) return;
    this.drawnAt = now;
    this.#drawAll();
  }

  #drawAll() {
    Object.entries(KINDS).forEach(([name, kind]) => this.#draw(name, kind));
  }

  #draw(name, { of, colour, unit, text }) {
    const points = this.points.filter((point) => of(point.progress) > 0);
    if (points.length < 3) return;
    const card = document.querySelector(`[data-live="${name}"]`);
    card.hidden = card.parentElement.hidden = false;
    const value = text(of(points.at(-1).progress));
    document.getElementById(`${name}-now`).textContent = name === "speed" ? `${value} ${say("rows_per_second")}` : value;
    const frame = document.getElementById(`${name}-chart`);
    frame.setAttribute("aria-label", say(`${name}_chart`, { value }));
    this.#plot(frame, points.map((point) => new Date(point.at)), points.map((point) => of(point.progress)), colour, unit);
  }

  #plot(frame, x, y, colour, unit) {
    const tokens = getComputedStyle(document.documentElement);
    const token = (name) => tokens.getPropertyValue(`--${name}`).trim();
    const font = { family: token("font-sans"), size: 11, color: token("ink-3") };
    const axis = { gridcolor: token("grid"), zeroline: false, tickfont: font };
    const line = { color: token(colour), width: 1.5 };
    const fillcolor = `${token(colour)}1f`; // 12 %
    window.Plotly.react(frame, [{ x, y, type: "scatter", mode: "lines", line, fill: "tozeroy", fillcolor }], {
      margin: { t: 6, r: 10, b: 24, l: 48 }, height: 150, showlegend: false, font,
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
      xaxis: { ...axis, nticks: 3, tickformat: "%H:%M:%S", showgrid: false }, yaxis: { ...axis, rangemode: "tozero", nticks: 4, tickformat: "~s", ticksuffix: unit },
    }, { responsive: true, displayModeBar: false, staticPlot: true });
  }
}
