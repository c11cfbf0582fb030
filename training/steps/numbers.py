"""Column steps for numbers."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from training.steps import texts
from training.steps.step import ColumnStep, Learned


def present(column: np.ndarray) -> np.ndarray:
    """The numbers that are there."""
    return np.asarray(column[~np.isnan(column)])


class Clip(ColumnStep):
    """Brings numbers beyond a lowest and a highest one back to these."""

    name = "clip"
    takes = ("number",)
    counts_when = {
        "low": ("by", "bounds"),
        "high": ("by", "bounds"),
        "low_share": ("by", "quantiles"),
        "high_share": ("by", "quantiles"),
    }

    by: Literal["bounds", "quantiles"] = Field(
        "quantiles", title="By", description="Numbers that you name, or shares of the training rows."
    )
    low: float | None = Field(None, title="Lowest", description="The smallest number that stays (bounds).")
    high: float | None = Field(None, title="Highest", description="The largest number that stays (bounds).")
    low_share: float = Field(
        0.01,
        ge=0.0,
        le=0.49,
        title="Lower share",
        description="This share of the rows is raised (quantiles).",
    )
    high_share: float = Field(
        0.01, ge=0.0, le=0.49, title="Upper share", description="This share is lowered (quantiles)."
    )

    def misfit(self, about: dict[str, Any]) -> tuple[str, str] | None:
        if self.by == "bounds" and self.low is None and self.high is None:
            return "low", "Clip by bounds needs a lowest or a highest number"
        if self.low is not None and self.high is not None and self.low > self.high:
            return "low", "The lowest number of Clip must not be above the highest"
        return None

    def learn(self, column: np.ndarray) -> Learned:
        low, high, values = self.low, self.high, present(column)
        if self.by == "quantiles":
            low = high = None
        if self.by == "quantiles" and len(values):
            shares = [self.low_share, 1 - self.high_share]
            low, high = (float(end) for end in np.quantile(values, shares, method="nearest"))
        return {"do": self.name, "low": low, "high": high}


class Log(ColumnStep):
    """Takes the logarithm of 1 + the size of a number and keeps its sign: draws long tails in."""

    name = "log"
    title: ClassVar[str] = "Logarithm"
    takes = ("number",)

    def learn(self, column: np.ndarray) -> Learned:
        return {"do": self.name}


class Bin(ColumnStep):
    """Puts numbers into ranges, which are categories from then on."""

    name = "bin"
    title: ClassVar[str] = "Ranges"
    takes = ("number",)

    by: Literal["width", "quantiles"] = Field(
        "quantiles", title="By", description="Ranges of the same width, or with about as many rows each."
    )
    bins: int = Field(10, ge=2, le=100, title="Ranges", description="How many ranges there are at most.")

    def learn(self, column: np.ndarray) -> Learned:
        values, shares = present(column), np.linspace(0, 1, self.bins + 1)[1:-1]
        edges = np.empty(0)
        if len(values) and self.by == "quantiles":
            edges = np.quantile(values, shares, method="nearest")
        elif len(values):
            edges = float(values.min()) * (1 - shares) + float(values.max()) * shares
        distinct = sorted({float(edge) for edge in edges})
        return {"do": self.name, "edges": distinct, "labels": _labels(distinct)}

    def foreseen(self, about: dict[str, Any]) -> dict[str, Any]:
        return {**about, "type": "category", "distinct": self.bins}


def _labels(edges: list[float]) -> list[str]:
    ends = [texts.shortest(edge) for edge in edges]
    if not ends:
        return ["any number"]
    between = [f"{low} to {high}" for low, high in pairwise(ends)]
    return [f"below {ends[0]}", *between, f"{ends[-1]} or more"]


STEPS = (Clip, Log, Bin)
