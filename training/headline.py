"""A report's first sentence, which somebody who never heard of metrics can repeat."""

from __future__ import annotations

import math
from typing import Any

from training.words import counted

_DIGITS = 4
_NAMED = 3
Figures = dict[str, float | None]


def number(value: float) -> str:
    """A figure for a sentence: four digits that count, thousands parted: "206,800", "0.01234"."""
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    digits = _DIGITS - 1 - math.floor(math.log10(abs(value)))
    rounded = round(value, digits)
    return f"{rounded:,.{max(digits, 0)}f}".rstrip("0").rstrip(".") if digits > 0 else f"{rounded:,.0f}"


def listed(names: list[str]) -> str:
    """The first few names for a sentence: "red, blue, small and 2 more"."""
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def sentence(
    target: dict[str, Any],
    ours: Figures,
    theirs: Figures,
    baseline: dict[str, str],
    rows: int,
    coverage: dict[str, float] | None = None,
) -> str:
    """target: ``state["target"]``; ours, theirs: metrics of model and baseline on so many test rows."""
    title = baseline["title"]
    trivial = title[0].lower() + title[1:]
    if target["task"] in ("regression", "forecast"):
        return _of_numbers(target, ours["mae"], theirs["mae"], trivial) + _of_range(coverage)
    if target["task"] == "multilabel":
        said = (ours["subset_accuracy"], theirs["subset_accuracy"])
        return _of_rows("gets all labels right", *said, trivial, rows)
    return _of_rows("is right", ours["accuracy"], theirs["accuracy"], trivial, rows)


def _of_rows(does: str, ours: Any, theirs: Any, trivial: str, rows: int) -> str:
    base = min(rows, 100)
    return (
        f"Of {counted(base, 'row')} it never saw, the model {does} on {round(ours * base)}; "
        f"{trivial} is right on {round(theirs * base)}."
    )


def _of_numbers(target: dict[str, Any], ours: float | None, theirs: float | None, trivial: str) -> str:
    columns = [column["name"] for column in target.get("columns") or [target]]
    name = listed(columns)
    if ours is None or theirs is None:
        return f"The model's predictions of {name} are not numbers on the test rows."
    steps = len(target.get("names") or columns) // len(columns)
    ahead = f", 1 to {steps:,} rows ahead," if steps > 1 else ""
    are, unit = ("are", " deviations") if len(columns) > 1 else ("is", "")
    comma = "," if "," in trivial else ""
    return (
        f"On rows it never saw, the model's {name}{ahead} {are} off by {number(ours)}{unit} on average; "
        f"{trivial}{comma} is off by {number(theirs)}{unit}."
    )


def _of_range(coverage: dict[str, float] | None) -> str:
    if coverage is None:
        return ""
    return f" Its range holds {coverage['found']:.0%} of the true values; {coverage['wanted']:.0%} is wanted."
