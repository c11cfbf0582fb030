"""Where a node stands, and the edits that put other layers on its wires."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from training.declared import clipped
from training.layers import CATALOG, Layer, Shape
from training.network.bridging import Piece
from training.network.edits import fresh_id
from training.network.parts import HEAD, Edit, Fix, Problem, fix
from training.network.reading import RESERVED, Drawn


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

    @property
    def ranks(self) -> tuple[int, ...]:
        """How many sizes a row may have; the output takes a row of numbers."""
        return (1,) if self.id == HEAD else self.layer.ranks

    def problem(self, message: str, fixes: list[Fix], hint: str = "") -> Problem:
        return Problem(message, self.where, hint, tuple(fixes[:3]), self.id)


def quoted(names: tuple[str, ...] | list[str]) -> str:
    """“a”, “b” and “c”."""
    return listed([f"“{clipped(name)}”" for name in names])


def listed(words: list[str]) -> str:
    """a, b and c."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def takes(place: Place, names: tuple[str, ...] | None) -> Edit:
    return {
        "do": "set",
        "node": place.id,
        "field": "inputs",
        "value": None if names is None else list(names),
    }


def set_units(id: str, units: int) -> Edit:
    return {"do": "set", "node": id, "field": "units", "value": units}


def exchanged(place: Place, name: str, title: str = "") -> Fix:
    """Another layer in its place, with the settings that both have."""
    kept = {
        field: value
        for field, value in place.layer.model_dump(exclude_defaults=True).items()
        if field in CATALOG[name].model_fields
    }
    try:
        CATALOG[name].model_validate(kept)
    except ValidationError:
        kept = {}
    swap: Edit = {"do": "set", "node": place.id, "field": "layer", "value": name}
    edits = [{"do": "set", "node": place.id, "field": field, "value": value} for field, value in kept.items()]
    return fix(title or f"Use {CATALOG[name].title} instead", swap, *edits)


def inserted(place: Place, wires: Wires, chains: Mapping[int, list[Piece]], title: str = "") -> Fix:
    """Layers put on the node's input wires, by the number of the wire."""
    names = list(dict.fromkeys(name for pieces in chains.values() for name, _ in pieces))
    title = title or f"Insert {listed([CATALOG[name].title for name in names])} before it"
    if len(place.sources) == 1:
        return fix(title, *in_front(place, wires, chains[0]))
    adding = Adding(place, wires)
    sources = [adding.chain(source, chains.get(number, [])) for number, source in enumerate(place.sources)]
    return fix(title, *adding.edits, takes(place, tuple(sources)))


def in_front(place: Place, wires: Wires, pieces: list[Piece]) -> list[Edit]:
    """Layers put between the node and everything that it takes."""
    taken, edits = set(wires.taken), []
    for offset, (layer, settings) in enumerate(pieces):
        id = fresh_id(layer, taken)
        taken.add(id)
        edits.append(_adding(layer, id, place.index + offset, settings))
    if not place.explicit:
        return edits
    edits[0]["inputs"] = list(place.sources)
    return [*edits, takes(place, None)]


def joined(place: Place, wires: Wires, chains: list[list[Piece]], most: int) -> Fix:
    """Everything that the node takes, made into rows of numbers and put side by side.

    chains: for each source, what makes a row of numbers of it; most: how many Concatenate takes.
    """
    adding = Adding(place, wires)
    ends = [adding.chain(source, pieces) for source, pieces in zip(place.sources, chains, strict=True)]
    while len(ends) > 1:
        ends = [
            adding.add("Concatenate", {}, group) if len(group) > 1 else group[0]
            for group in (ends[start : start + most] for start in range(0, len(ends), most))
        ]
    titles = list(dict.fromkeys(CATALOG[edit["layer"]].title for edit in adding.edits))
    back = [takes(place, None)] if place.explicit else []
    return fix(f"Insert {listed(titles)} before it", *adding.edits, *back)


class Adding:
    """Edits that add layers above a node, one below the other."""

    def __init__(self, place: Place, wires: Wires) -> None:
        self.place, self.taken = place, set(wires.taken)
        self.edits: list[Edit] = []

    def add(self, layer: str, settings: dict[str, Any], inputs: list[str]) -> str:
        """The id of a layer that takes these."""
        id = fresh_id(layer, self.taken)
        self.taken.add(id)
        at = self.place.index + len(self.edits)
        self.edits.append(_adding(layer, id, at, settings) | {"inputs": inputs})
        return id

    def chain(self, source: str, pieces: list[Piece]) -> str:
        """What is at the end of a source and these layers."""
        for layer, settings in pieces:
            source = self.add(layer, settings, [source])
        return source


def _adding(layer: str, id: str, at: int, settings: dict[str, Any]) -> Edit:
    return {"do": "add", "layer": layer, "id": id, "at": at, "settings": dict(settings)}
