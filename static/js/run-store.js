// What a run has told so far: every seq once, and what an interrupted attempt no longer counts for.

const COUNTED = new Set(["scalars", "epoch", "checkpoint"]);

export class Store {
  constructor() {
    this.last = 0;
    this.scalars = []; // of training, in order
    this.epochs = [];
    this.log = []; // everything else that people read, and the best epochs
    this.bestEpoch = 0;
    this.started = null;
    this.ended = null;
  }

  /** Takes events in order of seq; those that are known already are passed over. Returns the new ones. */
  add(events) {
    const fresh = events.filter((event) => event.seq > this.last);
    for (const event of fresh) {
      this.last = event.seq;
      this.#take(event);
    }
    return fresh;
  }

  #take(event) {
    if (event.kind === "resumed") this.#forgetBeyond(event.from_step);
    if (event.kind === "scalars") {
      if (event.split === "training") this.scalars.push(event);
      return;
    }
    if (event.kind === "epoch") {
      this.epochs.push(event);
      this.bestEpoch = event.best_epoch;
      if (event.is_best) this.log.push(event);
      return;
    }
    if (event.kind === "checkpoint") return;
    if (event.kind === "started") this.started = event;
    this.ended = ["finished", "stopped", "failed"].includes(event.kind) ? event : null;
    if (event.best_epoch) this.bestEpoch = event.best_epoch;
    this.log.push(event);
  }

  /** As training.events.surviving: what lies beyond a resume never happened. */
  #forgetBeyond(step) {
    const counts = (event) => !COUNTED.has(event.kind) || event.step <= step;
    this.scalars = this.scalars.filter(counts);
    this.epochs = this.epochs.filter(counts);
    this.log = this.log.filter(counts);
    this.bestEpoch = this.epochs.length ? this.epochs.at(-1).best_epoch : 0;
  }

  get epoch() {
    return this.epochs.at(-1) || null;
  }

  /** The best epoch's event; in long runs, which do not tell every epoch, the one before it. */
  get best() {
    return (this.bestEpoch && this.epochs.findLast((event) => event.epoch <= this.bestEpoch)) || null;
  }

  /** Seconds that count towards the weights: those of all epochs that survive. */
  get seconds() {
    if (this.ended && this.ended.seconds) return this.ended.seconds;
    return this.epochs.reduce((sum, event) => sum + event.seconds, 0);
  }
}
