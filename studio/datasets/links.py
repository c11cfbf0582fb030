"""How strongly each column goes with the target by itself, as the profile measured it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

SHOWN = 12


@dataclass(frozen=True)
class Link:
    """A column and its strength from 0 (nothing in common) to 1; ``leaks``: it gives the answer away."""

    at: int
    name: str
    strength: float
    leaks: bool

    @property
    def width(self) -> str:
        return f"{100 * self.strength:.1f}"


@dataclass(frozen=True)
class Links:
    """The strongest of ``found`` columns; ``rows`` were compared, a sample where ``sampled``."""

    strongest: list[Link]
    found: int
    rows: int
    sampled: bool


def links_of(info: dict[str, Any], target: str | None) -> Links | None:
    """The links with ``target``; None where none were measured.

    The target that the file's reading proposed was compared with every column, another one with those
    that the reading found most related to the first.
    """
    measured = info.get("association")
    if not measured or not target:
        return None
    pairs = measured["columns"] if target == measured["target"] else _among(measured, target)
    if not pairs:
        return None
    places = {column["name"]: at for at, column in enumerate(info["columns"])}
    leaks = info.get("relations", {}).get(target, {}).get("leaks", [])
    strongest = [Link(places[name], name, value, name in leaks) for name, value in pairs[:SHOWN]]
    return Links(strongest, len(pairs), measured["rows"], measured["sampled"])


def _among(measured: dict[str, Any], target: str) -> list[tuple[str, float]]:
    """A column's row of the matrix, the strongest first; [] where it is not in there."""
    names = measured["names"]
    if target not in names:
        return []
    row = measured["matrix"][names.index(target)]
    pairs = [
        (name, value) for name, value in zip(names, row, strict=True) if value is not None and name != target
    ]
    return sorted(pairs, key=lambda pair: (-pair[1], pair[0]))
