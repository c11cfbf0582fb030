"""One column looked at closely, on demand: its figures, and what its kind has to show."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _

from studio.datasets import charts, files, words
from studio.datasets.models import DatasetVersion
from training.errors import DataError
from training.table import apart
from training.table.browse import cells_of
from training.table.pictures import pictures_at, thumbnail

PICTURES = 24
LARGEST_SHOWN = 12_000_000  # bytes of a picture's file that the page opens
FIGURES = ("min", "max", "mean", "std", "median")


def column_at(version: DatasetVersion, at: int) -> dict[str, Any]:
    """The column of that place in the table. Raises Http404."""
    columns = version.info.get("columns", [])
    if not version.is_ready or at >= len(columns):
        raise Http404
    return columns[at]


def opened_first(version: DatasetVersion) -> int | None:
    """The column that the page opens by itself: pictures, texts or a series are what the data is of."""
    proposal = version.proposal or version.info["proposal"]
    roles, columns = proposal["roles"], version.info["columns"]
    for kind in ("picture", "text"):
        for at, column in enumerate(columns):
            if column["type"] == kind and roles.get(column["name"]) == "feature":
                return at
    if _is_series(version):
        target = proposal["target"]
        numbers = [at for at, column in enumerate(columns) if column.get("mean") is not None]
        return next((at for at in numbers if columns[at]["name"] == target), next(iter(numbers), None))
    return None


def _is_series(version: DatasetVersion) -> bool:
    """Whether rows follow each other in time: a table of people has dates as well, but many rows a date."""
    time, rows = _time(version), version.info["rows"]
    roles = (version.proposal or version.info["proposal"])["roles"]
    return roles.get(time) == "time" or any(
        column["name"] == time and column["distinct"] * 2 > rows - column["missing"]
        for column in version.info["columns"]
    )


def _time(version: DatasetVersion) -> str:
    """The column by which the rows follow each other: of role time, else the first date; "" for none."""
    roles = (version.proposal or version.info["proposal"])["roles"]
    given = [name for name, role in roles.items() if role == "time"]
    dates = [column["name"] for column in version.info["columns"] if column["type"] == "date"]
    return next(iter([*given, *dates]), "")


def context(version: DatasetVersion, at: int, first: int = 0) -> dict[str, Any]:
    """What templates/datasets/closer.html shows of a column; pictures from row ``first`` (from 0)."""
    column = column_at(version, at)
    table, proposal = files.local(version.table), version.proposal or version.info["proposal"]
    shown = {"version": version, "dataset": version.dataset, "column": column, "at": at}
    if column["type"] == "picture":
        return shown | {"pictures": _pictures(version, column, proposal, first)}
    shown["figures"] = _figures(column)
    if column["type"] == "text":
        shown["texts"] = apart.texts(table, column["name"])
    elif column.get("mean") is not None and (_time(version) or proposal["task"] == "forecast"):
        shown["line"] = _line(version, column["name"])
    target = next((each for each in version.info["columns"] if each["name"] == proposal["target"]), None)
    if target and target is not column and _repeats(column):
        upright = bool(column.get("histogram"))
        split = charts.by_target(apart.by_target(table, column, target), upright=upright)
        shown |= {
            "target": target,
            "reach": min(apart.REACH, version.info["rows"]),
            "split": split,
            "ends": [_said(column[end]) for end in ("min", "max")] if upright else [],
        }
    return shown


def _repeats(column: dict[str, Any]) -> bool:
    """Whether values recur, so that how they are distributed says something: not so for texts and names."""
    top = column.get("top")
    return column["type"] != "text" and (not top or top[0][1] > 1)


def _figures(column: dict[str, Any]) -> list[tuple[str, str]]:
    titles = {"min": _("Least"), "max": _("Greatest"), "mean": _("Mean"), "std": _("Deviation"),
              "median": _("Median")}  # fmt: skip
    said = [(titles[key], _said(column[key])) for key in FIGURES if column.get(key) is not None]
    counts = [
        (_("Distinct"), f"{column['distinct']:,}"),
        (_("Empty"), words.percent(column["missing_share"])),
    ]
    return [*counts, *said]


def _said(value: Any) -> str:
    if isinstance(value, str):
        return value
    return f"{value:,.6g}".replace("-", "−")


def _line(version: DatasetVersion, name: str) -> dict[str, Any]:
    """The series as points of an SVG, with what stands at its ends."""
    time = _time(version)
    drawn = apart.line(files.local(version.table), name, time=time)
    if not drawn["y"]:
        return {}
    low, high = min(drawn["y"]), max(drawn["y"])
    ends = {"from": drawn["x"][0], "to": drawn["x"][-1], "low": _said(low), "high": _said(high)}
    return {"points": charts.points(drawn["y"]), "time": time, "rows": drawn["rows"], **ends}


def _pictures(
    version: DatasetVersion, column: dict[str, Any], proposal: dict[str, Any], first: int
) -> dict[str, Any]:
    rows = version.info["rows"]
    numbers = list(range(min(first, max(0, rows - 1)), min(first + PICTURES, rows)))
    names = [proposal["target"]] if proposal["target"] else []
    labels = cells_of(files.local(version.table), names, numbers) if names else [[""] for _ in numbers]
    return {
        "shown": [(number, label[0]) for number, label in zip(numbers, labels, strict=True)],
        "first": first + 1,
        "last": first + len(numbers),
        "before": max(0, first - PICTURES) if first else None,
        "after": first + PICTURES if first + PICTURES < rows else None,
    }


def picture(version: DatasetVersion, at: int, row: int) -> bytes:
    """A small PNG of a row's picture. Raises Http404 for no picture, DataError for one that is too large."""
    column = column_at(version, at)
    if column["type"] != "picture" or row >= version.info["rows"]:
        raise Http404
    content = pictures_at(files.local(version.table), column["name"], row, 1)[0]
    if content is None:
        raise Http404
    if len(content) > LARGEST_SHOWN:
        raise DataError("The picture is too large to be shown here.", hint="Download the file to see it.")
    try:
        return thumbnail(content)
    except ValueError as error:
        raise DataError(str(error)) from None
