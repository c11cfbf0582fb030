// The run page: one socket, one store, and the parts that draw from it.

import { Charts } from "./run-charts.js";
import { Controls } from "./run-controls.js";
import { figure, say, useWords, whole } from "./run-format.js";
import { Head } from "./run-head.js";
import { Live } from "./run-live.js";
import { Log } from "./run-log.js";
import { Line } from "./run-socket.js";
import { Store } from "./run-store.js";

const SAY_SECONDS = 30;

const shown = JSON.parse(document.getElementById("run-data").textContent);
useWords(shown.words);

const store = new Store();
const charts = new Charts(store, shown);
const head = new Head(store, shown);
const log = new Log(store, shown);
const live = new Live();
const controls = new Controls(shown);

let run = shown.run;
let progress = shown.progress;
let saidAt = 0;
let saidState = run.state;

function hear(message) {
  if (message.events) hearEvents(message.events);
  if (message.progress && Object.keys(message.progress).length) {
    progress = message.progress;
    live.add(progress);
  }
  if (message.run) run = message.run;
  controls.draw(run, store.ended);
  head.draw(run, progress);
  if (run.state !== saidState) announce(say(`state_${(saidState = run.state)}`), true);
}

function hearEvents(events) {
  const isHistory = store.last === 0;
  const fresh = store.add(events);
  if (!fresh.length) return;
  if (fresh.some((event) => event.kind === "epoch")) head.epochEnded();
  const best = fresh.findLast((event) => event.kind === "epoch" && event.is_best);
  if (best && !isHistory) {
    const values = best.metrics.validation ?? best.metrics.training;
    announce(say("new_best", { epoch: whole(best.epoch), metrics: `${say("loss")} ${figure(values.loss)}` }));
  }
  log.draw();
  charts.touch();
}

/** Say it to those who listen: state changes always, the rest at most twice a minute. */
function announce(text, isState = false) {
  const now = performance.now();
  if (!isState && now - saidAt < SAY_SECONDS * 1000) return;
  saidAt = now;
  document.getElementById("say").textContent = text;
}

const banner = document.getElementById("lost");

function showLine(line) {
  if (banner.hidden && line.isNoticeable && !line.gone) announce(say("lost", { seconds: line.seconds }), true);
  banner.hidden = !line.isNoticeable;
  for (const id of ["charts", "live"]) document.getElementById(id).toggleAttribute("data-stale", line.isNoticeable);
  if (banner.hidden) return;
  const words = line.gone ? [say("gone")] : [
    say("lost", { seconds: line.seconds }),
    line.isHopeless ? say("reload") : line.next ? say("again", { seconds: line.next }) : say("trying"),
  ];
  const text = words.join(" ");
  const place = banner.querySelector("span");
  if (place.textContent !== text) place.textContent = text;
  banner.querySelector("button").hidden = line.gone;
}

const line = new Line({
  path: shown.socket, events: shown.events, after: () => store.last, heard: hear, changed: showLine,
});
banner.querySelector("button").addEventListener("click", () => line.now());
setInterval(() => run.state === "running" && !document.hidden && head.draw(run, progress), 1000);

controls.draw(run, null);
head.draw(run, progress);
charts.touch();
line.open();
