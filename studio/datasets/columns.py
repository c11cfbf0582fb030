"""A version's columns as the page shows them: a page of them at a time, with histogram and cells."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from studio.datasets import words

PAGE = 50
POOR_SHARE = 0.2  # from here on a share of empty cells is shown in red
BARS = 14


@dataclass(frozen=True)
class Bar:
    """One bar of a mini histogram in a drawing 100 wide and 32 high; ``hit`` ones stand out."""

    x: str
    y: str
    width: str
    height: str
    hit: bool


@dataclass(frozen=True)
class Column:
    """One column: ``index`` within the table, and what the page says about it."""

    index: int
    name: str
    type: str
    fixed: str
    missing_share: float
    distinct: int
    role: str
    bars: list[Bar]

    @property
    def type_label(self) -> str:
        return words.SHOWN_TYPES.get(self.type, (self.type, ""))[0]

    @property
    def icon(self) -> str:
        return words.SHOWN_TYPES.get(self.type, ("", "file"))[1]

    @property
    def is_poor(self) -> bool:
        return self.missing_share >= POOR_SHARE

    @property
    def look(self) -> str:
        """The class of its cells: the target stands out, what is left out is grey."""
        return {"target": "tgt", "feature": ""}.get(self.role, "off")

    @property
    def vals(self) -> str:
        """What its role select sends along, as htmx wants it."""
        return json.dumps({"column": self.name})

    @property
    def roles(self) -> list[tuple[str, Any]]:
        """The roles to choose from; rarer ones only where a column has one."""
        offered = ("feature", "target", "ignored", "identifier")
        return [(key, label) for key, label in words.ROLES.items() if key in offered or key == self.role]


@dataclass(frozen=True)
class Page:
    """The columns ``first`` to ``last`` (counted from 1) of the ``found``."""

    columns: list[Column]
    query: str
    number: int
    pages: int
    found: int
    total: int

    @property
    def first(self) -> int:
        return (self.number - 1) * PAGE + 1

    @property
    def last(self) -> int:
        return self.first + len(self.columns) - 1

    @property
    def before(self) -> int | None:
        return self.number - 1 if self.number > 1 else None

    @property
    def after(self) -> int | None:
        return self.number + 1 if self.number < self.pages else None


def page_of(
    info: dict[str, Any], roles: dict[str, str], types: dict[str, str], *, query: str, number: int
) -> Page:
    """The page ``number`` (from 1; drawn into range) of the columns whose name contains ``query``.

    The target comes first, the others in the file's order.
    """
    wanted = query.strip().casefold()
    found = [
        (index, column) for index, column in enumerate(info["columns"]) if wanted in column["name"].casefold()
    ]
    found.sort(key=lambda pair: roles.get(pair[1]["name"]) != "target")
    pages = max(1, -(-len(found) // PAGE))
    number = min(max(1, number), pages)
    shown = [
        _column(index, column, roles.get(column["name"], "feature"), types.get(column["name"], ""))
        for index, column in found[(number - 1) * PAGE : number * PAGE]
    ]
    return Page(shown, query, number, pages, len(found), len(info["columns"]))


def _column(index: int, column: dict[str, Any], role: str, fixed: str) -> Column:
    return Column(
        index=index,
        name=column["name"],
        type=column["type"],
        fixed=fixed,
        missing_share=column["missing_share"],
        distinct=column["distinct"],
        role=role,
        bars=bars(column, stands_out=role == "target"),
    )


def bars(column: dict[str, Any], *, stands_out: bool = False) -> list[Bar]:
    """The mini histogram of a column: of its numbers, else of its most frequent values."""
    counts = (column.get("histogram") or {}).get("counts") or [count for _, count in column.get("top") or []]
    counts = _merged(counts)
    highest = max(counts, default=0)
    if not highest:
        return []
    step = 100 / len(counts)
    heights = [max(1, 31 * count / highest) for count in counts]  # a line where nothing is, not a hole
    return [
        Bar(
            x=f"{at * step + 0.5:.1f}",
            y=f"{32 - height:.1f}",
            width=f"{step - 1:.1f}",
            height=f"{height:.1f}",
            hit=stands_out and len(counts) == 2 and at == 1,
        )
        for at, height in enumerate(heights)
    ]


def _merged(counts: list[int]) -> list[int]:
    """At most BARS counts: neighbours added up."""
    if len(counts) <= BARS:
        return counts
    group = -(-len(counts) // BARS)
    return [sum(counts[at : at + group]) for at in range(0, len(counts), group)]
