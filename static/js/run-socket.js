// The line to the server: history from where we are, then what happens. Tries again by itself.

const BACK_OFF = [1, 2, 4, 8, 15]; // seconds
const QUIET_SECONDS = 3;
const GIVE_UP_SECONDS = 120;
const NOT_YOURS = 4404;

export class Line {
  /** after(): the last seq that we have; heard(message); changed(line): connected, seconds, next. */
  constructor({ path, events, after, heard, changed }) {
    Object.assign(this, { path, events, after, heard, changed });
    this.tries = 0;
    this.lostAt = null;
    this.gone = false;
    this.ticking = setInterval(() => this.#tick(), 1000);
    addEventListener("online", () => this.now());
    document.addEventListener("visibilitychange", () => document.hidden || this.lostAt === null || this.now());
  }

  open() {
    clearTimeout(this.timer);
    this.nextAt = null;
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}${this.path}?after=${this.after()}`);
    this.socket = socket;
    socket.onmessage = (message) => {
      this.tries = 0;
      this.lostAt = null;
      this.heard(JSON.parse(message.data));
      this.changed(this);
    };
    socket.onclose = (event) => socket === this.socket && this.#lost(event.code);
  }

  /** Try at once, whatever the back-off says. */
  now() {
    if (this.gone || this.socket.readyState <= WebSocket.OPEN) return;
    this.open();
  }

  get seconds() {
    return this.lostAt === null ? 0 : Math.round((Date.now() - this.lostAt) / 1000);
  }

  get next() {
    return this.nextAt === null ? 0 : Math.max(0, Math.round((this.nextAt - Date.now()) / 1000));
  }

  get isNoticeable() {
    return this.gone || this.seconds >= QUIET_SECONDS;
  }

  get isHopeless() {
    return this.seconds >= GIVE_UP_SECONDS;
  }

  #lost(code) {
    this.lostAt ??= Date.now();
    if (code === NOT_YOURS) this.#leave();
    if (this.gone) return;
    const wait = BACK_OFF[Math.min(this.tries, BACK_OFF.length - 1)] * (0.85 + 0.3 * Math.random());
    this.tries += 1;
    this.nextAt = Date.now() + wait * 1000;
    this.timer = setTimeout(() => this.open(), wait * 1000);
    if (this.tries > 1) this.#ask();
    this.changed(this);
  }

  /** Without a socket the events can still be fetched, unless we may not see them any more. */
  async #ask() {
    try {
      const answer = await fetch(`${this.events}?after=${this.after()}`, { headers: { Accept: "application/json" } });
      if ([401, 403, 404].includes(answer.status)) this.#leave();
      else if (answer.ok) this.heard({ events: (await answer.json()).events });
    } catch {
      // The server is away: the next try says more.
    }
  }

  #leave() {
    this.gone = true;
    clearTimeout(this.timer);
    clearInterval(this.ticking);
    this.changed(this);
  }

  #tick() {
    if (this.lostAt !== null) this.changed(this);
  }
}
