// Saving: edits wait in one queue, are posted in order, and are tried again until the server has them.
// Every answer is HTML whose pieces name the place that they replace (htmx out-of-band swaps).

const RETRY_SECONDS = [1, 2, 4, 8, 15];
const SILENT = new Set([400, 404, 409, 413, 422]); // an answer for people, not a fault to wait out

export function readState() {
  return JSON.parse(document.getElementById("network-state").textContent);
}

export function say(text) {
  document.getElementById("say").textContent = text;
}

/** A queue for one network. `root` has data-words (JSON); `onAnswer` is called after every swap. */
export function saver(root, onAnswer) {
  const words = JSON.parse(root.dataset.words);
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  const label = document.getElementById("saved");
  const waiting = [];
  let busy = false;
  let failures = 0;
  let savedAt = null;
  let timer = null;

  /** Post `body` to `url` once all before it are through. Resolves with the HTTP status. */
  function post(url, body) {
    return new Promise((resolve) => {
      waiting.push({ url, body: { ...body, token: crypto.randomUUID?.() ?? String(Math.random()) }, resolve });
      show();
      next();
    });
  }

  async function next() {
    if (busy || !waiting.length) return;
    busy = true;
    const job = waiting[0];
    const answer = await send(job);
    busy = false;
    if (answer === null) return retryLater();
    waiting.shift();
    failures = 0;
    if (answer.status < 300) savedAt = Date.now();
    swap(answer.html);
    onAnswer(answer.status, job.body);
    show();
    job.resolve(answer.status);
    next();
  }

  /** The answer, or null where the server was not reached or is in trouble. */
  async function send({ url, body }) {
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": token, "HX-Request": "true" },
        body: JSON.stringify({ ...body, revision: readState().revision, ok: readState().ok }),
        signal: AbortSignal.timeout ? AbortSignal.timeout(20000) : undefined,
      });
      if (response.redirected || response.status === 401 || response.status === 403) {
        location.reload(); // signed out, or no longer ours: the page itself says so
        return null;
      }
      if (!response.ok && !SILENT.has(response.status)) return null;
      return { status: response.status, html: await response.text() };
    } catch {
      return null; // no connection; the label says so
    }
  }

  function retryLater() {
    const seconds = RETRY_SECONDS[Math.min(failures, RETRY_SECONDS.length - 1)];
    failures += 1;
    show();
    clearTimeout(timer);
    timer = setTimeout(next, seconds * 1000);
  }

  function show() {
    const lost = failures > 0;
    label.classList.toggle("poor", lost);
    if (lost) label.textContent = words.retrying;
    else if (waiting.length) label.textContent = words.saving;
    else if (savedAt) label.textContent = ago(Math.round((Date.now() - savedAt) / 1000));
  }

  function ago(seconds) {
    if (seconds < 60) return words.saved_seconds.replace("{n}", Math.max(1, seconds));
    return words.saved_minutes.replace("{n}", Math.floor(seconds / 60));
  }

  setInterval(show, 5000);
  window.addEventListener("online", () => { if (failures) next(); });
  window.addEventListener("beforeunload", (event) => { if (waiting.length) event.preventDefault(); });
  /** Resolves once everything is saved. */
  async function idle() {
    while (waiting.length) await new Promise((resolve) => setTimeout(resolve, 30));
  }

  return { post, idle, isIdle: () => !waiting.length };
}

/** Put the pieces of an answer in their places; the field being typed in keeps focus, text and caret. */
function swap(html) {
  const held = document.activeElement;
  const keep = held && held.id ? { id: held.id, typed: held.dataset.typed ? held.value : null } : null;
  const open = [...document.querySelectorAll("details[open][id], [aria-expanded=true][id]")].map((each) => each.id);
  const rest = plainlyPlaced(html);
  if (rest) window.htmx.swap(document.getElementById("swap-sink"), rest, { swapStyle: "none" });
  for (const id of open) reopen(document.getElementById(id));
  const now = keep && document.getElementById(keep.id);
  if (!now) return;
  if (now !== document.activeElement) now.focus({ preventScroll: true });
  if (keep.typed === null || now.value === keep.typed) return;
  now.value = keep.typed; // not sent yet: nobody's answer may take it away
  now.dataset.typed = "yes";
}

/** Pieces that only replace what bears their id are placed here, hundreds in a few milliseconds; the rest is htmx's. */
function plainlyPlaced(html) {
  const { head, body } = new DOMParser().parseFromString(html, "text/html");
  const pieces = () => [...head.children, ...body.children];
  for (const piece of pieces()) {
    const place = piece.getAttribute("hx-swap-oob") === "true" ? document.getElementById(piece.id) : null;
    if (!place || piece.querySelector("[hx-get], [hx-post]")) continue;
    piece.removeAttribute("hx-swap-oob");
    place.replaceWith(piece);
  }
  return pieces().map((piece) => new XMLSerializer().serializeToString(piece)).join("");
}

document.addEventListener("input", (event) => { event.target.dataset.typed = "yes"; });
document.addEventListener("change", (event) => { delete event.target.dataset.typed; }, true);

/** A piece that was open before it was drawn anew is open again. */
function reopen(piece) {
  if (!piece) return;
  if (piece.matches("details")) piece.open = true;
  else if (piece.getAttribute("aria-expanded") === "false") {
    piece.setAttribute("aria-expanded", "true");
    document.getElementById(piece.getAttribute("aria-controls")).hidden = false;
  }
}
