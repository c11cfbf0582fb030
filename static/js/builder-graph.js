// The diagram: the server says which nodes, wires and shapes there are; dagre places them, SVG draws them.
// The list of cards is its accessible equivalent, so the drawing is one image with one sentence.

import { foldedGraph, toggleFold } from "./builder-fold.js";
import { readState } from "./builder-save.js";

const NODE = { width: 166, height: 32 };
const WIDEST = 236;
const LETTER = { title: 6.7, shape: 6.8 }; // pixels, on average
const WIDE = 336;
const [SIDE, EDGE] = [16, 10]; // between neighbours, and around all
const GAP = 22; // between two layers
const LANE = 20;
const ICONS = { numbers: "hash", categories: "tag", text: "text", picture: "eye", series: "train" };
const SVG = "http://www.w3.org/2000/svg";

let placed = { key: "", layout: null };

export function drawGraph(words) {
  const holder = document.getElementById("graph");
  const { nodes, wires } = foldedGraph(readState().graph);
  NODE.width = widthFor(nodes);
  const layout = place(nodes, wires);
  const width = Math.max(WIDE, layout.width);
  const shift = (width - layout.width) / 2;
  const svg = make("svg", {
    class: "graph", viewBox: `${-shift} 0 ${width} ${layout.height}`, role: "img",
    "aria-label": words.graph.replace("{path}", nodes.map((node) => `${node.title} ${node.shape}`).join(", ")),
  });
  svg.style.maxWidth = `${width}px`;
  svg.append(arrowHead());
  for (const wire of wires) svg.append(drawWire(wire, layout));
  for (const wire of wires) if (wire.skip) svg.append(sizeOf(wire, layout)); // above the lanes that they may touch
  for (const node of nodes) svg.append(drawNode(node, layout.nodes.get(node.id)));
  holder.replaceChildren(svg);
  markSelected(holder.dataset.selected ?? "");
}

/** As wide as the longest node needs, within reason. */
function widthFor(nodes) {
  const needs = nodes.map((node) => 42 + node.title.length * LETTER.title + node.shape.length * LETTER.shape + (node.folds || node.unfolds ? 18 : 0));
  return Math.round(Math.min(WIDEST, Math.max(166, ...needs)));
}

/** Inputs stand side by side: narrower where there are several, so that the drawing keeps its size. */
function inputWidth(nodes) {
  const count = nodes.filter((node) => node.kind === "input").length;
  return Math.min(NODE.width, Math.max(96, Math.floor((WIDE - 2 * EDGE + SIDE) / count) - SIDE));
}

/** Where everything goes. Kept while nodes and wires are the same: a new width of a layer moves nothing. */
function place(nodes, wires) {
  const key = JSON.stringify([NODE.width, nodes.map((node) => node.id), wires.map((wire) => [wire.from, wire.to])]);
  if (placed.key === key) return placed.layout;
  const graph = new window.dagre.graphlib.Graph();
  graph.setGraph({ rankdir: "TB", ranksep: GAP, nodesep: SIDE, marginx: EDGE, marginy: 8 });
  const narrow = { ...NODE, width: inputWidth(nodes) };
  for (const node of nodes) graph.setNode(node.id, { ...(node.kind === "input" ? narrow : NODE) });
  const straight = wires.filter((wire) => !wire.skip);
  const fed = new Set(straight.map((wire) => wire.to));
  for (const wire of straight) graph.setEdge(wire.from, wire.to, {});
  // A layer that only skips lead to keeps its place in the column all the same.
  nodes.forEach((node, index) => {
    if (index && node.kind !== "input" && !fed.has(node.id)) graph.setEdge(nodes[index - 1].id, node.id, {});
  });
  window.dagre.layout(graph);
  const { width, height } = graph.graph();
  const layout = {
    width, height,
    nodes: new Map(graph.nodes().map((id) => [id, graph.node(id)])),
    edges: new Map(graph.edges().map((edge) => [`${edge.v}>${edge.w}`, graph.edge(edge).points])),
  };
  inReadingOrder(nodes.filter((node) => node.kind === "input").map((node) => node.id), layout, wires);
  layout.lanes = lanes(wires.filter((wire) => wire.skip), layout, nodes);
  placed = { key, layout };
  return layout;
}

/** A lane to the right of the column for each skip, so that none runs over another. */
function lanes(skips, layout, nodes) {
  const taken = [];
  const found = new Map();
  const right = Math.max(...nodes.filter((node) => node.kind !== "input").map((node) => layout.nodes.get(node.id).x)) + NODE.width / 2;
  for (const wire of skips) {
    const from = layout.nodes.get(wire.from);
    const to = layout.nodes.get(wire.to);
    const start = { x: from.x, y: from.y + NODE.height / 2 + GAP / 2 };
    let lane = taken.findIndex((end) => end < start.y);
    if (lane < 0) lane = taken.length;
    taken[lane] = to.y;
    found.set(`${wire.from}>${wire.to}`, { start, x: right + 16 + lane * LANE, end: { x: to.x + NODE.width / 2 + 2, y: to.y } });
  }
  const labels = skips.map((wire) => found.get(`${wire.from}>${wire.to}`).x + 12 + wire.shape.length * LETTER.shape);
  layout.width = Math.max(layout.width, ...labels);
  return found;
}

/** Inputs side by side stand in the order of the cards: swap two that dagre put the other way round. */
function inReadingOrder([first, second, ...others], { nodes, edges }, wires) {
  const targets = wires.filter((wire) => wire.from === first || wire.from === second).map((wire) => wire.to);
  if (!second || others.length || targets.length !== 2 || targets[0] !== targets[1]) return;
  const [a, b] = [nodes.get(first), nodes.get(second)];
  if (a.x <= b.x) return;
  nodes.set(first, b).set(second, a);
  const [one, two] = [`${first}>${targets[0]}`, `${second}>${targets[0]}`];
  const points = edges.get(one);
  edges.set(one, edges.get(two)).set(two, points);
}

