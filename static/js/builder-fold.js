// What the diagram folds: blocks show their layers when they are unfolded, and in large networks
// groups of layers that repeat are one node until somebody unfolds them.

const LARGE = 40; // nodes; below that nothing has to be folded away
const LONGEST = 12; // layers of a group that repeats
const LEAST = 3; // times

const unfolded = new Set();

export function toggleFold(id) {
  if (!unfolded.delete(id)) unfolded.add(id);
}

/** Nodes and wires as they are drawn now. Folded nodes have `folds`, unfolded ones `unfolds`: an id to toggle. */
export function foldedGraph({ nodes, wires }) {
  const opened = withBlocks(nodes, wires);
  return nodes.length > LARGE ? withRuns(opened) : opened;
}

/** Unfolded blocks give way to their layers; the last of these bears the block's id, so wires stay. */
function withBlocks(nodes, wires) {
  if (!nodes.some((node) => node.inside && unfolded.has(node.id))) return { nodes: nodes.map(marked), wires };
  const shown = [];
  let links = [...wires];
  for (const node of nodes) {
    if (!node.inside || !unfolded.has(node.id)) {
      shown.push(marked(node));
      continue;
    }
    links = links.filter((wire) => wire.to !== node.id);
    node.inside.forEach((inner, index) => {
      shown.push({ ...inner, kind: "node", state: "ok", card: node.id, unfolds: index ? "" : node.id });
      for (const from of inner.from) links.push({ from, to: inner.id, state: "ok", shape: "" });
    });
  }
  return { nodes: shown, wires: skipping(shown, links) };
}

const marked = (node) => (node.inside ? { ...node, folds: node.id } : node);

/** Wires that pass over a node leave the straight line. */
function skipping(nodes, wires) {
  const place = new Map(nodes.map((node, index) => [node.id, index]));
  const shapes = new Map(nodes.map((node) => [node.id, node.shape]));
  const inputs = nodes.filter((node) => node.kind === "input").length;
  return wires.map((wire) => ({
    ...wire,
    shape: wire.shape || shapes.get(wire.from),
    skip: place.get(wire.to) - Math.max(place.get(wire.from), inputs - 1) > 1,
  }));
}

function withRuns({ nodes, wires }) {
  const place = new Map(nodes.map((node, index) => [node.id, index]));
  const taken = nodes.map(() => []);
  for (const wire of wires) taken[place.get(wire.to)].push(place.get(wire.from));
  const looks = nodes.map((node, index) => [
    node.kind, node.state, node.title, node.shape, ...taken[index].map((from) => index - from),
  ].join("|"));
  const shown = [];
  const instead = new Map();
  for (let index = 0; index < nodes.length;) {
    const run = runAt(index, looks, nodes);
    const end = index + (run ? run.period * run.times : 1);
    if (!run || leaks(index, end, taken) || unfolded.has(`run ${nodes[index].id}`)) {
      for (let at = index; at < end; at += 1) shown.push(at === index && run ? { ...nodes[at], unfolds: `run ${nodes[at].id}` } : nodes[at]);
    } else {
      const last = nodes[end - 1];
      for (let at = index; at < end; at += 1) instead.set(nodes[at].id, last.id);
      const names = [...new Set(nodes.slice(index, index + run.period).map((node) => node.title))].join(", ");
      shown.push({ ...last, inside: undefined, title: `${run.times} × ${names}`, card: nodes[index].id, folds: `run ${nodes[index].id}` });
    }
    index = end;
  }
  return { nodes: shown, wires: skipping(shown, rewired(wires, instead)) };
}

/** The shortest group that repeats from here on, or null. */
function runAt(start, looks, nodes) {
  if (nodes[start].kind !== "node" || nodes[start].state !== "ok") return null;
  for (let period = 1; period <= LONGEST; period += 1) {
    let same = 0;
    while (start + same + period < looks.length && looks[start + same] === looks[start + same + period]) same += 1;
    const times = Math.floor(same / period) + 1;
    if (times >= LEAST && times * period > 3) return { period, times };
  }
  return null;
}

/** Whether anything below takes a value out of the middle of nodes start to end. */
const leaks = (start, end, taken) =>
  taken.slice(end).some((sources) => sources.some((from) => from >= start && from < end - 1));

function rewired(wires, instead) {
  const seen = new Set();
  return wires.map((wire) => ({ ...wire, from: instead.get(wire.from) ?? wire.from, to: instead.get(wire.to) ?? wire.to }))
    .filter((wire) => wire.from !== wire.to && !seen.has(`${wire.from}>${wire.to}`) && seen.add(`${wire.from}>${wire.to}`));
}
