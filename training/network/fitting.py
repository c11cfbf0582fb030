"""Does a layer fit what reaches it? The output's shape, or a problem with its fixes."""

from __future__ import annotations

from training.layers import CATALOG, Misfit, Shape
from training.layers.layer import KINDS
from training.layers.merge import Concatenate
from training.layers.table import Features
from training.network.bridging import READERS, Piece, after, bridge, pooling, sibling, vector
from training.network.merging import equal
from training.network.parts import HEAD, Edit, Fix, Problem, fix
from training.network.placing import Place, Wires, exchanged, in_front, inserted, joined, quoted, takes

MOST_VALUES = 1_048_576  # in one row on one wire


def fitted(place: Place, wires: Wires) -> Shape | Problem:
    """The shape of one output row, or why there is none."""
    layer, shapes = place.layer, tuple(wires.shapes[name] for name in place.sources)
    if len(shapes) < layer.least:
        return _kinds(place, wires, shapes) or _too_few(place, wires)
    if len(shapes) > layer.most:
        return _too_many(place, wires, shapes)
    for check in (_kinds, _ranks, equal):
        problem = check(place, wires, shapes)
        if problem:
            return problem
    try:
        shape = layer.output(*shapes)
    except Misfit as misfit:
        return place.problem(f"{place.name} {misfit.message}", _remedies(place, wires, misfit))
    return _too_wide(place, wires, shape) if shape.count > MOST_VALUES else shape


def _too_few(place: Place, wires: Wires) -> Problem:
    shape = wires.shapes[place.sources[0]]
    others = [
        name
        for name, other in reversed(wires.shapes.items())
        if name not in place.sources and other.kind == "values"
    ]
    alike = [name for name in others if wires.shapes[name].dims == shape.dims]
    fixes = [
        fix(f"Take “{name}” too", takes(place, (*place.sources, name)))
        for name in dict.fromkeys([*alike, *others])
    ][:2]
    fixes.append(_beside(place, wires, shape))
    message = f"{place.name} joins two layers or more, but only {quoted(place.sources)} reaches it."
    return place.problem(message, fixes, "Choose what else it takes.")


def _beside(place: Place, wires: Wires, shape: Shape) -> Fix:
    """A second way past what already reaches the node: the branch of a residual block."""
    edits = in_front(place, wires, [("Linear", {"units": min(shape.last, 65_536)})])
    add: Edit = edits[0] | {"inputs": list(place.sources)}
    return fix("Insert Linear beside it", add, takes(place, (*place.sources, add["id"])))


def _too_many(place: Place, wires: Wires, shapes: tuple[Shape, ...]) -> Problem:
    layer, count = place.layer, len(shapes)
    most = "one input" if layer.most == 1 else f"at most {layer.most} inputs"
    reach = quoted(place.sources) if count <= 4 else f"{count:,}"
    fixes = [_joined(place, wires, shapes)] if "values" in layer.takes and layer.most == 1 else []
    if place.id != HEAD:
        kept = _best(place, shapes)
        only = fix(f"Take only {quoted(kept)}", takes(place, kept))
        # A layer for steps or pictures reads those; the others would be bent to its form.
        structured = any(
            _misses(place, shape) == 0 and (shape.rank > 1 or shape.kind == "tokens") for shape in shapes
        )
        fixes = [only, *fixes] if structured and place.ranks and 1 not in place.ranks else [*fixes, only]
    return place.problem(f"{place.name} takes {most}, but {reach} reach it.", fixes)


def _joined(place: Place, wires: Wires, shapes: tuple[Shape, ...]) -> Fix:
    """One wire out of many: by the layer that is made for it, or by rows of numbers side by side."""
    kinds, flat = [shape.kind for shape in shapes], all(shape.rank == 1 for shape in shapes)
    if flat and sorted(kinds) == ["categories", "values"]:
        maker = CATALOG.get(place.layer.maker, Features)
        name = maker.name if "categories" in maker.takes else Features.name
        return fix(f"Insert {CATALOG[name].title} before it", *in_front(place, wires, [(name, {})]))
    plain = set(kinds) == {"values"} and len({shape.dims[:-1] for shape in shapes}) == 1
    chains: list[list[Piece]] = [[] if plain else vector(shape) for shape in shapes]
    if not any(chains) and len(shapes) <= Concatenate.most:
        return fix(f"Insert {Concatenate.title} before it", *in_front(place, wires, [(Concatenate.name, {})]))
    return joined(place, wires, chains, Concatenate.most)


def _best(place: Place, shapes: tuple[Shape, ...]) -> tuple[str, ...]:
    """The inputs that suit the node best, as many as it takes, in their order."""
    order = sorted(range(len(shapes)), key=lambda number: _misses(place, shapes[number]))
    return tuple(place.sources[number] for number in sorted(order[: place.layer.most]))


