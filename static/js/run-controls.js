// State chip, note and buttons: what the run's state allows, and busy until the worker confirms.

import { figure, say, whole } from "./run-format.js";

const WISHES = { stop: "stopping", pause: "saving", discard: "discarding" };

/** The buttons for a state, the main one among them. */
function allowed(run) {
  switch (run.state) {
    case "running": return ["stop", "pause", "discard"];
    case "queued": return [...(run.has_weights ? ["keep"] : []), "pause", "discard"];
    case "paused": return ["resume", ...(run.has_weights ? ["keep"] : []), "discard"];
    case "failed": return [run.saved_epoch === null ? "retry" : "resume", ...(run.has_weights ? ["keep"] : []), "network", "discard"];
    case "done":
    case "stopped": return ["delete", "network", "evaluate"];
    default: return ["delete", "network"];
  }
}

export class Controls {
  constructor(shown) {
    this.chips = shown.chips;
    this.chip = document.getElementById("chip");
    this.note = document.getElementById("note");
    this.actions = [...document.querySelectorAll("#actions [data-act]")];
    document.querySelectorAll("#actions form, [data-form]").forEach((form) => {
      form.addEventListener("submit", (event) => this.#send(event, form));
    });
  }

  /** ended: the event with which the run ended, once it has. */
  draw(run, ended) {
    const [css, icon] = this.chips[run.state];
    this.chip.className = `chip ${css}`;
    this.chip.querySelector("use").setAttribute("href", `#i-${icon}`);
    this.chip.querySelector("span").textContent = run.wish ? say(WISHES[run.wish]) : say(`state_${run.state}`);
    const shown = allowed(run);
    for (const action of this.actions) {
      action.hidden = !shown.includes(action.dataset.act);
      const button = action.querySelector("button") ?? action;
      const isBusy = Boolean(run.wish);
      if (button.matches("button")) button.disabled = isBusy;
      button.setAttribute("aria-busy", String(isBusy));
    }
    if (run.message) this.#explain(run.state === "failed" ? "bad" : "warn", run.message, run.hint);
    else if (ended && ["finished", "stopped"].includes(ended.kind)) this.#explain("ok", ...kept(ended));
    else this.note.hidden = true;
  }

  #explain(kind, text, hint) {
    this.note.hidden = false;
    this.note.className = `note note-${kind}`;
    this.note.querySelector("use").setAttribute("href", `#i-${{ bad: "error", warn: "warn", ok: "ok" }[kind]}`);
    this.note.querySelector("b").textContent = text;
    this.note.querySelector("p").textContent = hint;
  }

  /** Ask for it without leaving the page; the socket tells when it is done. */
  async #send(event, form) {
    event.preventDefault();
    form.closest("dialog")?.close();
    const button = form.querySelector("button:not([data-close])");
    button.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(form.action, {
        method: "POST", body: new FormData(form), redirect: "manual", headers: { "HX-Request": "true" },
      });
      if (answer.type !== "opaqueredirect" && !answer.ok) this.#refused(await answer.text());
    } catch {
      form.submit(); // the server cannot be reached: the browser says so
    } finally {
      button.removeAttribute("aria-busy");
    }
  }

  #refused(html) {
    const text = new DOMParser().parseFromString(html, "text/html").body.textContent.trim();
    this.#explain("bad", text, "");
  }
}

/** What is kept of a run that has ended, and how it measured on the validation rows. */
function kept(ended) {
  const values = ended.metrics.validation ?? ended.metrics.training ?? {};
  const text = say(ended.kind, { epoch: whole(ended.epoch), best: whole(ended.best_epoch) });
  return [text, say("kept_loss", { loss: figure(values.loss) })];
}
