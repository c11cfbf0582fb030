// Numbers and times as people read them; words come from the page, already translated.

let words = {};

export function useWords(given) {
  words = given;
}

/** A translated sentence with its {names} filled in. */
export function say(key, values = {}) {
  return words[key].replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "–");
}

export function figure(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  const text = value === 0 || (size >= 0.01 && size < 10000) ? value.toFixed(3) : value.toPrecision(3);
  return text.replace("-", "−");
}

export function whole(value) {
  return Math.round(value).toLocaleString("en-US");
}

export function duration(seconds) {
  if (seconds < 0.1) return say("milliseconds", { n: Math.max(1, Math.round(seconds * 1000)) });
  if (seconds < 10) return say("seconds", { n: seconds.toFixed(1) });
  if (seconds < 60) return say("seconds", { n: Math.round(seconds) });
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${say("minutes", { n: minutes })} ${say("seconds", { n: Math.round(seconds % 60) })}`;
  return `${say("hours", { n: Math.floor(minutes / 60) })} ${say("minutes", { n: minutes % 60 })}`;
}

/** Rounded, for what is only an estimate. */
export function roughly(seconds) {
  if (seconds < 60) return say("seconds", { n: Math.max(5, Math.ceil(seconds / 5) * 5) });
  if (seconds < 5400) return say("minutes", { n: Math.round(seconds / 60) });
  return say("hours", { n: (seconds / 3600).toFixed(1) });
}

export function bytes(value) {
  return value < 1e9 ? `${Math.round(value / 1e6)} MB` : `${(value / 1e9).toFixed(1)} GB`;
}

export function clock(time) {
  return new Date(time * 1000).toLocaleTimeString([], { hour12: false });
}