def _misses(place: Place, shape: Shape) -> int:
    """How many layers are missing between the shape and the node; more than any where nothing helps."""
    pieces = bridge(shape, place.layer, place.ranks)
    if pieces is None:
        return 9
    # A text becomes steps, a picture a picture, by the first layer of every network for them.
    first = bool(pieces) and pieces[0][0] in READERS.values()
    return len(pieces) - first


def _kinds(place: Place, wires: Wires, shapes: tuple[Shape, ...]) -> Problem | None:
    wrong = [number for number, shape in enumerate(shapes) if shape.kind not in place.layer.takes]
    if not wrong:
        return None
    arriving, kind = place.sources[wrong[0]], shapes[wrong[0]].kind
    message = f"{place.name} takes {place.layer.input_sentence()}, but “{arriving}” holds {KINDS[kind]}."
    if "values" in place.layer.takes:
        return place.problem(message, _bridged(place, wires, shapes))
    another = [name for name, shape in wires.shapes.items() if shape.kind in place.layer.takes]
    fixes = [fix(f"Take “{name}” instead", takes(place, (name,))) for name in another[:1]]
    name = READERS.get(kind) or place.layer.for_numbers
    return place.problem(message, [*fixes, *([exchanged(place, name)] if name else [])])


def _ranks(place: Place, wires: Wires, shapes: tuple[Shape, ...]) -> Problem | None:
    allowed = place.ranks
    wrong = [number for number, shape in enumerate(shapes) if allowed and shape.rank not in allowed]
    if not wrong:
        return None
    arriving = shapes[wrong[0]]
    sizes = " or ".join(map(str, allowed))
    message = (
        f"{place.name} takes rows of {sizes} {'size' if sizes == '1' else 'sizes'}, "
        f"but “{place.sources[wrong[0]]}” is {arriving}."
    )
    fixes = _bridged(place, wires, shapes)
    like = sibling(place.layer, arriving.rank) if len(shapes) == 1 and arriving.rank > 1 else ""
    if like:
        fixes.insert(0, exchanged(place, like))
    pooled = pooling(arriving)
    if len(shapes) == 1 and 1 in allowed and pooled:
        other = inserted(place, wires, {0: [(pooled, {})]})
        fixes += [other] if other["title"] != fixes[-1]["title"] else []
    return place.problem(message, fixes)


def _bridged(place: Place, wires: Wires, shapes: tuple[Shape, ...]) -> list[Fix]:
    """What makes of every input what the node takes."""
    chains = {number: bridge(shape, place.layer, place.ranks) for number, shape in enumerate(shapes)}
    return [inserted(place, wires, {number: pieces for number, pieces in chains.items() if pieces})]


def _too_wide(place: Place, wires: Wires, shape: Shape) -> Problem:
    message = f"{place.name} makes rows of {shape.count:,} numbers; {MOST_VALUES:,} are the most."
    if isinstance(place.layer, Features):
        edits: list[Edit] = [
            {"do": "set", "node": place.id, "field": field, "value": value}
            for field, value in (("one_hot_up_to", 20), ("width", 8))
        ]
        return place.problem(message, [fix("Embed the large columns", *edits)])
    shapes = [wires.shapes[name] for name in place.sources]
    narrower = ({number: _narrower(x, size) for number, x in enumerate(shapes)} for size in (64, 16, 4, 1))
    every = next((chains for chains in narrower if _fits(place, shapes, chains)), None)
    fixes = [inserted(place, wires, every)] if every else []
    size = next((name for name in ("units", "width", "hidden_size") if hasattr(place.layer, name)), "")
    less = getattr(place.layer, size) * MOST_VALUES // shape.count if size else 0
    if less:
        edit: Edit = {"do": "set", "node": place.id, "field": size, "value": less}
        fixes.insert(0, fix(f"Set {place.id} {size.replace('_', ' ')} to {less}", edit))
    return place.problem(message, fixes)


def _narrower(x: Shape, size: int) -> list[Piece]:
    """Fewer numbers in as many sizes."""
    if x.kind != "values":
        return []
    if x.rank in (3, 4):
        return [(f"AdaptiveAvgPool{x.rank - 1}d", {"size": size})]
    return [("Linear", {"units": size})]


def _fits(place: Place, shapes: list[Shape], chains: dict[int, list[Piece]]) -> bool:
    try:
        shape = place.layer.output(*(after(x, chains[number]) for number, x in enumerate(shapes)))
    except Misfit:
        return False
    return shape.count <= MOST_VALUES and any(chains.values())


def _remedies(place: Place, wires: Wires, misfit: Misfit) -> list[Fix]:
    fixes = []
    for do, name, value in misfit.remedies:
        if do == "insert":
            fixes.append(inserted(place, wires, {0: [(name, value)]}))
        elif do == "exchange":
            fixes.append(exchanged(place, name))
        else:
            edit: Edit = {"do": "set", "node": place.id, "field": name, "value": value}
            fixes.append(fix(f"Set {place.id} {name.replace('_', ' ')} to {value}", edit))
    return fixes
