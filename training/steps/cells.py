"""Column steps for any kind of cell: what stands in for empty ones, and fewer categories."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from training.steps import texts
from training.steps.numbers import present
from training.steps.step import ColumnStep, Learned

_WORDS = ("category", "yes/no", "text")


def word_counts(column: Any) -> list[tuple[str, int]]:
    """The words that occur with their rows: the most frequent first, then by name."""
    counts = np.bincount(column.codes[column.codes >= 0], minlength=len(column.values))
    found = [(word, int(count)) for word, count in zip(column.values, counts, strict=True) if count]
    return sorted(found, key=lambda pair: (-pair[1], pair[0]))


class Fill(ColumnStep):
    """Puts a value into empty cells."""

    name = "fill"
    title: ClassVar[str] = "Fill empty cells"
    takes = ("number", "date", *_WORDS)
    counts_when = {"value": ("by", "value")}

    by: Literal["median", "mean", "most_frequent", "value"] = Field(
        "most_frequent",
        title="With",
        description="What stands in: learned from training rows, or your value.",
    )
    value: str = Field("", max_length=1_000, title="Value", description="The value that stands in (value).")

    def misfit(self, about: dict[str, Any]) -> tuple[str, str] | None:
        kind = about["type"]
        if self.by in ("median", "mean") and kind != "number":
            return "by", f"{about['name']} holds no numbers, so it has no {self.by}"
        if self.by != "value":
            return None
        if kind == "number" and texts.number(self.value) is None:
            return "value", f"The value of {self.title} must be a number for {about['name']}"
        if kind == "date" and texts.date(self.value) is None:
            return "value", f"The value of {self.title} must be a date such as 2024-05-31 for {about['name']}"
        return None if texts.word(self.value) else ("value", f"{self.title} needs a value")

    def learn(self, column: Any) -> Learned:
        if not isinstance(column, np.ndarray):
            return {"do": self.name, "value": self._word(column)}
        return {
            "do": self.name,
            "value": self._date(column) if column.dtype.kind == "M" else self._number(column),
        }

    def _word(self, column: Any) -> str | None:
        if self.by == "value":
            return texts.word(self.value)
        return next((word for word, _ in word_counts(column)), None)

    def _number(self, column: np.ndarray) -> float | None:
        if self.by == "value":
            return texts.number(self.value)
        values = present(column)
        return _FIGURES[self.by](values) if len(values) else None

    def _date(self, column: np.ndarray) -> str | None:
        if self.by == "value":
            return texts.date(self.value)
        moments = column[~np.isnat(column)]
        return str(_most_frequent(moments)) if len(moments) else None

    def foreseen(self, about: dict[str, Any]) -> dict[str, Any]:
        return {**about, "missing": 0, "missing_share": 0.0}


def _most_frequent(values: np.ndarray) -> Any:
    distinct, counts = np.unique(values, return_counts=True)
    return distinct[counts.argmax()]


def _median(values: np.ndarray) -> float:
    ordered = np.sort(values)
    return float(ordered[(len(values) - 1) // 2] / 2 + ordered[len(values) // 2] / 2)


_FIGURES: dict[str, Callable[[np.ndarray], float]] = {
    "median": _median,
    "mean": lambda values: float((values / len(values)).sum()),  # a sum of 1e308 would be infinite
    "most_frequent": lambda values: float(_most_frequent(values)),
}


class Combine(ColumnStep):
    """Makes one category of those that have few training rows, and of those never seen."""

    name = "combine"
    title: ClassVar[str] = "Combine rare categories"
    takes = _WORDS

    rows: int = Field(
        10,
        ge=2,
        le=1_000_000,
        title="Fewest rows",
        description="Categories with fewer training rows are rare.",
    )
    into: str = Field(
        "other", min_length=1, max_length=100, title="Called", description="The name of the new category."
    )

    def learn(self, column: Any) -> Learned:
        keep = [word for word, count in word_counts(column) if count >= self.rows]
        return {"do": self.name, "keep": keep, "into": self.into}


class DateParts(ColumnStep):
    """Chooses what of a date the network sees."""

    name = "date_parts"
    title: ClassVar[str] = "Parts of a date"
    takes = ("date",)

    year: bool = Field(True, title="Year")
    month: bool = Field(True, title="Month")
    day: bool = Field(True, title="Day of the month")
    weekday: bool = Field(True, title="Day of the week")
    hour: bool = Field(False, title="Hour")

    def parts(self) -> list[str]:
        """The parts that are switched on."""
        return [part for part in ("year", "month", "day", "weekday", "hour") if getattr(self, part)]

    def misfit(self, about: dict[str, Any]) -> tuple[str, str] | None:
        return None if self.parts() else ("year", f"{self.title} needs at least one part")

    def learn(self, column: np.ndarray) -> Learned:
        return {"do": self.name, "parts": self.parts()}

    def foreseen(self, about: dict[str, Any]) -> dict[str, Any]:
        return {**about, "parts": self.parts()}


STEPS = (Fill, Combine, DateParts)
