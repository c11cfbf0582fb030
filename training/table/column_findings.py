"""What is likely to go wrong with a column, by its profile and its cells."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from training.encode.cells import number_pattern
from training.table.finding import finding
from training.table.kinds import MIXED, Kind, is_number
from training.table.proposal import is_identifier
from training.words import counted


def about_column(column: dict[str, Any], rows: int) -> list[dict[str, Any]]:
    """What a column's profile alone tells."""
    name, found = column["name"], []
    if column["missing"] == rows:
        return [finding("empty", "warn", name, "Empty column", f"{name} has no value in any row.", "ignored")]
    if column["distinct"] == 1:
        found.append(
            finding(
                "constant",
                "warn",
                name,
                "Constant column",
                f"{name} is the same in every row that has it, so nothing can be learned from it.",
                "ignored",
            )
        )
    elif is_identifier(column, rows):
        found.append(
            finding(
                "identifier",
                "warn",
                name,
                "Looks like an identifier",
                f"{column['distinct']:,} of {rows:,} rows have a value of their own in {name}. "
                "A network would learn rows by heart.",
                "identifier",
            )
        )
    if column["missing_share"] > 0.5:
        found.append(
            finding(
                "mostly_missing",
                "warn",
                name,
                "Mostly empty",
                f"{name} is empty in {column['missing_share']:.0%} of the rows.",
                "ignored",
            )
        )
    elif column["missing_share"] > 0.05:
        found.append(
            finding(
                "missing",
                "info",
                name,
                "Missing values",
                f"{name} is empty in {counted(column['missing'], 'row')} ({column['missing_share']:.1%}).",
                step={
                    "do": "fill",
                    "column": name,
                    "by": "median" if column["type"] == "number" else "most_frequent",
                },
            )
        )
    return found + _about_words(column, rows) + _about_size(column)


def _about_words(column: dict[str, Any], rows: int) -> list[dict[str, Any]]:
    name = column["name"]
    if column["type"] == "text":
        return [
            finding(
                "text",
                "info",
                name,
                "Text column",
                f"{name} holds free text; it is left out unless you give it the role feature.",
            )
        ]
    if column["type"] not in ("category", "yes/no"):
        return []
    found = []
    if doubles := _near_doubles([value for value, _ in column["top"]]):
        found.append(
            finding(
                "near_doubles",
                "warn",
                name,
                "Values that differ only in their case",
                f"{name} has {doubles}: each counts as a value of its own. Is that meant?",
            )
        )
    if column["distinct"] > 100 and not is_identifier(column, rows):
        found.append(
            finding(
                "many_categories",
                "info",
                name,
                "Many categories",
                f"{name} has {column['distinct']:,} different values; rare ones are hard to learn.",
                step={"do": "combine", "column": name},
            )
        )
    return found


def _near_doubles(values: list[str]) -> str:
    alike: dict[str, list[str]] = {}
    for value in values:
        alike.setdefault(" ".join(value.casefold().split()), []).append(value)
    groups = [group for group in alike.values() if len(group) > 1]
    return "; ".join(" and ".join(f"“{value[:40]}”" for value in sorted(group)) for group in groups[:3])


def _about_size(column: dict[str, Any]) -> list[dict[str, Any]]:
    low, high = column.get("min"), column.get("max")
    if column["type"] != "number" or low is None or high is None or max(abs(low), abs(high)) < 1e30:
        return []
    return [
        finding(
            "extreme",
            "warn",
            column["name"],
            "Extreme numbers",
            f"{column['name']} goes from {low:g} to {high:g}; numbers of this size drown all others.",
        )
    ]


def about_numbers(column: dict[str, Any], cells: pl.Series) -> list[dict[str, Any]]:
    """A few numbers far from all others, or a long tail. cells: some of the column's."""
    filled = cells.drop_nulls()
    if column["type"] != "number" or len(filled) < 50 or column["distinct"] < 20 or abs(column["max"]) > 1e30:
        return []
    name = column["name"]
    values = filled.to_numpy()
    low, middle, high = (float(edge) for edge in np.quantile(values, [0.25, 0.5, 0.75]))
    reach = 6 * (high - low)
    far = int(((values < low - reach) | (values > high + reach)).sum())
    if not 0 < far <= 0.05 * len(values) or not reach:
        return []
    text = (
        f"Half of {name} lies between {low:,.4g} and {high:,.4g}, but it goes from {column['min']:,.4g} "
        f"to {column['max']:,.4g}."
    )
    if column["min"] >= 0 and middle > 0 and column["max"] > 1_000 * middle:
        return [finding("outliers", "info", name, "Long tail", text, step={"do": "log", "column": name})]
    return [finding("outliers", "info", name, "Outliers", text, step={"do": "clip", "column": name})]


def about_mix(name: str, kind: Kind, cells: pl.Series) -> list[dict[str, Any]]:
    """Whether a category or text column is half full of numbers."""
    if kind.type not in ("category", "text") or not any(map(is_number, cells.drop_nulls().head(1_000))):
        return []
    numbers = int(cells.str.contains(number_pattern()).sum())
    filled = len(cells) - cells.null_count()
    if numbers < MIXED * filled or numbers == filled:
        return []
    other = cells.filter(~cells.str.contains(number_pattern())).drop_nulls()[0]
    return [
        finding(
            "mixed",
            "warn",
            name,
            "Numbers and texts in one column",
            f"{numbers:,} of {filled:,} cells of {name} are numbers, others such as “{other[:40]}” are not. "
            "If it is a number column, set its type to number: the others then count as missing.",
        )
    ]


def about_order(name: str, dates: pl.Series) -> list[dict[str, Any]]:
    """Whether a date column is out of order, repeats days or has gaps."""
    filled = dates.drop_nulls()
    if len(filled) < 20 or filled.n_unique() < 0.9 * len(filled):
        return []
    steps = filled.unique().sort().diff().drop_nulls()
    usual = steps.mode().min()
    gaps, repeats = int((steps > usual).sum()), len(filled) - filled.n_unique()
    said = [
        text
        for text, true in (
            ("are not in order", not filled.is_sorted()),
            (f"have {counted(gaps, 'gap')}", gaps > 0),
            (f"repeat {counted(repeats, 'time')}", repeats > 0),
        )
        if true
    ]
    text = f"The dates of {name} {', '.join(said)}. " if said else ""
    return [
        finding(
            "time_order",
            "info",
            name,
            "Rows over time",
            f"{text}When the future is to be predicted from the past, a random split lets the network see "
            f"the future: split by time on {name}.",
            split={"method": "time", "column": name},
        )
    ]
