"""Does a layer fit what reaches it? The output's shape, or a problem with its fixes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from training.declared import clipped
from training.layers import Layer, Misfit, Shape
from training.layers.merge import Concatenate, Merge
from training.layers.table import Features
from training.network.edits import fresh_id
from training.network.parts import HEAD, Edit, Fix, Problem, fix
from training.network.reading import RESERVED, Drawn

MOST_VALUES = 1_048_576  # in one row on one wire


@dataclass
class Wires:
    """What is known while walking down the network.

    sources: resolved inputs of every node; shapes: of inputs and of the nodes above that fit;
    uses: how many nodes take one.
    """

    drawn: Mapping[str, Drawn]
    sources: Mapping[str, tuple[str, ...]]
    shapes: dict[str, Shape]
    taken: set[str] = field(init=False)
    uses: Counter[str] = field(init=False)

    def __post_init__(self) -> None:
        self.taken = set(self.drawn) | RESERVED
        self.uses = Counter(name for names in self.sources.values() for name in names)


@dataclass(frozen=True)
class Place:
    """The node in question: where an edit would put things, and what it is called in sentences."""

    id: str
    index: int
    name: str
    layer: Layer
    sources: tuple[str, ...]
    explicit: bool

    @property
    def where(self) -> str:
        return f"network.main.{self.id}"


def fitted(place: Place, wires: Wires) -> Shape | Problem:
    """The shape of one output row, or why there is none."""
    layer, shapes = place.layer, tuple(wires.shapes[name] for name in place.sources)
    if len(shapes) < layer.least:
        return _kinds(place, wires, shapes) or _too_few(place, wires)
    if len(shapes) > layer.most:
        return _too_many(place, wires, shapes)
    for check in (_kinds, _ranks, _equal):
        problem = check(place, wires, shapes)
        if problem:
            return problem
    try:
        shape = layer.output(*shapes)
    except Misfit as misfit:
        return _problem(place, f"{place.name} {misfit.message}", _remedies(place, wires, misfit))
    return _too_wide(place, wires, shape) if shape.count > MOST_VALUES else shape


def _problem(place: Place, message: str, fixes: list[Fix], hint: str = "") -> Problem:
    return Problem(message, place.where, hint, tuple(fixes[:3]), place.id)


def quoted(names: tuple[str, ...] | list[str]) -> str:
    """“a”, “b” and “c”."""
    words = [f"“{clipped(name)}”" for name in names]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _takes(place: Place, names: tuple[str, ...]) -> Edit:
    return {"do": "set", "node": place.id, "field": "inputs", "value": list(names)}


def _too_few(place: Place, wires: Wires) -> Problem:
    shape = wires.shapes[place.sources[0]]
    others = [
        name
        for name, other in reversed(wires.shapes.items())
        if name not in place.sources and other.kind == "values"
    ]
    alike = [name for name in others if wires.shapes[name].dims == shape.dims]
    fixes = [
        fix(f"Take “{name}” too", _takes(place, (*place.sources, name)))
        for name in dict.fromkeys([*alike, *others])
    ][:2]
    fixes.append(_beside(place, wires, shape))
    message = f"{place.name} joins two layers or more, but only {quoted(place.sources)} reaches it."
    return _problem(place, message, fixes, "Choose what else it takes.")


def _beside(place: Place, wires: Wires, shape: Shape) -> Fix:
    """A second way past what already reaches the node: the branch of a residual block."""
    id = fresh_id("linear", wires.taken)
    add: Edit = {
        "do": "add",
        "layer": "Linear",
        "id": id,
        "at": place.index,
        "inputs": list(place.sources),
        "settings": {"units": shape.last},
    }
    return fix("Insert Linear beside it", add, _takes(place, (*place.sources, id)))


def _too_many(place: Place, wires: Wires, shapes: tuple[Shape, ...]) -> Problem:
    count = len(shapes)
    most = "one input" if place.layer.most == 1 else f"at most {place.layer.most} inputs"
    fixes = []
    if place.layer.most == 1:
        joining = _joining(shapes)
        if joining:
            fixes.append(fix(f"Insert {joining} before it", *_before(place, wires, joining)))
    kept = place.sources[: place.layer.most]
    if place.id != HEAD:
        fixes.append(fix(f"Take only {quoted(kept)}", _takes(place, kept)))
    reach = quoted(place.sources) if count <= 4 else f"{count:,}"
    return _problem(place, f"{place.name} takes {most}, but {reach} reach it.", fixes)


def _joining(shapes: tuple[Shape, ...]) -> str:
    """The layer that makes one of these, if there is one."""
    kinds = [shape.kind for shape in shapes]
    if kinds.count("categories") == 1 and len(kinds) == 2:
        return Features.name
    plain = "categories" not in kinds and len({shape.dims[:-1] for shape in shapes}) == 1
    return Concatenate.name if plain and len(kinds) <= Concatenate.most else ""


def _kinds(place: Place, wires: Wires, shapes: tuple[Shape, ...]) -> Problem | None:
    wrong = [index for index, shape in enumerate(shapes) if shape.kind not in place.layer.takes]
    if not wrong:
        return None
    arriving = place.sources[wrong[0]]
    message = f"{place.name} takes {place.layer.input_sentence()}, but “{arriving}” holds category codes."
    return _problem(place, message, [_inserted(place, wires, wrong, Features.name, {})])


def _ranks(place: Place, wires: Wires, shapes: tuple[Shape, ...]) -> Problem | None:
    allowed = place.layer.ranks
    wrong = [index for index, shape in enumerate(shapes) if allowed and shape.rank not in allowed]
    if not wrong:
        return None
    arriving = shapes[wrong[0]]
    sizes = " or ".join(map(str, allowed))
    message = (
        f"{place.name} takes rows of {sizes} {'size' if sizes == '1' else 'sizes'}, "
        f"but “{place.sources[wrong[0]]}” is {arriving}."
    )
    return _problem(place, message, [_inserted(place, wires, wrong, "Flatten", {})])


def _equal(place: Place, wires: Wires, shapes: tuple[Shape, ...]) -> Problem | None:
    if not isinstance(place.layer, Merge):
        return None
    joins = isinstance(place.layer, Concatenate)
    sizes = [shape.dims[:-1] if joins else shape.dims for shape in shapes]
    if len(set(sizes)) == 1:
        return None
    other = next(index for index, size in enumerate(sizes) if size != sizes[0])
    rule = "needs equal sizes but the last" if joins else "needs equal shapes"
    message = (
        f"{place.name} {rule}. Input A “{place.sources[0]}” is {shapes[0]}, input "
        f"{_letter(other)} “{place.sources[other]}” is {shapes[other]}. "
        f"{_difference(shapes[0], shapes[other])}"
    )
    deep = [index for index, shape in enumerate(shapes) if shape.rank > 1]
    if deep and (joins or len({shape.rank for shape in shapes}) > 1):
        return _problem(place, message, [_inserted(place, wires, deep, "Flatten", {})])
    return _problem(place, message, _equalising(place, wires, shapes))


def _letter(index: int) -> str:
    return chr(ord("A") + index)


def _difference(one: Shape, other: Shape) -> str:
    if one.rank != other.rank:
        return f"One has {one.rank} sizes, the other {other.rank}."
    ordinals = ["last", *[f"size {place} from the end" for place in range(2, one.rank + 1)]]
    place = next(place for place in range(1, one.rank + 1) if one.dims[-place] != other.dims[-place])
    what = "last size" if place == 1 else ordinals[place - 1]
    return f"The {what} differs: {one.dims[-place]} and {other.dims[-place]}."


def _equalising(place: Place, wires: Wires, shapes: tuple[Shape, ...]) -> list[Fix]:
    """Set the units above, or project, or join side by side instead."""
    fixes = []
    for wanted in reversed(shapes):
        movable = [
            units_above(name, wires)
            for name, shape in zip(place.sources, shapes, strict=True)
            if shape.dims != wanted.dims
        ]
        if not wanted.about and all(movable):
            edits = [set_units(each.id, wanted.last) for each in movable if each]
            first = next(each for each in movable if each)
            fixes.append(fix(f"Set {first.id} units to {wanted.last}", *edits))
            break
    exact = [shape for shape in shapes if not shape.about]
    wanted = (exact or list(shapes))[-1]
    apart = [index for index, shape in enumerate(shapes) if shape.dims != wanted.dims or not exact]
    fixes.append(
        _inserted(
            place,
            wires,
            apart,
            "Linear",
            {"units": wanted.last},
            f"Insert Linear {shapes[apart[0]].last} to {wanted.last}",
        )
    )
    swap: Edit = {"do": "set", "node": place.id, "field": "layer", "value": Concatenate.name}
    return [*fixes, fix(f"Use {Concatenate.title}", swap)]


def units_above(name: str, wires: Wires) -> Drawn | None:
    """The node whose units alone decide this wire's last size, and nothing else's."""
    while name in wires.drawn and wires.uses[name] == 1:
        node = wires.drawn[name]
        if node.layer is None:
            return None
        if "units" in type(node.layer).model_fields:
            return node
        if not node.layer.keeps_shape or len(wires.sources[name]) != 1:
            return None
        name = wires.sources[name][0]
    return None


def set_units(id: str, units: int) -> Edit:
    return {"do": "set", "node": id, "field": "units", "value": units}


def _too_wide(place: Place, wires: Wires, shape: Shape) -> Problem:
    message = f"{place.name} makes rows of {shape.count:,} numbers; {MOST_VALUES:,} are the most."
    if isinstance(place.layer, Features):
        edits = [
            {"do": "set", "node": place.id, "field": field, "value": value}
            for field, value in (("one_hot_up_to", 20), ("width", 8))
        ]
        return _problem(place, message, [fix("Embed the large columns", *edits)])
    every = list(range(len(place.sources)))
    return _problem(place, message, [_inserted(place, wires, every, "Linear", {"units": 64})])


def _remedies(place: Place, wires: Wires, misfit: Misfit) -> list[Fix]:
    fixes = []
    for do, name, value in misfit.remedies:
        if do == "insert":
            fixes.append(_inserted(place, wires, [0], name, value))
        else:
            edit: Edit = {"do": "set", "node": place.id, "field": name, "value": value}
            fixes.append(fix(f"Set {place.id} {name.replace('_', ' ')} to {value}", edit))
    return fixes


def _inserted(
    place: Place, wires: Wires, which: list[int], layer: str, settings: dict[str, object], title: str = ""
) -> Fix:
    """A layer put on these of the node's input wires."""
    title = title or f"Insert {layer} before it"
    if len(place.sources) == 1:
        return fix(title, *_before(place, wires, layer, settings))
    names, taken, edits = list(place.sources), set(wires.taken), []
    for offset, index in enumerate(which):
        id = fresh_id(layer, taken)
        taken.add(id)
        edits.append(
            {
                "do": "add",
                "layer": layer,
                "id": id,
                "at": place.index + offset,
                "inputs": [names[index]],
                "settings": dict(settings),
            }
        )
        names[index] = id
    return fix(title, *edits, _takes(place, tuple(names)))


def _before(place: Place, wires: Wires, layer: str, settings: dict[str, object] | None = None) -> list[Edit]:
    """A layer put between the node and everything that it takes."""
    add: Edit = {
        "do": "add",
        "layer": layer,
        "id": fresh_id(layer, wires.taken),
        "at": place.index,
        "settings": dict(settings or {}),
    }
    if not place.explicit:
        return [add]
    above: Edit = {"do": "set", "node": place.id, "field": "inputs", "value": None}
    return [add | {"inputs": list(place.sources)}, above]
