"""The doctor: what is likely to go wrong with this table, said before anybody trains on it."""

from __future__ import annotations

from typing import Any

import polars as pl

from training.encode.cells import NAME_LENGTH
from training.table.column_findings import about_column, about_numbers
from training.table.finding import finding
from training.table.layout import Layout
from training.table.personal import about_personal
from training.table.reading import Reading
from training.table.target_findings import about_target


def about_table(
    info: dict[str, Any], sample: dict[str, pl.Series], more: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """All findings, the worst first.

    info: with its ``relations`` and proposal; sample: some cells of each column, of the same rows;
    more: findings there are already.
    """
    found = list(more)
    for column in info["columns"]:
        cells = sample[column["name"]]
        found += about_column(column, info["rows"]) + about_numbers(column, cells)
        found += about_personal(column, cells)
    if info["problems"]["count"]:
        found += about_problems(info["problems"])
    target = info["proposal"]["target"]
    roles = info["proposal"]["roles"]
    if target is None:
        found.append(
            finding(
                "no_target",
                "bad",
                None,
                "Nothing to predict",
                "No column can be a target: a target has at least two different values.",
            )
        )
    else:
        found += about_target(info, target, info["proposal"]["task"])
    if "feature" not in roles.values():
        found.append(
            finding(
                "no_feature",
                "bad",
                None,
                "Nothing to learn from",
                "Besides the target, no column is left that a network could learn from. Give one the role "
                "feature, or upload a file with more columns.",
            )
        )
    return sorted(found, key=lambda one: ("bad", "warn", "info").index(one["level"]))


def about_problems(problems: dict[str, Any]) -> list[dict[str, Any]]:
    """Cells or rows that could not be read as they stand."""
    first, count = problems["first"][0], problems["count"]
    place = f"line {first['line']:,}" + (f", column {first['column']}" if first["column"] else "")
    more = f" and {count - 1:,} more" if count > 1 else ""
    return [
        finding(
            "problems",
            "warn",
            first["column"] if count == 1 else None,
            "Cells that could not be read",
            f"{place[0].upper()}{place[1:]}: “{first['text'][:60]}” {first['what']}{more and ';' + more}.",
        )
    ]


def about_header(layout: Layout, kept: list[str], used: Reading) -> list[dict[str, Any]]:
    """Columns that had to be named or renamed, or were left out because they are empty."""
    if used.header_row is None:
        return [
            finding(
                "no_header",
                "warn",
                None,
                "No header line",
                "The first line looks like data, so the columns are called column_1, column_2 … "
                "Change how the file is read if it is a header after all.",
            )
        ]
    found = []
    for place, (cell, name) in enumerate(zip(layout.header, layout.names, strict=True), start=1):
        plain = " ".join(cell.replace("\0", "").split())
        if name not in kept:
            found.append(
                finding(
                    "empty_end",
                    "info",
                    None,
                    "Empty column left out",
                    f"Column {place:,} has no name and no value in any row.",
                )
            )
        elif not plain:
            found.append(
                finding(
                    "unnamed",
                    "warn",
                    name,
                    "Column without a name",
                    f"Column {place:,} had no name and is called {name}.",
                )
            )
        elif len(plain) > NAME_LENGTH:
            found.append(
                finding(
                    "long_name",
                    "warn",
                    name,
                    "Very long column name",
                    f"The name of column {place:,} has {len(plain):,} characters and was cut.",
                )
            )
        elif plain != name:
            found.append(
                finding(
                    "renamed",
                    "warn",
                    name,
                    "Column name used twice",
                    f"Column {place:,} was called {plain}, like another one, and is called {name}.",
                )
            )
    return found


def about_same(pairs: list[tuple[str, str, bool]]) -> list[dict[str, Any]]:
    """Columns that say what an earlier one says."""
    return [
        finding(
            "same_column",
            "warn",
            name,
            "Column that is there twice",
            f"{name} is the same as {other}; one of them is enough."
            if equal
            else f"{name} rises and falls with {other} in every row, as another unit of it would; "
            "one of them is enough.",
            "ignored",
        )
        for name, other, equal in pairs
    ]


def about_rows(rows: int, duplicates: int) -> list[dict[str, Any]]:
    """What the number of rows and of repeated rows tells."""
    found = []
    if duplicates > max(1, rows // 1000):
        found.append(
            finding(
                "duplicate_rows",
                "bad" if duplicates * 2 > rows else "warn",
                None,
                "Repeated rows",
                f"{duplicates:,} of {rows:,} rows repeat another row exactly. Where one copy trains and "
                "another tests, the report looks better than it is.",
                step={"do": "deduplicate"},
            )
        )
    if rows < 50:
        found.append(
            finding(
                "few_rows",
                "warn",
                None,
                "Few rows",
                f"{rows:,} rows are little to learn from; expect results that vary with the seed.",
            )
        )
    return found
