// The head of the page: how far it is, what was best, how fast, and on what.

import { bytes, clock, duration, figure, roughly, say, whole } from "./run-format.js";

const EARLY_EPOCHS = 3; // whose estimates are not worth showing
const MEDIAN_OF = 10;
const OVER = ["done", "stopped", "failed", "discarded"];

const put = (id, text) => {
  const place = document.getElementById(id);
  if (place.textContent !== text) place.textContent = text;
};

export class Head {
  constructor(store, shown) {
    this.store = store;
    this.shown = shown;
    this.epochAt = Date.now();
  }

  epochEnded() {
    this.epochAt = Date.now();
  }

  draw(run, progress) {
    this.#far(run, progress);
    this.#best(run);
    this.#fast(run, progress);
    this.#where(run, progress);
  }

  get #planned() {
    return this.store.started?.epochs ?? this.shown.epochs ?? 0;
  }

  #far(run, progress) {
    const done = this.store.ended?.epoch ?? this.store.epoch?.epoch ?? this.shown.summary.epoch ?? 0;
    const isOver = OVER.includes(run.state);
    const steps = this.store.started ? this.store.started.epochs * this.store.started.steps_per_epoch : 0;
    const step = Math.max(progress?.step ?? 0, this.store.epoch?.step ?? 0);
    const isWhole = run.state === "done" && done >= this.#planned;
    const share = isWhole ? 100 : steps ? Math.min(100, (100 * step) / steps) : 0;
    this.#headline(run, done);
    put("share", steps ? `${share.toFixed(1)}%` : "");
    const bar = document.getElementById("bar");
    bar.setAttribute("aria-valuenow", share.toFixed(0));
    bar.firstElementChild.style.width = `${share}%`;
    const running = run.state === "running" && this.store.epochs.length ? (Date.now() - this.epochAt) / 1000 : 0;
    put("elapsed", this.store.started ? say(isOver ? "trained" : "so_far", { time: duration(this.store.seconds + running) }) : "");
    put("left", isOver ? this.#endedAt() : this.#estimate(run, progress));
    put("outlook", this.#outlook(run, done, isOver));
    const total = this.#planned;
    const short = total && done ? `${say("of_total", { shown: done, total })} · ` : "";
    document.title = `${short}${this.shown.name} · Strata`;
  }

  #headline(run, done) {
    const place = document.getElementById("epoch");
    if (run.state === "queued") {
      const text = run.place > 1 ? say("place", { place: run.place }) : say(run.place ? "next" : "waits");
      place.textContent = text;
      return;
    }
    const text = done ? say("epoch_of", { epoch: whole(done) }) : say("no_epoch");
    const of = document.createElement("span");
    of.className = "faint";
    of.style.fontWeight = "400";
    of.textContent = this.#planned ? ` ${say("of_epochs", { epochs: whole(this.#planned) })}` : "";
    place.replaceChildren(text, of);
  }

  #endedAt() {
    return this.store.ended ? say("ended_at", { time: clock(this.store.ended.time) }) : "";
  }

  #estimate(run, progress) {
    const isEarly = this.store.epochs.length < EARLY_EPOCHS;
    if (run.state !== "running" || isEarly || !progress?.eta_seconds) return "";
    return say("left", { time: roughly(progress.eta_seconds) });
  }

  #outlook(run, done, isOver) {
    const { bestEpoch } = this.store;
    if (run.state === "queued") return say("waits_why");
    if (isOver) {
      const missing = this.#planned - done;
      return missing > 0 && run.state !== "discarded" ? say("not_run", { epochs: whole(missing) }) : "";
    }
    const end = bestEpoch + (this.shown.patience ?? Infinity);
    return bestEpoch && end < this.#planned ? say("sooner", { end: whole(end), best: whole(bestEpoch) }) : "";
  }

  #best(run) {
    const { best, epoch, ended } = this.store;
    // Long runs do not tell every epoch; their end tells what the kept weights measure.
    const kept = ended?.metrics ? ended : best;
    const [metric] = this.shown.metrics;
    const split = (event) => event?.metrics.validation ?? event?.metrics.training ?? {};
    const lowest = Math.min(...[kept, ...this.store.epochs].map((event) => split(event).loss ?? Infinity));
    put("best-metric", figure(split(kept)[metric.name]));
    put("best-metric-note", best ? say("at_epoch", { epoch: whole(this.store.bestEpoch) }) : "");
    put("best-loss", figure(lowest));
    put("best-loss-note", epoch ? say(OVER.includes(run.state) ? "last" : "now", { value: figure(split(epoch).loss) }) : "");
  }

  #fast(run, progress) {
    const recent = this.store.epochs.slice(-MEDIAN_OF).map((event) => event.seconds).sort((a, b) => a - b);
    const median = recent[Math.floor(recent.length / 2)];
    // Once it is over the last measurement says nothing: it has the saving of weights in it.
    const typical = run.state !== "running" && median ? this.store.started.rows.training / median : 0;
    const rate = typical || progress?.rows_per_second;
    put("speed", rate ? whole(rate) : "–");
    const pace = median === undefined ? "" : say("per_epoch", { time: duration(median) });
    put("speed-note", [rate ? say("rows_per_second") : "", pace].filter(Boolean).join(", "));
  }

  #where(run, progress) {
    const { started } = this.store;
    put("device", started ? started.device_name : "–");
    put("device-note", progress?.memory_bytes ? say("memory", { memory: bytes(progress.memory_bytes) }) : "");
  }
}
