"""Cards of the builder: what the engine's cards say, in the words and forms of the page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from studio.networks import fields
from training.layers import CATALOG, FAMILIES, Block, Layer
from training.network import Card, Checked, Problem

# The stylesheet's colours by family.
COLOURS = {
    "table": "shape",
    "picture": "shape",
    "embedding": "shape",
    "core": "core",
    "activation": "act",
    "convolution": "conv",
    "pooling": "conv",
    "recurrent": "rec",
    "attention": "att",
    "normalisation": "norm",
    "block": "block",
    "merge": "merge",
}
# What an input holds, and the palette's families that begin with it.
INPUT_ICONS = {"numbers": "hash", "categories": "tag", "text": "text", "picture": "eye", "series": "train"}
FAMILIES_FOR = {
    "numbers": {"table"},
    "categories": {"table"},
    "text": {"embedding", "recurrent", "attention"},
    "picture": {"picture", "convolution", "pooling"},
    "series": {"convolution", "recurrent"},
}
ALWAYS_OPEN = {"core", "activation"}


@dataclass(frozen=True)
class Fix:
    """A button that mends a problem."""

    title: str
    edits: str  # JSON
    icon: str


@dataclass(frozen=True)
class Remark:
    """A problem or a warning as it stands on the page."""

    message: str
    hint: str
    node: str
    fixes: list[Fix]


def remark(problem: Problem) -> Remark:
    return Remark(problem.message, problem.hint, problem.node, [_fix(fix) for fix in problem.fixes])


def _fix(fix: dict[str, Any]) -> Fix:
    inserts = any(edit["do"] == "add" for edit in fix["edits"])
    return Fix(fix["title"], json.dumps(fix["edits"]), "plus" if inserts else "fix")


class CardView:
    """One card. ``key`` names it in the page: a node's id, or kind and id of what is locked."""

    def __init__(self, card: Card, above: tuple[str, ...], names: dict[str, str]) -> None:
        self.card = card
        self.above = above
        self.key = card.id if card.kind == "node" else f"{card.kind}-{card.id}"
        self.id, self.kind, self.title, self.state = card.id, card.kind, card.title, card.state
        self.name = card.name if card.kind == "node" else ""
        self.layer = CATALOG.get(card.layer) if card.kind == "node" else None
        self.waits_for = names.get(card.waits_for, card.waits_for)

    @property
    def colour(self) -> str:
        return COLOURS.get(self.card.family, "core")

    @property
    def label(self) -> str:
        """How the card is called in sentences: "Linear fc_in", or what people call it."""
        return f"{self.name or self.title} {self.id}" if self.kind == "node" else self.title

    @property
    def icon(self) -> str:
        """What its handle shows: the kind of an input, a pin on the head, dots on what can be moved."""
        return {"node": "grip", "input": INPUT_ICONS.get(self.id, "pin")}.get(self.kind, "pin")

    @property
    def is_block(self) -> bool:
        return self.layer is not None and issubclass(self.layer, Block)

    @property
    def opening(self) -> str:
        """The edit that puts a block's layers in its place, as JSON; empty where there is none."""
        return json.dumps([self.card.opening]) if self.card.opening else ""

    @cached_property
    def inside(self) -> list[CardView]:
        """The layers of a block that fits."""
        return [CardView(card, (), {}) for card in self.card.opens]

    @property
    def summary(self) -> str:
        return _(self.layer.summary) if self.layer else ""

    @property
    def holds(self) -> str:
        """What an input brings, in words: "64 × 64 pixels, 3 channels"."""
        shape = self.card.shape
        if self.kind != "input" or shape is None:
            return ""
        dims = {f"d{place}": size for place, size in enumerate(shape.dims)}
        sentences = {
            "picture": _("%(d1)s × %(d2)s pixels, 1 channel")
            if shape.dims[0] == 1
            else _("%(d1)s × %(d2)s pixels, %(d0)s channels"),
            "series": _("%(d0)s steps of %(d1)s numbers"),
            "text": _("%(d0)s tokens out of %(size)s"),
            "numbers": _("from the data"),
            "categories": _("from the data"),
        }
        vocabulary = f"{shape.sizes[0]:,}" if shape.sizes else ""
        return sentences.get(self.id, _("from the data")) % (dims | {"size": vocabulary})

    @property
    def shape(self) -> str:
        return str(self.card.shape) if self.card.shape else ""

    @property
    def parameters(self) -> str:
        return "–" if self.card.parameters is None else f"{self.card.parameters:,}"

    @property
    def remark(self) -> Remark | None:
        return remark(self.card.problem) if self.card.problem else None

    @property
    def wrong_field(self) -> str:
        """``"fc_in.units"`` where the problem is about one field, else empty."""
        where = self.card.problem.where if self.card.problem else ""
        field = where.removeprefix(f"network.main.{self.id}.")
        return f"{self.id}.{field}" if self.kind == "node" and field != where else ""

    @cached_property
    def slots(self) -> tuple[Any, ...]:
        """Equal to another card's when what stands outside of the form is the same."""
        problem = self.card.problem.as_dict() if self.card.problem else None
        inside = [(card.title, card.shape, card.parameters) for card in self.inside]
        return self.shape, self.parameters, self.card.about, self.state, self.waits_for, problem, inside

    @cached_property
    def form(self) -> tuple[Any, ...]:
        """Equal to another card's when title and fields are the same."""
        inputs = self.card.inputs if self.takes_several or self.has_own_inputs else ()
        return self.title, self.name, self.card.layer, self.card.settings, inputs

    @property
    def takes_several(self) -> bool:
        return self.layer is not None and self.layer.most > 1

    @property
    def has_own_inputs(self) -> bool:
        return bool(self.card.inputs) and self.kind == "node" and self.card.inputs != self.above[-1:]

    @cached_property
    def fields(self) -> list[fields.Field]:
        return [field for field, advanced in self._fields() if not advanced]

    @cached_property
    def rare(self) -> list[fields.Field]:
        """Its names, the layer that it takes, and fields that people rarely touch."""
        names = [
            self._text("title", _("Name"), self.name, _("What this card is called here.")),
            self._text("id", _("Name in code"), self.id, _("Small letters, digits and _, as in code.")),
        ]
        source = [] if self.layer is None or self.sources or len(self.above) < 2 else [self._source(0, "")]
        return [*names, *source, *(field for field, advanced in self._fields() if advanced)]

    def _text(self, name: str, title: str, value: str, description: str) -> fields.Field:
        return fields.Field(
            id=f"f-{self.id}-{name}",
            place=self.id,
            name=name,
            title=title,
            kind="text",
            value=value,
            description=description,
        )

    def _fields(self) -> Iterator[tuple[fields.Field, bool]]:
        for info in self.layer.fields() if self.layer else []:
            error = "1" if self.wrong_field == f"{self.id}.{info.name}" else ""
            value = self.card.settings.get(info.name, info.default)
            yield (
                fields.field(info, value, place=self.id, id=f"f-{self.id}-{info.name}", error=error),
                info.advanced,
            )

    @property
    def sources(self) -> list[fields.Field]:
        """One select for each input that the card takes, and an empty one where there may be more."""
        if self.layer is None or not (self.takes_several or self.has_own_inputs):
            return []
        taken = list(self.card.inputs)
        if len(taken) < min(self.layer.most, len(self.above)):
            taken.append("")
        return [self._source(number, name) for number, name in enumerate(taken)]

    def _source(self, number: int, name: str) -> fields.Field:
        """The choice of one input. Only what is chosen stands in it: the browser knows the layers above,
        and a hundred cards with a hundred choices each would make a page of a megabyte."""
        alone = not self.takes_several
        title = _("Takes") if alone else _("Input %(number)s") % {"number": number + 1}
        nothing = fields.Choice("", _("the layer above") if alone else "–", not name)
        chosen = [fields.Choice(name, name, chosen=True)] if name else []
        may_be_empty = alone or not name or len(self.card.inputs) > 1
        return fields.Field(
            id=f"f-{self.id}-inputs-{number}",
            place=self.id,
            name="inputs",
            title=title,
            description="",
            kind="choice",
            value=name,
            choices=(*([nothing] if may_be_empty else []), *chosen),
        )


