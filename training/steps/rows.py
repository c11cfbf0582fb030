"""Row steps: which rows of the table are used at all."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field

from training.steps.step import COLUMN, RowStep


class DropRows(RowStep):
    """Leaves out rows in which one column is empty, has a value, or lies outside a range."""

    name = "drop_rows"
    title: ClassVar[str] = "Drop rows"
    counts_when = {"value": ("when", "equals"), "low": ("when", "outside"), "high": ("when", "outside")}

    column: str = COLUMN
    when: Literal["missing", "equals", "outside"] = Field(
        "missing", title="When", description="What a cell has to be for its row to be left out."
    )
    value: str = Field(
        "", max_length=1_000, title="Value", description="The value that rows to leave out have (equals)."
    )
    low: float | None = Field(None, title="Lowest", description="The smallest number that stays (outside).")
    high: float | None = Field(None, title="Highest", description="The largest number that stays (outside).")

    def misfit(self, about: dict[str, Any]) -> tuple[str, str] | None:
        if self.when == "outside" and about["type"] != "number":
            return "when", f"{about['name']} holds no numbers, so it has no range"
        if self.when == "outside" and self.low is None and self.high is None:
            return "low", "Dropping rows outside a range needs a lowest or a highest number"
        return None


class Deduplicate(RowStep):
    """Keeps the first of rows that are the same, in all columns or in some."""

    name = "deduplicate"
    title: ClassVar[str] = "Drop repeated rows"

    columns: list[str] = Field(
        default_factory=list,
        max_length=100,
        title="Compared columns",
        description="Rows are the same when these are; without any, when all columns are.",
    )

    def columns_named(self) -> list[tuple[str, str]]:
        return [("columns", name) for name in self.columns]


STEPS = (DropRows, Deduplicate)
