// Series for charts: smoothing, and fewer points where more would not be seen. Pure functions.

export const MOST_POINTS = 1500;

/** Blocks of steps without a short last one, which training's end cut off: mean of a few steps, mostly noise. */
export function joined(blocks) {
  const [before, last] = blocks.slice(-2);
  return last && last.steps < before.steps / 2 ? blocks.slice(0, -1) : blocks;
}

/** Debiased exponential average; weight 0 changes nothing. */
export function smoothed(values, weight) {
  if (!weight) return values;
  let sum = 0;
  let share = 1;
  return values.map((value) => {
    if (value === null) return null;
    sum = weight * sum + (1 - weight) * value;
    share *= weight;
    return sum / (1 - share);
  });
}

/** At most MOST_POINTS of a line: the lowest and the highest of each bucket, so that spikes survive. */
export function thinned(x, y) {
  if (x.length <= MOST_POINTS) return { x, y };
  const size = Math.ceil(x.length / (MOST_POINTS / 2));
  const kept = [];
  for (let from = 0; from < x.length; from += size) {
    let low = from;
    let high = from;
    for (let at = from; at < Math.min(from + size, x.length); at += 1) {
      if (y[at] < y[low]) low = at;
      if (y[at] > y[high]) high = at;
    }
    kept.push(...(low === high ? [low] : [Math.min(low, high), Math.max(low, high)]));
  }
  return { x: kept.map((at) => x[at]), y: kept.map((at) => y[at]) };
}

/** The end of the horizontal axis: it grows in steps, so that the picture stands still. */
export function axisEnd(epoch, planned) {
  const steps = [5, 10, 25, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000, 100000];
  const end = steps.find((step) => step >= epoch) ?? epoch;
  return planned ? Math.min(end, Math.max(planned, epoch)) : end;
}