def views(checked: Checked) -> list[CardView]:
    """The cards of the stack, in order."""
    names = {card.id: card.title if card.kind == "head" else card.id for card in checked.cards}
    ids = tuple(card.id for card in checked.cards)
    return [CardView(card, ids[:position], names) for position, card in enumerate(checked.cards)]


@dataclass(frozen=True)
class PaletteItem:
    """One layer; ``search``: where words are looked for; ``squeezed``: its names, each after "="."""

    name: str
    title: str
    summary: str
    hint: str
    search: str
    squeezed: str


@dataclass(frozen=True)
class PaletteFamily:
    """One family; ``is_open`` where this data begins with it."""

    name: str
    colour: str
    title: str
    items: list[PaletteItem]
    is_open: bool


def palette(inputs: Iterable[str]) -> list[PaletteFamily]:
    """The families of the catalogue with their layers; those that suit the ``inputs`` are open."""
    opened = ALWAYS_OPEN.union(*(FAMILIES_FOR.get(name, set()) for name in inputs))
    return [
        PaletteFamily(
            family,
            COLOURS.get(family, "core"),
            _(title),
            [_item(layer) for layer in CATALOG.values() if layer.family == family],
            family in opened,
        )
        for family, title in FAMILIES.items()
    ]


def searchable(text: str) -> str:
    """The text as the palette's search compares it: normalization and normalisation are one word."""
    return text.lower().replace("z", "s")


def _item(layer: type[Layer]) -> PaletteItem:
    summary = _(layer.summary)
    names = [layer.name, layer.title, *layer.also]
    search = searchable(" ".join([*names, summary]))
    squeezed = searchable(" ".join("=" + re.sub(r"\W", "", name) for name in names))
    return PaletteItem(
        layer.name, layer.title, summary, layer.also[0] if layer.also else "", search, squeezed
    )
