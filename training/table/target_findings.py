"""What is unusual about the proposed target, and which columns give it away."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl

from training.table.finding import finding
from training.table.proposal import is_identifier, task_of
from training.table.typed import read_column
from training.words import counted

_LEAK_SHARE = 0.999
_CLASSES_LIMIT = 1_000


def about_target(target: dict[str, Any], table: Path) -> list[dict[str, Any]]:
    """What is unusual about the proposed target."""
    name, task = target["name"], task_of(target)
    found = []
    if target["missing"]:
        found.append(
            finding(
                "target_missing",
                "warn",
                name,
                "Rows without a target",
                f"{name} is empty in {counted(target['missing'], 'row')}; training leaves these out.",
            )
        )
    if task != "regression":
        if target["distinct"] > _CLASSES_LIMIT:
            return [
                *found,
                finding(
                    "many_classes",
                    "bad",
                    name,
                    "Too many classes",
                    f"{name} has {target['distinct']:,} classes, which looks like an identifier.",
                ),
            ]
        found += _about_classes(name, _class_counts(name, table))
    return found


def _class_counts(name: str, table: Path) -> list[tuple[str, int]]:
    counts = read_column(table, name).drop_nulls().rename("value").value_counts(name="rows")
    return [
        (str(value), rows)
        for value, rows in counts.sort(["rows", "value"], descending=[True, False]).iter_rows()
    ]


def _about_classes(name: str, counts: list[tuple[str, int]]) -> list[dict[str, Any]]:
    found = []
    total, largest, rarest = sum(rows for _, rows in counts), counts[0], counts[-1]
    if largest[1] > 0.8 * total or largest[1] > 10 * rarest[1]:
        found.append(
            finding(
                "imbalance",
                "warn",
                name,
                "Unequal classes",
                f"“{largest[0][:40]}” has {largest[1] / total:.0%} of the rows, “{rarest[0][:40]}” "
                f"{counted(rarest[1], 'row')}. Judge by balanced accuracy rather than accuracy.",
            )
        )
    rare = [(word, rows) for word, rows in counts if rows < 10]
    if rare:
        word, rows = rare[-1]
        found.append(
            finding(
                "rare_class",
                "warn",
                name,
                "Rare classes",
                f"{counted(len(rare), 'class has', 'classes have')} fewer than 10 rows; "
                f"“{word[:40]}” has {rows}. What is rare cannot be learned or judged.",
            )
        )
    return found


def leaks(target: dict[str, Any], info: dict[str, Any], sample: dict[str, pl.Series]) -> list[dict[str, Any]]:
    """Columns that alone predict the target almost perfectly, judged by a sample of the rows."""
    name, found = target["name"], []
    for column in info["columns"]:
        if column["name"] == name or column["distinct"] < 2 or is_identifier(column, info["rows"]):
            continue
        pair = pl.DataFrame({"x": sample[column["name"]], "y": sample[name]}).drop_nulls()
        if _gives_away(pair, column, task_of(target)):
            found.append(
                finding(
                    "leak",
                    "bad",
                    column["name"],
                    "Gives the target away",
                    f"{column['name']} alone predicts {name} almost perfectly. If it is known only later, "
                    "or is the target under another name, leave it out.",
                    "ignored",
                )
            )
    return found


def _gives_away(pair: pl.DataFrame, column: dict[str, Any], task: str) -> bool:
    if pair.height < 30:
        return False
    number = column["type"] == "number"
    if task == "regression":
        return number and bool(abs(pair.select(pl.corr("x", "y")).item() or 0.0) > 0.9999)
    if column["distinct"] <= min(1_000, pair.height // 10):
        best = pair.group_by("x", "y").len().group_by("x").agg(pl.col("len").max())["len"].sum()
        largest = int(pair["y"].value_counts()["count"].max())  # type: ignore[arg-type]
        return best >= _LEAK_SHARE * pair.height and largest < 0.98 * pair.height
    if not number or pair["y"].n_unique() > 20:
        return False
    spans = (
        pair.group_by("y").agg(pl.col("x").min().alias("low"), pl.col("x").max().alias("high")).sort("low")
    )
    return all(first["high"] < second["low"] for first, second in pairwise(spans.to_dicts()))
