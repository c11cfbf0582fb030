"""Nodes -> Checked: one walk from the top down, which never raises for what people draw."""

from __future__ import annotations

import functools
import itertools
from dataclasses import replace
from typing import Any

from training.layers import CATALOG, FAMILIES, Block, Layer, Shape
from training.network.advice import advice
from training.network.blocks import Unfolded, unfolded
from training.network.completing import completed
from training.network.fitting import fitted
from training.network.parts import HEAD, Card, Checked, Head, Problem, Step
from training.network.placing import Place, Wires
from training.network.reading import Drawn, document_of, read, title_of
from training.network.totals import MOST_PARAMETERS, too_large, totals
from training.network.wiring import sources, wiring

_INPUT_TITLES = {
    "numbers": "Input: numbers", "categories": "Input: categories", "text": "Input: text",
    "picture": "Input: a picture", "series": "Input: a series",
}  # fmt: skip


def check(nodes: Any, inputs: dict[str, Shape], head: Head, *, rows: int | None = None) -> Checked:
    """Judge a network as drawn, node by node.

    nodes: JSON as it is stored, whatever it holds, or recipe.Node objects; inputs: from
    ``inputs_about`` or ``inputs_of``; head: from ``head_for``; rows: of the table, for a warning.
    """
    document = document_of(nodes)
    drawn, problems = read(document)
    if not inputs:
        problems.insert(
            0,
            Problem(
                "No column is left to learn from.",
                "data.roles",
                "Give at least one column that is not empty the role feature.",
            ),
        )
    walk = _walked(drawn, inputs, head)
    problems += [card.problem for card in walk.cards if card.problem]
    alive = _alive(walk.steps) if not problems else []
    if problems and inputs:
        judge = functools.partial(_first_problem, document, walk, inputs, head)
        problems[0] = completed(document, problems[0], judge)
        walk.blame(problems[0])
    arrays = tuple(name for name in inputs if any(name in step.sources for step in alive))
    cards = (*_input_cards(inputs), *walk.cards)
    return Checked(
        inputs=inputs,
        cards=cards,
        problems=tuple(problems),
        warnings=() if problems else tuple(advice(walk.steps, alive, inputs, head, rows)),
        totals=totals(walk.steps if problems else alive, cards, whole=not problems),
        steps=() if problems else tuple(alive),
        arrays=() if problems else arrays,
    )


def _walked(
    drawn: list[Drawn], inputs: dict[str, Shape], head: Head, until: str = HEAD, known: _Walk | None = None,
    same: int = 0,
) -> _Walk:  # fmt: skip
    """The walk from the first node to the one called ``until``, or to the head.

    known: an earlier walk, whose first ``same`` nodes are the same and fit: they are not walked again.
    """
    walk = _Walk(Wires({node.id: node for node in drawn}, sources(drawn, inputs), dict(inputs)), inputs)
    if known and same:
        walk.adopt(drawn[:same], known)
    for node in drawn[same:]:
        walk.visit(node)
        if node.id == until:
            return walk
    walk.visit_head(head, len(drawn))
    return walk


def _first_problem(
    before: list[Any], walk: _Walk, inputs: dict[str, Shape], head: Head, nodes: Any, until: str
) -> Problem | None:
    """The first problem of an edited network down to this node; None also where the node is gone.

    before, walk: the network as it was, whose first problem stands on that node.
    """
    drawn, problems = read(nodes)
    if problems:
        return problems[0]
    if until != HEAD and all(node.id != until for node in drawn):
        return None
    fit = {step.id for step in walk.drawn}
    as_before = (old == new and node.id in fit for old, new, node in zip(before, nodes, drawn, strict=False))
    same = sum(itertools.takewhile(bool, as_before))
    walk = _walked(drawn, inputs, head, until, walk, same)
    return next((card.problem for card in walk.cards if card.problem), None)


class _Walk:
    """Visits nodes in order and keeps cards, steps and the shapes so far."""

    def __init__(self, wires: Wires, inputs: dict[str, Shape]) -> None:
        self.wires = wires
        self.cards: list[Card] = []
        self.steps: list[Step] = []
        self.parameters = 0
        self.drawn: list[Step] = []  # the same, with blocks as one
        self.blocked: dict[str, str] = {}  # id -> the id that has to be mended first
        self.seen: dict[str, None] = dict.fromkeys(inputs)  # in order

    def adopt(self, nodes: list[Drawn], known: _Walk) -> None:
        """Take over what another walk found of nodes that fit."""
        steps = {step.id: step for step in known.drawn}
        for node in nodes:
            step = steps[node.id]
            self.drawn.append(step)
            self.parameters += step.parameters
            self.wires.shapes[node.id] = step.shape
            self.seen[node.id] = None
        self.wires.taken |= known.wires.taken

    def visit(self, node: Drawn) -> None:
        sources = self.wires.sources[node.id]
        problem = node.problem or wiring(node, self.seen, self.wires)
        if problem or node.layer is None:
            self._card(
                node.id, "node", node.layer_name, node.layer, node.settings, sources, problem=problem,
                name=node.title,
            )  # fmt: skip
        else:
            place = Place(node.id, node.index, node.name, node.layer, sources, node.inputs is not None)
            self._place(place, "node", node.settings, name=node.title)
        self.seen[node.id] = None

    def visit_head(self, head: Head, index: int) -> None:
        sources = self.wires.sources[HEAD]
        place = Place(HEAD, index, head.title, head.layer, sources, explicit=False)
        self._place(place, "head", {}, title=head.title)

    def blame(self, problem: Problem) -> None:
        """Put a problem, as it is now, on the card that it names."""
        self.cards = [
            replace(card, problem=problem) if card.id == problem.node else card for card in self.cards
        ]

    def _place(
        self, place: Place, kind: str, settings: dict[str, Any], title: str = "", name: str = ""
    ) -> None:
        waits_for = next((self.blocked[name] for name in place.sources if name in self.blocked), "")
        if not place.sources:
            waits_for = "data"
        arguments = (place.id, kind, place.layer.name, place.layer, settings, place.sources)
        if waits_for:
            self._card(*arguments, waits_for=waits_for, title=title, name=name)
            return
        result = fitted(place, self.wires)
        if isinstance(result, Problem):
            self._card(*arguments, problem=result, title=title, name=name)
            return
        shapes = tuple(self.wires.shapes[name] for name in place.sources)
        step = Step(place.id, place.layer, place.sources, shapes, result)
        total = self.parameters + step.parameters
        if total > MOST_PARAMETERS:
            problem = too_large(place, [*self.drawn, step], total, self.wires)
            self._card(*arguments, problem=problem, title=title, name=name)
            return
        self.parameters = total
        self.drawn.append(step)
        self.wires.shapes[place.id] = result
        inner = None
        if isinstance(place.layer, Block):
            inner = unfolded(step, self.wires.taken, place.explicit)
        self.steps += inner.steps if inner else [step]
        self._card(*arguments, title=title, step=step, name=name, inner=inner)

    def _card(
        self, id: str, kind: str, layer_name: str, layer: Layer | None, settings: dict[str, Any],
        sources: tuple[str, ...], *, problem: Problem | None = None, waits_for: str = "", title: str = "",
        step: Step | None = None, name: str = "", inner: Unfolded | None = None,
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
                name,
                inner.cards if inner else (),
                inner.opening if inner else None,
            )
        )


def _alive(steps: list[Step]) -> list[Step]:
    """The steps whose output reaches the head."""
    needed = {HEAD}
    kept = []
    for step in reversed(steps):
        if step.id in needed:
            needed.update(step.sources)
            kept.append(step)
    return kept[::-1]


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
