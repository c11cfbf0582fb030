"""What had to be decided about how cells are written: said, so that people can decide otherwise."""

from __future__ import annotations

from typing import Any

import polars as pl

from training.table.finding import finding
from training.table.kinds import Kind


def about_writing(name: str, kind: Kind, cells: pl.Series) -> list[dict[str, Any]]:
    """Dates whose day and month could be swapped, percent signs and thousands separators of a column."""
    if kind.type == "date":
        return _about_order(name, kind, cells)
    if kind.type == "number" and kind.format:
        return _about_signs(name, kind)
    return []


def _about_order(name: str, kind: Kind, dates: pl.Series) -> list[dict[str, Any]]:
    form = kind.format.get("date", "")
    if not form.startswith(("%d", "%m")):
        return []
    days = dates.drop_nulls().dt.day()
    # With the parts swapped, every date would still be one, and at least one another.
    if not len(days) or int(days.max()) > 12 or bool((days == dates.drop_nulls().dt.month()).all()):  # type: ignore[arg-type]
        return []
    read, other = ("the day", "the month") if form.startswith("%d") else ("the month", "the day")
    return [
        finding(
            "date_order",
            "warn",
            name,
            "Day and month could be swapped",
            f"Every date in {name} can be read both ways. {read.capitalize()} is taken to come first, so "
            f"01/02/2024 is {'1 February' if read == 'the day' else 'January 2'}. If {other} comes first, "
            "choose so under “Change how it is read”.",
        )
    ]


def _about_signs(name: str, kind: Kind) -> list[dict[str, Any]]:
    found = []
    signs = kind.format.get("signs", "")
    if "%" in signs:
        found.append(
            finding(
                "percent",
                "info",
                name,
                "Percent signs left out",
                f"Numbers of {name} are taken as they are written: 5% is read as 5, not as 0.05.",
            )
        )
    if len(currencies := signs.replace("%", "")) > 1:
        found.append(
            finding(
                "currencies",
                "warn",
                name,
                "Several currencies in one column",
                f"{name} has amounts with {' and '.join(currencies)}. The signs are left out and nothing "
                "is converted, so the numbers are not comparable as they stand.",
            )
        )
    return found
