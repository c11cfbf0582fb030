"""What a node takes by name: problems of names that are not there, and the remedies."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from training.declared import clipped
from training.layers import Shape
from training.network.parts import HEAD, Edit, Fix, Problem, fix
from training.network.placing import Wires
from training.network.reading import Drawn


def sources(drawn: list[Drawn], inputs: dict[str, Shape]) -> dict[str, tuple[str, ...]]:
    """What each node and the head take, by name."""
    found, above = {}, tuple(inputs)
    for node in drawn:
        found[node.id] = node.inputs or above
        above = (node.id,)
    return {**found, HEAD: above}


def wiring(node: Drawn, seen: dict[str, None], wires: Wires) -> Problem | None:
    """The problem of what a node takes by name. seen: ids that stand above it, in order."""
    names = node.inputs or ()
    for name in names:
        if name not in seen:
            return _missing(node, name, seen, wires)
    if len(set(names)) == len(names):
        return None
    twice = next(name for name in names if names.count(name) > 1)
    return Problem(
        f"{node.name} takes “{twice}” twice.",
        f"{node.where}.inputs",
        "Name each input once.",
        (fix(f"Take “{twice}” once", _takes(node, dict.fromkeys(names))),),
        node.id,
    )


def _missing(node: Drawn, name: str, seen: dict[str, None], wires: Wires) -> Problem:
    below = wires.drawn.get(name)
    if name == node.id:
        what, hint = "takes itself", "A layer takes layers above it."
    elif below:
        what, hint = f"takes “{name}”, which stands below it", "A layer takes layers above it."
    else:
        what, hint = f"takes “{clipped(name)}”, but there is no such layer", "Choose another input."
    fixes = [_instead(node, name, other, seen) for other in _candidates(node, name, seen, guess=not below)]
    others = [other for other in node.inputs or () if other in seen]
    if not fixes and others:
        fixes = [fix(f"Leave “{clipped(name)}” out", _takes(node, dict.fromkeys(others)))]
    if not fixes:
        above: Edit = {"do": "set", "node": node.id, "field": "inputs", "value": None}
        fixes = [fix("Take the layer above", above)]
    if below and name != node.id:
        move: Edit = {"do": "move", "node": node.id, "to": below.index}
        fixes.append(fix(f"Move it below “{name}”", move))
    return Problem(f"{node.name} {what}.", f"{node.where}.inputs", hint, tuple(fixes[:3]), node.id)


def _candidates(node: Drawn, name: str, seen: dict[str, None], guess: bool) -> list[str]:
    free = [other for other in seen if other not in (node.inputs or ())]
    close = get_close_matches(name[:60], free, n=1, cutoff=0.6) if guess else []
    return list(dict.fromkeys([*close, *free[-1:]]))


def _instead(node: Drawn, name: str, other: str, seen: dict[str, None]) -> Fix:
    """Take ``other`` for ``name``; what else is not there is left out."""
    names = [other if each == name else each for each in node.inputs or ()]
    return fix(
        f"Take “{other}” instead", _takes(node, [each for each in dict.fromkeys(names) if each in seen])
    )


def _takes(node: Drawn, names: Iterable[str]) -> Edit:
    return {"do": "set", "node": node.id, "field": "inputs", "value": list(names)}
