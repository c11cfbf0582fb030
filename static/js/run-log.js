// The list of events, newest first.

import { clock, figure, say, whole } from "./run-format.js";

const MOST = 200;
const SVG = "http://www.w3.org/2000/svg";
const LEVELS = { info: ["info", "faint"], warning: ["warn", "warn"], error: ["error", "bad"] };

export class Log {
  constructor(store, shown) {
    this.store = store;
    this.metric = shown.metrics[0];
    this.list = document.getElementById("log");
    this.drawn = [];
  }

  /** Draw what is new; all of it when an interruption took something away. */
  draw() {
    const events = this.store.log.slice(-MOST);
    const known = new Set(this.drawn);
    if (this.drawn.some((event) => !events.includes(event))) {
      this.list.replaceChildren(...events.map((event) => this.#item(event)).reverse());
    } else {
      events.filter((event) => !known.has(event)).forEach((event) => this.list.prepend(this.#item(event)));
    }
    this.drawn = events;
  }

  #item(event) {
    const [icon, style, text, hint] = this.#told(event);
    const item = document.createElement("li");
    const time = document.createElement("time");
    time.dateTime = new Date(event.time * 1000).toISOString();
    time.textContent = clock(event.time);
    const words = document.createElement("span");
    words.textContent = text;
    if (hint) {
      const more = document.createElement("small");
      more.textContent = hint;
      words.append(more);
    }
    item.append(time, drawn(icon, style), words);
    return item;
  }

  #told(event) {
    switch (event.kind) {
      case "queued": return ["queue", "faint", say("queued")];
      case "started": return ["play", "faint", say("started", {
        device: event.device_name, parameters: whole(event.parameters),
        training: whole(event.rows.training), validation: whole(event.rows.validation),
      })];
      case "epoch": return ["flag", "good", this.#newBest(event)];
      case "note": return [...LEVELS[event.level] ?? LEVELS.info, event.text, event.hint];
      case "resumed": return ["resume", "faint", event.from_step
        ? say("resumed", { epoch: whole(event.from_epoch) }) : say("resumed_start")];
      case "paused": return ["clock", "faint", say("paused", { epoch: whole(event.epoch) })];
      case "stopped":
      case "finished": return [event.kind === "stopped" ? "stop-best" : "ok", "good",
        `${say(event.kind, { epoch: whole(event.epoch), best: whole(event.best_epoch) })} ${event.reason ?? ""}`.trim()];
      case "failed": return ["error", "bad", event.reason, event.hint];
      default: return ["info", "faint", event.kind];
    }
  }

  #newBest(event) {
    const values = event.metrics.validation ?? event.metrics.training;
    const metrics = `${say("loss")} ${figure(values.loss)}, ${this.metric.title} ${figure(values[this.metric.name])}`;
    return say("new_best", { epoch: whole(event.epoch), metrics });
  }
}

function drawn(icon, style) {
  const place = document.createElement("span");
  place.className = style;
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#i-${icon}`);
  svg.append(use);
  place.append(svg);
  return place;
}
