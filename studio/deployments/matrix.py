"""The confusion matrix as a table: who was taken for whom, with up to 20 classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

MAX_CLASSES = 20
SMALL = 5  # up to here a cell has room for both the rows and their share


@dataclass(frozen=True)
class Cell:
    """rows: test rows; share: of the true class, 0 to 1; heat: 0 (none) to 3 (most of it)."""

    rows: int
    share: float
    heat: int

    @property
    def rows_text(self) -> str:
        return f"{self.rows:,}"

    @property
    def percent_text(self) -> str:
        return f"{self.share:.1%}"


@dataclass(frozen=True)
class Matrix:
    """labels: the classes shown; lines: (true class, its cells); classes: how many there are in all."""

    labels: list[str]
    lines: list[tuple[str, list[Cell]]]
    classes: int

    @property
    def is_small(self) -> bool:
        return len(self.labels) <= SMALL

    @property
    def is_partial(self) -> bool:
        return len(self.labels) < self.classes


def matrix_of(report: dict[str, Any]) -> Matrix | None:
    """The matrix of a classification's report; with more than 20 classes, the most confused ones."""
    counts = report.get("confusion")
    if not counts:
        return None
    classes = [str(name) for name in report["classes"]]
    shown = _most_confused(counts) if len(classes) > MAX_CLASSES else list(range(len(classes)))
    lines = [(classes[row], _cells(counts[row], shown)) for row in shown]
    return Matrix([classes[at] for at in shown], lines, len(classes))


def _cells(counts: list[int], shown: list[int]) -> list[Cell]:
    total = sum(counts) or 1
    return [Cell(counts[at], counts[at] / total, _heat(counts[at] / total)) for at in shown]


def _heat(share: float) -> int:
    return 0 if share == 0 else 1 if share < 0.3 else 2 if share < 0.6 else 3


def _most_confused(counts: list[list[int]]) -> list[int]:
    """The 20 classes with the most rows taken for or from another, in their own order."""
    taken_for = [sum(row) - row[at] for at, row in enumerate(counts)]
    taken_from = [sum(column) - column[at] for at, column in enumerate(zip(*counts, strict=True))]
    worst = sorted(range(len(counts)), key=lambda at: -(taken_for[at] + taken_from[at]))
    return sorted(worst[:MAX_CLASSES])
