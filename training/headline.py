"""A report's first sentence, which somebody who never heard of metrics can repeat."""

from __future__ import annotations

import math
from typing import Any

from training.words import counted

_DIGITS = 4


def number(value: float) -> str:
    """A figure for a sentence: four digits that count, thousands parted: "206,800", "0.01234"."""
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    digits = _DIGITS - 1 - math.floor(math.log10(abs(value)))
    rounded = round(value, digits)
    return f"{rounded:,.{max(digits, 0)}f}".rstrip("0").rstrip(".") if digits > 0 else f"{rounded:,.0f}"


def sentence(
    task: str,
    target: str,
    ours: dict[str, float | None],
    theirs: dict[str, float | None],
    baseline: dict[str, str],
    rows: int,
) -> str:
    """ours, theirs: metrics of the model and of the baseline on the test rows."""
    if task == "regression":
        return _of_numbers(target, ours["mae"], theirs["mae"], baseline["answer"])
    return _of_classes(ours["accuracy"], theirs["accuracy"], baseline["answer"], rows)


def _of_classes(ours: Any, theirs: Any, answer: str, rows: int) -> str:
    base = min(rows, 100)
    return (
        f"Of {counted(base, 'row')} it never saw, the model is right on {round(ours * base)}; "
        f"always saying {answer} is right on {round(theirs * base)}."
    )


def _of_numbers(target: str, ours: float | None, theirs: float | None, mean: str) -> str:
    if ours is None or theirs is None:
        return f"The model's predictions of {target} are not numbers on the test rows."
    return (
        f"On rows it never saw, the model's {target} is off by {number(ours)} on average; "
        f"always saying the mean, {mean}, is off by {number(theirs)}."
    )
