"""Merges whose inputs differ: how they become alike."""

from __future__ import annotations

from typing import Literal

from training.layers import CATALOG, Shape
from training.layers.convolution import Convolution, slid
from training.layers.merge import Concatenate, Merge
from training.network.bridging import vector
from training.network.parts import Edit, Fix, Problem, fix
from training.network.placing import Place, Wires, exchanged, inserted, quoted, set_units
from training.network.reading import Drawn

_MOST_UNITS = 65_536  # of Linear
_MOST_CHANNELS = 8_192  # of a convolution


def equal(place: Place, wires: Wires, shapes: tuple[Shape, ...]) -> Problem | None:
    """The problem of a merge whose inputs are not alike."""
    layer = place.layer
    if not isinstance(layer, Merge):
        return None
    joins = layer if isinstance(layer, Concatenate) else None
    sizes = [joins.rest(shape) if joins else shape.dims for shape in shapes]
    if len(set(sizes)) == 1:
        return None
    other = next(index for index, size in enumerate(sizes) if size != sizes[0])
    rule = f"needs equal sizes but the {joins.along}" if joins else "needs equal shapes"
    message = (
        f"{place.name} {rule}. Input A “{place.sources[0]}” is {shapes[0]}, input "
        f"{chr(ord('A') + other)} “{place.sources[other]}” is {shapes[other]}. "
        f"{_difference(shapes[0], shapes[other])}"
    )
    if joins:
        return place.problem(message, [*_along(place, joins, shapes), _flattened(place, wires, shapes)])
    return place.problem(message, _equalising(place, wires, shapes))


def _difference(one: Shape, other: Shape) -> str:
    if one.rank != other.rank:
        return f"One has {one.rank} sizes, the other {other.rank}."
    ordinals = ["last", *[f"size {place} from the end" for place in range(2, one.rank + 1)]]
    place = next(place for place in range(1, one.rank + 1) if one.dims[-place] != other.dims[-place])
    what = "last size" if place == 1 else ordinals[place - 1]
    return f"The {what} differs: {one.dims[-place]} and {other.dims[-place]}."


def _along(place: Place, joins: Concatenate, shapes: tuple[Shape, ...]) -> list[Fix]:
    """Join along the other size, where that is the one that differs."""
    along: Literal["first", "last"] = "first" if joins.along == "last" else "last"
    turned = Concatenate(along=along)
    if len({turned.rest(shape) for shape in shapes}) > 1:
        return []
    return [
        fix(f"Join along the {along} size", {"do": "set", "node": place.id, "field": "along", "value": along})
    ]


def _flattened(place: Place, wires: Wires, shapes: tuple[Shape, ...]) -> Fix:
    return inserted(
        place, wires, {number: vector(shape) for number, shape in enumerate(shapes) if shape.rank > 1}
    )


def _equalising(place: Place, wires: Wires, shapes: tuple[Shape, ...]) -> list[Fix]:
    """Set the units above, or project, or join side by side instead."""
    instead = exchanged(place, Concatenate.name, f"Use {Concatenate.title}")
    if len({shape.dims[:-1] for shape in shapes}) == 1:
        return [*_units(place, wires, shapes), _linear(place, wires, shapes), instead]
    kept = _kept_at_the_edges(place, wires, shapes)
    return [*kept, *_projected(place, wires, shapes), _flattened(place, wires, shapes), instead]


def _units(place: Place, wires: Wires, shapes: tuple[Shape, ...]) -> list[Fix]:
    for wanted in reversed(shapes):
        movable = [
            units_above(name, wires)
            for name, shape in zip(place.sources, shapes, strict=True)
            if shape.dims != wanted.dims
        ]
        if not wanted.about and all(each and _may_have(each, wanted.last) for each in movable):
            edits = [set_units(each.id, wanted.last) for each in movable if each]
            first = next(each for each in movable if each)
            return [fix(f"Set {first.id} units to {wanted.last}", *edits)]
    return []