function drawNode(node, at) {
  const size = { width: at.width, height: at.height };
  const box = { x: at.x - size.width / 2, y: at.y - size.height / 2 };
  const look = node.state === "ok" ? "" : ` node-${node.state}`;
  const group = make("g", { class: `fam-${node.colour} graph-node node-${node.kind}`, "data-id": keyOf(node) });
  const tone = node.state === "bad" ? " tbad" : "";
  const toggle = node.folds || node.unfolds;
  const end = box.x + size.width - (toggle ? 28 : 10);
  if (node.folds) group.append(make("rect", { class: "node node-behind", ...box, x: box.x + 3, y: box.y + 3, ...size, rx: 6 }));
  group.append(
    make("rect", { class: `node${look}`, ...box, ...size, rx: node.kind === "input" ? 16 : 6 }),
    node.kind === "input" ? icon(ICONS[node.id] ?? "pin", box) : make("path", { class: "fam-bar", d: `M${box.x + 4} ${box.y + 9}h3v14h-3z` }),
    text(clipped(node, size.width), { class: `name${tone}`, x: box.x + (node.kind === "input" ? 32 : 16), y: at.y + 4 }),
    text(node.shape, { class: `sh${tone}`, x: end, y: at.y + 4, "text-anchor": "end" }),
  );
  if (toggle) group.append(foldButton(toggle, Boolean(node.folds), box));
  return group;
}

const icon = (name, box) => make("use", { href: `#i-${name}`, x: box.x + 11, y: box.y + 9, width: 14, height: 14, class: "graph-icon" });

/** A small plus or minus at the right end. The drawing is one image: for keys and readers the cards hold the same. */
function foldButton(id, isFolded, box) {
  const group = make("g", { class: "graph-fold", "data-fold": id });
  const [x, y] = [box.x + NODE.width - 16, box.y + NODE.height / 2];
  group.append(
    make("rect", { x: x - 9, y: y - 12, width: 24, height: 24, class: "graph-fold-area" }),
    make("path", { class: "graph-fold-sign", d: isFolded ? `M${x - 4} ${y}h8M${x} ${y - 4}v8` : `M${x - 4} ${y}h8` }),
  );
  return group;
}

/** Fold or unfold what was clicked; whether there was anything to fold. */
export function foldClicked(target, words) {
  const button = target.closest("[data-fold]");
  if (!button) return false;
  toggleFold(button.dataset.fold);
  drawGraph(words);
  return true;
}

const keyOf = (node) => node.card ?? (node.kind === "node" ? node.id : `${node.kind}-${node.id}`);

function clipped({ title, shape, folds, unfolds }, width) {
  const free = width - 38 - (folds || unfolds ? 18 : 0) - shape.length * LETTER.shape;
  const room = Math.max(6, Math.floor(free / LETTER.title));
  return title.length > room ? `${title.slice(0, room - 1)}…` : title;
}

function drawWire(wire, layout) {
  const name = `${wire.from}>${wire.to}`;
  const bad = wire.state === "bad" ? " edge-bad" : "";
  const end = { "marker-end": "url(#arrow)" };
  if (!wire.skip) return make("path", { class: `edge${bad}`, d: rounded(layout.edges.get(name)), ...end });
  const { start, x, end: tip } = layout.lanes.get(name);
  const points = [start, { x, y: start.y }, { x, y: tip.y }, tip];
  const group = make("g");
  group.append(
    make("path", { class: `skip${bad}`, d: rounded(points), ...end }),
    make("circle", { class: `skip-start${bad}`, cx: start.x, cy: start.y, r: 3 }),
  );
  return group;
}

function sizeOf(wire, layout) {
  const { start, x, end } = layout.lanes.get(`${wire.from}>${wire.to}`);
  const tone = wire.state === "bad" ? " tbad" : "";
  return text(wire.shape, { class: `sh skip-size${tone}`, x: x + 5, y: (start.y + end.y) / 2 + 4 });
}

/** A line through the points with corners of 12 px. */
function rounded(points) {
  let d = `M${points[0].x} ${points[0].y}`;
  for (let index = 1; index < points.length - 1; index += 1) {
    const corner = points[index];
    const a = towards(corner, points[index - 1]);
    const b = towards(corner, points[index + 1]);
    d += `L${a.x} ${a.y}Q${corner.x} ${corner.y} ${b.x} ${b.y}`;
  }
  const end = points[points.length - 1];
  return `${d}L${end.x} ${end.y}`;
}

function towards(from, to) {
  const far = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const step = Math.min(12, far / 2) / far;
  return { x: round(from.x + (to.x - from.x) * step), y: round(from.y + (to.y - from.y) * step) };
}

const round = (number) => Math.round(number * 10) / 10;

function arrowHead() {
  const defs = make("defs");
  const marker = make("marker", {
    id: "arrow", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto-start-reverse",
  });
  marker.append(make("path", { d: "M1 1l6 3-6 3", class: "arrow" }));
  defs.append(marker);
  return defs;
}

function make(name, attributes = {}) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

function text(content, attributes) {
  const element = make("text", attributes);
  element.textContent = content;
  return element;
}

export function markSelected(id) {
  const holder = document.getElementById("graph");
  holder.dataset.selected = id;
  for (const node of holder.querySelectorAll(".graph-node")) node.classList.toggle("chosen", node.dataset.id === id);
}
