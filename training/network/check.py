"""Nodes -> Checked: one walk from the top down, which never raises for what people draw."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from training.declared import clipped
from training.layers import CATALOG, FAMILIES, Layer, Shape
from training.network.advice import advice
from training.network.fitting import Place, Wires, fitted, set_units, units_above
from training.network.parts import HEAD, Card, Checked, Edit, Fix, Head, Problem, Step, fix
from training.network.reading import Drawn, read, title_of

MOST_PARAMETERS = 1_000_000_000  # 4 GB of weights, 16 GB to train

_INPUT_TITLES = {"numbers": "Input: numbers", "categories": "Input: categories"}


def check(nodes: Any, inputs: dict[str, Shape], head: Head, *, rows: int | None = None) -> Checked:
    """Judge a network as drawn, node by node.

    nodes: JSON as it is stored, whatever it holds, or recipe.Node objects; inputs: from
    ``inputs_about`` or ``inputs_of``; head: from ``head_for``; rows: of the table, for a warning.
    """
    drawn, problems = read(nodes)
    if not inputs:
        problems.insert(
            0,
            Problem(
                "No column is left to learn from.",
                "data.roles",
                "Give at least one column that is not empty the role feature.",
            ),
        )
    wires = Wires({node.id: node for node in drawn}, _sources(drawn, inputs), dict(inputs))
    walk = _Walk(wires, inputs)
    for node in drawn:
        walk.visit(node)
    walk.visit_head(head, len(drawn))
    problems += [card.problem for card in walk.cards if card.problem]
    alive = _alive(walk.steps) if not problems else []
    if not problems and (problem := _too_large(alive, wires, len(drawn))):
        problems.append(problem)
        walk.blame(problem)
    arrays = tuple(name for name in inputs if any(name in step.sources for step in alive))
    cards = (*_input_cards(inputs), *walk.cards)
    return Checked(
        inputs=inputs,
        cards=cards,
        problems=tuple(problems),
        warnings=() if problems else tuple(advice(walk.steps, alive, inputs, head, rows)),
        totals=_totals(walk.steps if problems else alive, cards, whole=not problems),
        steps=() if problems else tuple(alive),
        arrays=() if problems else arrays,
    )


class _Walk:
    """Visits nodes in order and keeps cards, steps and the shapes so far."""

    def __init__(self, wires: Wires, inputs: dict[str, Shape]) -> None:
        self.wires = wires
        self.cards: list[Card] = []
        self.steps: list[Step] = []
        self.blocked: dict[str, str] = {}  # id -> the id that has to be mended first
        self.seen: dict[str, None] = dict.fromkeys(inputs)  # in order

    def visit(self, node: Drawn) -> None:
        sources = self.wires.sources[node.id]
        problem = node.problem or self._wiring(node)
        if problem or node.layer is None:
            self._card(node.id, "node", node.layer_name, node.layer, node.settings, sources, problem=problem)
        else:
            place = Place(node.id, node.index, node.name, node.layer, sources, node.inputs is not None)
            self._place(place, "node", node.settings)
        self.seen[node.id] = None

    def visit_head(self, head: Head, index: int) -> None:
        sources = self.wires.sources[HEAD]
        place = Place(HEAD, index, head.title, head.layer, sources, explicit=False)
        self._place(place, "head", {}, title=head.title)

    def blame(self, problem: Problem) -> None:
        """Put a problem of the whole on the card that it names."""
        self.cards = [
            replace(card, problem=problem) if card.id == problem.node else card for card in self.cards
        ]

    def _place(self, place: Place, kind: str, settings: dict[str, Any], title: str = "") -> None:
        waits_for = next((self.blocked[name] for name in place.sources if name in self.blocked), "")
        if not place.sources:
            waits_for = "data"
        arguments = (place.id, kind, place.layer.name, place.layer, settings, place.sources)
        if waits_for:
            self._card(*arguments, waits_for=waits_for, title=title)
            return
        result = fitted(place, self.wires)
        if isinstance(result, Problem):
            self._card(*arguments, problem=result, title=title)
            return
        shapes = tuple(self.wires.shapes[name] for name in place.sources)
        step = Step(place.id, place.layer, place.sources, shapes, result)
        self.steps.append(step)
        self.wires.shapes[place.id] = result
        self._card(*arguments, title=title, step=step)

    def _card(
        self, id: str, kind: str, layer_name: str, layer: Layer | None, settings: dict[str, Any],
        sources: tuple[str, ...], *, problem: Problem | None = None, waits_for: str = "", title: str = "",
        step: Step | None = None,
    ) -> None:  # fmt: skip
        if step is None:
            self.blocked[id] = waits_for or id
        parameters = step.parameters if step else None
        about = step is not None and (
            step.shape.about or (step.parameters > 0 and any(x.about for x in step.shapes))
        )
        defaults = layer.model_dump() if layer else _defaults(layer_name)
        self.cards.append(
            Card(
                id,
                kind,
                layer_name,
                title or title_of(layer_name),
                layer.family if layer else _family(layer_name),
                sources,
                {**defaults, **settings},
                step.shape if step else None,
                parameters,
                about,
                problem,
                waits_for,
            )
        )

    def _wiring(self, node: Drawn) -> Problem | None:
        names = node.inputs or ()
        for name in names:
            if name not in self.seen:
                return self._missing(node, name)
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            once: Edit = {
                "do": "set",
                "node": node.id,
                "field": "inputs",
                "value": list(dict.fromkeys(names)),
            }
            return Problem(
                f"{node.name} takes “{twice}” twice.",
                f"{node.where}.inputs",
                "Name each input once.",
                (fix(f"Take “{twice}” once", once),),
                node.id,
            )
        return None

    def _missing(self, node: Drawn, name: str) -> Problem:
        below = self.wires.drawn.get(name)
        if name == node.id:
            what, hint = "takes itself", "A layer takes layers above it."
        elif below:
            what, hint = f"takes “{name}”, which stands below it", "A layer takes layers above it."
        else:
            what, hint = f"takes “{clipped(name)}”, but there is no such layer", "Choose another input."
        fixes = [self._instead(node, name, other) for other in self._candidates(node, name, guess=not below)]
        if below and name != node.id:
            move: Edit = {"do": "move", "node": node.id, "to": below.index}
            fixes.append(fix(f"Move it below “{name}”", move))
        if not fixes:
            fixes = [
                fix("Take the layer above", {"do": "set", "node": node.id, "field": "inputs", "value": None})
            ]
        return Problem(f"{node.name} {what}.", f"{node.where}.inputs", hint, tuple(fixes[:3]), node.id)

    def _candidates(self, node: Drawn, name: str, guess: bool) -> list[str]:
        free = [other for other in self.seen if other not in (node.inputs or ())]
        close = get_close_matches(name[:60], free, n=1, cutoff=0.6) if guess else []
        return list(dict.fromkeys([*close, *free[-1:]]))

    def _instead(self, node: Drawn, name: str, other: str) -> Fix:
        """Take ``other`` for ``name``; what else is not there is left out."""
        names = [other if each == name else each for each in node.inputs or ()]
        known = [each for each in dict.fromkeys(names) if each in self.seen]
        edit: Edit = {"do": "set", "node": node.id, "field": "inputs", "value": known}
        return fix(f"Take “{other}” instead", edit)


def _sources(drawn: list[Drawn], inputs: dict[str, Shape]) -> dict[str, tuple[str, ...]]:
    """What each node and the head take, by name."""
    sources, above = {}, tuple(inputs)
    for node in drawn:
        sources[node.id] = node.inputs or above
        above = (node.id,)
    return {**sources, HEAD: above}


def _alive(steps: list[Step]) -> list[Step]:
    """The steps whose output reaches the head."""
    needed = {HEAD}
    kept = []
    for step in reversed(steps):
        if step.id in needed:
            needed.update(step.sources)
            kept.append(step)
    return kept[::-1]


def _too_large(steps: list[Step], wires: Wires, end: int) -> Problem | None:
    total = sum(step.parameters for step in steps)
    if total <= MOST_PARAMETERS:
        return None
    largest = max(steps, key=lambda step: step.parameters)
    share = MOST_PARAMETERS // (2 * len(steps))
    return Problem(
        f"The network has {total:,} parameters; {MOST_PARAMETERS:,} are the most.",
        f"network.main.{largest.id}",
        "Make its largest layer smaller.",
        (_smaller(largest, share, wires, end),),
        largest.id,
    )


def _smaller(step: Step, share: int, wires: Wires, end: int) -> Fix:
    settings = type(step.layer).model_fields
    if step.id != HEAD and "units" in settings:
        units = max(1, share // step.shapes[0].last)
        return fix(f"Set {step.id} units to {units}", set_units(step.id, units))
    if "width" in settings:
        return fix(f"Set {step.id} width to 1", {"do": "set", "node": step.id, "field": "width", "value": 1})
    units = max(1, share // step.shape.last)
    above = units_above(step.sources[0], wires)
    if above:
        return fix(f"Set {above.id} units to {units}", set_units(above.id, units))
    add: Edit = {"do": "add", "layer": "Linear", "at": end, "settings": {"units": units}}
    return fix("Insert Linear before it", add)


def _defaults(layer_name: str) -> dict[str, Any]:
    return (
        {field.name: field.default for field in CATALOG[layer_name].fields()} if layer_name in CATALOG else {}
    )


def _family(layer_name: str) -> str:
    return CATALOG[layer_name].family if layer_name in CATALOG else ""


def _input_cards(inputs: dict[str, Shape]) -> list[Card]:
    return [
        Card(
            name,
            "input",
            "",
            _INPUT_TITLES.get(name, f"Input: {name}"),
            next(iter(FAMILIES)),
            shape=shape,
            parameters=0,
            about=shape.about,
        )
        for name, shape in inputs.items()
    ]


def _totals(steps: list[Step], cards: tuple[Card, ...], whole: bool) -> dict[str, Any]:
    parameters = sum(step.parameters for step in steps)
    return {
        "parameters": parameters,
        "multiply_adds": sum(step.multiply_adds for step in steps),
        "model_bytes": 4 * parameters,
        "whole": whole,
        "about": any(card.about for card in cards),
    }