def _may_have(node: Drawn, units: int) -> bool:
    """Whether that many units are allowed."""
    return (
        next(field.high or units for field in CATALOG[node.layer_name].fields() if field.name == "units")
        >= units
    )


def _linear(place: Place, wires: Wires, shapes: tuple[Shape, ...]) -> Fix:
    exact = [shape for shape in shapes if not shape.about]
    units = min((exact or list(shapes))[-1].last, _MOST_UNITS)
    apart = [number for number, shape in enumerate(shapes) if shape.last != units or not exact]
    title = f"Insert Linear {shapes[apart[0]].last} to {units}"
    return inserted(place, wires, {number: [("Linear", {"units": units})] for number in apart}, title)


def _projected(place: Place, wires: Wires, shapes: tuple[Shape, ...]) -> list[Fix]:
    """Pictures and volumes brought to one size by convolutions with windows of one place."""
    rank = shapes[0].rank
    if rank not in (3, 4) or any(shape.rank != rank for shape in shapes):
        return []
    # The fewest places, and of as many the most channels: what was worked out is not narrowed again.
    wanted = min(reversed(shapes), key=lambda shape: (shape.count // shape.dims[0], -shape.dims[0]))
    chains = {}
    for number, shape in enumerate(shapes):
        stride = -(-shape.last // wanted.last)
        if tuple(slid(size, 1, stride, 0) for size in shape.dims[1:]) != wanted.dims[1:] or stride > 64:
            return []
        if shape.dims != wanted.dims:
            settings = {"units": wanted.dims[0], "kernel_size": 1} | (
                {"stride": stride} if stride > 1 else {}
            )
            chains[number] = [(f"Conv{rank - 1}d", settings)]
    if wanted.dims[0] > _MOST_CHANNELS:
        return []
    names = " and ".join(f"“{place.sources[number]}”" for number in list(chains)[:2])
    side = "×".join("1" * (rank - 1))
    title = f"Project {names} to {wanted.dims[0]} channels with a {side} convolution"
    return [inserted(place, wires, chains, title)]


def _kept_at_the_edges(place: Place, wires: Wires, shapes: tuple[Shape, ...]) -> list[Fix]:
    """Padding for the convolutions between the fork and the merge, where places got lost at their edges."""
    if len({shape.rank for shape in shapes}) > 1 or len({shape.dims[1:] for shape in shapes}) == 1:
        return []
    cutting = [id for name in place.sources for id in _cutting(name, wires)]
    if not cutting:
        return []
    edits: list[Edit] = [{"do": "set", "node": id, "field": "padding", "value": "same"} for id in cutting]
    return [fix(f"Set the padding of {quoted(cutting[::-1])} to same", *edits)]


def _cutting(name: str, wires: Wires) -> list[str]:
    """Convolutions without padding, from here up to where the wire is taken by more than one."""
    found = []
    while name in wires.drawn and wires.uses[name] == 1 and len(wires.sources[name]) == 1:
        layer = wires.drawn[name].layer
        if isinstance(layer, Convolution) and layer.padding == "valid" and layer.kernel_size > 1:
            found.append(name)
        name = wires.sources[name][0]
    return found


def units_above(name: str, wires: Wires) -> Drawn | None:
    """The node whose units alone decide this wire's last size, and nothing else's."""
    while name in wires.drawn and wires.uses[name] == 1:
        node = wires.drawn[name]
        if node.layer is None:
            return None
        if "units" in type(node.layer).model_fields:
            return node if _decides_last(node, wires) else None
        if not node.layer.keeps_shape or len(wires.sources[name]) != 1:
            return None
        name = wires.sources[name][0]
    return None


def _decides_last(node: Drawn, wires: Wires) -> bool:
    """Whether the node's units are its last size: of convolutions they are the channels."""
    return not CATALOG[node.layer_name].channels_first and wires.shapes[node.id].last == getattr(
        node.layer, "units", 0
    )
