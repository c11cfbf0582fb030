// The two charts: loss with every block of steps, one metric by epoch. Drawn twice a second at most.

import { figure, say } from "./run-format.js";
import { axisEnd, joined, smoothed, thinned } from "./run-curves.js";

const SETTINGS = { responsive: true, displayModeBar: false };
const FEW = 30; // validation points that are not smoothed
const INTERVAL = 500;
const KEPT = "strata.smooth";

export class Charts {
  constructor(store, shown) {
    this.store = store;
    this.shown = shown;
    this.metric = shown.metrics[0];
    this.axis = "linear";
    this.slider = document.getElementById("smooth");
    this.slider.value = localStorage.getItem(KEPT) ?? this.slider.value;
    this.drawnAt = 0;
    this.#listen();
  }

  /** Draw soon: the latest state, at most every half second, never in a hidden tab. */
  touch() {
    if (this.waiting || document.hidden) return;
    const wait = Math.max(0, INTERVAL - (performance.now() - this.drawnAt));
    this.waiting = setTimeout(() => requestAnimationFrame(() => this.#drawNow()), wait);
  }

  #listen() {
    const redraw = () => this.touch();
    this.slider.addEventListener("input", () => {
      localStorage.setItem(KEPT, this.slider.value);
      redraw();
    });
    document.querySelectorAll('[name="axis"]').forEach((radio) => radio.addEventListener("change", () => {
      this.axis = radio.value;
      redraw();
    }));
    document.getElementById("metric").addEventListener("change", (event) => {
      this.metric = this.shown.metrics.find((metric) => metric.name === event.target.value);
      document.getElementById("metric-title").textContent = this.metric.title;
      redraw();
    });
    document.addEventListener("visibilitychange", redraw);
    document.addEventListener("strata:theme", redraw);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  }

  #drawNow() {
    this.waiting = null;
    this.drawnAt = performance.now();
    this.colours = getComputedStyle(document.documentElement);
    this.#loss();
    this.#metricChart();
  }

