"""What a checked network consists of: problems, cards, steps, heads."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from training.declared import Call
from training.errors import NetworkError
from training.layers import Layer, Learning, Shape

Edit = dict[str, Any]
Fix = dict[str, Any]  # {"title": what the button says, "edits": [edit, …]}

HEAD = "head"  # id of the last node, which belongs to the objective


def fix(title: str, *edits: Edit) -> Fix:
    """A remedy as data: a title and the edits to apply."""
    return {"title": title, "edits": list(edits)}


@dataclass(frozen=True)
class Problem:
    """Something wrong with a network, or worth a warning.

    message: what is wrong, a whole sentence; where: ``"network.main.fc.units"``; hint: what to do;
    fixes: up to three remedies, the best one first; node: the id of the card it stands on.
    """

    message: str
    where: str
    hint: str = ""
    fixes: tuple[Fix, ...] = ()
    node: str = ""

    def as_dict(self) -> dict[str, Any]:
        return {
            "message": self.message,
            "where": self.where,
            "hint": self.hint,
            "node": self.node,
            "fixes": list(self.fixes),
        }

    def as_error(self) -> NetworkError:
        """The same as an error that can be raised."""
        return NetworkError(self.message, where=self.where, hint=self.hint)


@dataclass(frozen=True)
class Card:
    """One card of the stack: an input, a node or the head.

    kind: ``"input"``, ``"node"`` or ``"head"``; layer: a name of the catalogue, as typed (inputs: "");
    inputs: ids that it takes, resolved; settings: every field of the layer, with what was typed;
    shape: of one output row, None while unknown; parameters: None while unknown; about: some size
    comes from the profile; waits_for: id of the card that has to be mended first; name: what people
    call it, else ""; opens: of a block that fits, the cards of its layers; opening: the edit that puts
    these in its place.
    """

    id: str
    kind: str
    layer: str
    title: str
    family: str
    inputs: tuple[str, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)
    shape: Shape | None = None
    parameters: int | None = None
    about: bool = False
    problem: Problem | None = None
    waits_for: str = ""
    name: str = ""
    opens: tuple[Card, ...] = ()
    opening: Edit | None = None

    @property
    def locked(self) -> bool:
        """Whether it comes from data or task, and cannot be edited here."""
        return self.kind != "node"

    @property
    def state(self) -> str:
        """``"ok"``, ``"bad"`` or ``"wait"``."""
        return "bad" if self.problem else "wait" if self.waits_for else "ok"

    def as_dict(self) -> dict[str, Any]:
        """The card as JSON; shape as a list of sizes of one row."""
        return {
            "id": self.id, "kind": self.kind, "layer": self.layer, "title": self.title,
            "family": self.family, "inputs": list(self.inputs), "settings": self.settings,
            "shape": None if self.shape is None else list(self.shape.dims), "parameters": self.parameters,
            "about": self.about, "problem": self.problem.as_dict() if self.problem else None,
            "waits_for": self.waits_for, "state": self.state, "name": self.name,
            "opens": [card.as_dict() for card in self.opens], "opening": self.opening,
        }  # fmt: skip


@dataclass(frozen=True)
class Head:
    """The last layer, which the objective owns: title "Output: yes or no", and what it is made of."""

    title: str
    layer: Layer
    own_softmax: bool = False
    about: bool = False


@dataclass(frozen=True)
class Step:
    """One node of the forward pass: ``id = layer(*sources)``."""

    id: str
    layer: Layer
    sources: tuple[str, ...]
    shapes: tuple[Shape, ...]
    shape: Shape

    @property
    def call(self) -> Call:
        return self.layer.construct(*self.shapes)

    @property
    def takes_padding(self) -> bool:
        """Whether its module is told where a text is over."""
        return self.layer.masks and self.shapes[0].padded is not None

    @property
    def is_frozen(self) -> bool:
        return isinstance(self.layer, Learning) and self.layer.frozen

    @cached_property
    def parameters(self) -> int:
        return self.layer.parameters(*self.shapes)

    @cached_property
    def multiply_adds(self) -> int:
        return self.layer.multiply_adds(*self.shapes)


@dataclass(frozen=True)
class Checked:
    """A network after the check. ``ok`` when it can be built.

    cards: inputs, nodes and head, in order; steps: what the forward pass does, in order, the head
    last, without nodes that lead nowhere (only when ok); arrays: the inputs that it uses, in order;
    totals: parameters, of which trainable and frozen, multiply_adds (of one row), model_bytes, whole, about.
    """

    inputs: dict[str, Shape]
    cards: tuple[Card, ...]
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    totals: dict[str, Any]
    steps: tuple[Step, ...]
    arrays: tuple[str, ...]

    @property
    def ok(self) -> bool:
        return not self.problems

    def card(self, id: str) -> Card | None:
        """The first card with this id."""
        return next((card for card in self.cards if card.id == id), None)

    def as_dict(self) -> dict[str, Any]:
        return {
            "ok": self.ok,
            "cards": [card.as_dict() for card in self.cards],
            "problems": [problem.as_dict() for problem in self.problems],
            "warnings": [problem.as_dict() for problem in self.warnings],
            "totals": self.totals,
        }