  #colour(name) {
    return this.colours.getPropertyValue(`--${name}`).trim();
  }

  #loss() {
    const { epochs } = this.store;
    const scalars = joined(this.store.scalars);
    const x = scalars.map((event) => event.epoch);
    const y = scalars.map((event) => event.values.loss.mean);
    const vx = epochs.map((event) => event.epoch);
    const vy = epochs.map((event) => event.metrics.validation?.loss ?? null);
    const axis = this.#allowedAxis([...y, ...vy]);
    const weight = Number(this.slider.value);
    const traces = [
      this.#line(x, y, { colour: "d1", name: say("raw"), faint: true }),
      this.#line(x, smoothed(y, weight), { colour: "d1", name: say("train") }),
      ...this.#validation(vx, vy, weight),
      ...this.#best("loss"),
      ...this.#broken(x, y),
    ];
    this.#draw("loss", traces, { type: axis }, document.getElementById("loss-title").textContent, "loss", y.at(-1));
  }

  #metricChart() {
    const { name, title, range } = this.metric;
    const epochs = this.store.epochs;
    const x = epochs.map((event) => event.epoch);
    const train = epochs.map((event) => event.metrics.training?.[name] ?? null);
    const validation = epochs.map((event) => event.metrics.validation?.[name] ?? null);
    const traces = [
      this.#line(x, train, { colour: "d1", name: say("train") }),
      ...this.#validation(x, validation, Number(this.slider.value)),
      ...this.#best(name),
    ];
    const isShare = range[0] === 0 && range[1] === 1;
    this.#draw("metric", traces, isShare ? { rangemode: "normal" } : {}, title, name, train.at(-1));
  }

  #line(x, y, { colour, name, faint = false }) {
    const few = x.length < 3;
    return {
      ...thinned(x, y), name, mode: few ? "lines+markers" : "lines", type: "scatter", opacity: faint ? 0.32 : 1,
      line: { color: this.#colour(colour), width: faint ? 1 : 2 }, hoverinfo: faint ? "skip" : "x+y+name",
      connectgaps: true,
    };
  }

  #validation(x, y, weight) {
    if (y.length < FEW || !weight) return [this.#line(x, y, { colour: "d2", name: say("validation") })];
    return [
      this.#line(x, y, { colour: "d2", name: say("validation"), faint: true }),
      this.#line(x, smoothed(y, weight), { colour: "d2", name: say("validation") }),
    ];
  }

  #best(name) {
    const best = this.store.best;
    const value = best?.metrics.validation?.[name] ?? best?.metrics.training?.[name];
    if (value === undefined || value === null) return [];
    return [{
      x: [best.epoch], y: [value], type: "scatter", mode: "markers", name: say("best_line", { epoch: best.epoch }),
      marker: { color: this.#colour("d3"), size: 9, line: { color: this.#colour("surface"), width: 2 } },
    }];
  }

  /** A red cross where a loss that is no number ended the curve. */
  #broken(x, y) {
    if (this.store.ended?.kind !== "failed" || !x.length) return [];
    return [{
      x: [x.at(-1)], y: [y.at(-1)], type: "scatter", mode: "markers", name: say("state_failed"),
      marker: { color: this.#colour("bad"), symbol: "x", size: 10 },
    }];
  }

  #allowedAxis(values) {
    const log = document.querySelector('[name="axis"][value="log"]');
    const forbidden = values.some((value) => value !== null && value <= 0);
    log.disabled = forbidden;
    log.parentElement.title = forbidden ? say("log_why") : "";
    return forbidden ? "linear" : this.axis;
  }

  #draw(id, traces, yaxis, title, name, training) {
    const frame = document.getElementById(`${id}-chart`);
    const isEmpty = traces.every((trace) => trace.x.length === 0);
    document.querySelector(`[data-empty="${id}"]`).hidden = !isEmpty;
    frame.toggleAttribute("data-empty", isEmpty);
    frame.setAttribute("aria-label", this.#sentence(title, name, training, isEmpty));
    if (!isEmpty) window.Plotly.react(frame, traces, this.#layout(yaxis), SETTINGS);
  }

  #sentence(title, name, training, isEmpty) {
    const last = this.store.epoch;
    if (isEmpty || !last) return say("chart_empty", { title });
    return say("chart", {
      title, training: figure(training), validation: figure(last.metrics.validation?.[name]),
      epoch: last.epoch, best: this.store.bestEpoch,
    });
  }

  #layout(yaxis) {
    const reached = Math.max(this.store.epoch?.epoch ?? 0, this.store.scalars.at(-1)?.epoch ?? 0);
    const best = this.store.bestEpoch;
    const font = { family: this.#colour("font-sans"), size: 11, color: this.#colour("ink-3") };
    const grid = { gridcolor: this.#colour("grid"), zeroline: false, tickfont: font, separatethousands: true };
    return {
      uirevision: `${this.axis} ${this.metric.name}`, // keeps a zoom while points arrive
      margin: { t: 14, r: 24, b: 40, l: 48 }, height: innerWidth > 720 ? 280 : 240, showlegend: false,
      hovermode: "x unified", font, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
      hoverlabel: { bgcolor: this.#colour("raised"), font: { ...font, color: this.#colour("ink") } },
      xaxis: { ...grid, showgrid: false, range: [0, axisEnd(reached, this.shown.epochs)], title: { text: say("epoch"), font } },
      yaxis: { ...grid, ...yaxis },
      shapes: best ? [this.#bestLine(best)] : [], annotations: best ? [this.#bestWord(best, reached, font)] : [],
    };
  }

  #bestLine(best) {
    const line = { color: this.#colour("d3"), width: 1.5, dash: "dash" };
    return { type: "line", x0: best, x1: best, y0: 0, y1: 1, yref: "paper", line };
  }

  #bestWord(best, reached, font) {
    const side = best > axisEnd(reached, this.shown.epochs) / 2 ? "right" : "left";
    return {
      x: best, y: 1, yref: "paper", xanchor: side, xshift: side === "left" ? 5 : -5, yanchor: "top", showarrow: false,
      text: say("best_line", { epoch: best }), font: { ...font, color: this.#colour("ink") },
    };
  }
}
