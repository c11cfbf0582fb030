"""One column looked at on its own: its distribution by the target, its texts' lengths, its line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import polars.selectors as cs

from training.table.browse import REACH, chunks, text_of

CLASSES = 5  # of the target that are told apart, the most frequent ones; the others are one more
VALUES = 12
LONGEST_LINE = 500_000  # rows that a line is drawn of, the first ones
POINTS = 400
EXAMPLES, EXCERPT, LOOKED_AT = 6, 400, 20_000

Column = dict[str, Any]


def by_target(table: Path, column: Column, target: Column) -> dict[str, Any]:
    """How often each bin or value of a column occurs with each class of the target, over all rows.

    ``{"bins": [text, …], "classes": [text, …], "counts": [[count a bin], … a class]}``; bins are those
    of the profile's histogram or the most frequent values. A target of numbers is told apart at its
    median. None stands for all other classes or values. Rows without a target or a value do not count.
    """
    edges = (column.get("histogram") or {}).get("edges") or []
    values = [value for value, _ in column.get("top") or []][:VALUES]
    numeric = len(edges) > 1
    said = [_said(edge, column["type"]) for edge in edges]
    bins: list[str | None] = [f"{low} to {high}" for low, high in pairwise(said)]
    bins = bins if numeric else [*values, None]
    classes = _classes(target)
    counts = np.zeros((len(classes), len(bins)), np.int64)
    for chunk in _chunks(table, column["name"], target["name"]):
        held = chunk.drop_nulls()
        of = _class_numbers(held.to_series(1), target, classes)
        at = _bin_numbers(held.to_series(0), edges) if numeric else _positions(held.to_series(0), values)
        np.add.at(counts, (of, at), 1)
    seen = [place for place in range(len(bins)) if bins[place] is not None or counts[:, place].any()]
    rows = [place for place in range(len(classes)) if classes[place] is not None or counts[place].any()]
    return {
        "bins": [bins[place] for place in seen],
        "classes": [classes[place] for place in rows],
        "counts": counts[np.ix_(rows, seen)].tolist(),
    }


def _said(edge: float, kind: str) -> str:
    """An end of a bin: a number, or the day of a date, whose edges are seconds since 1970."""
    return datetime.fromtimestamp(edge, UTC).date().isoformat() if kind == "date" else f"{edge:.6g}"


def _chunks(table: Path, *names: str) -> Iterator[pl.DataFrame]:
    scan = pl.scan_parquet(table)
    reach = min(REACH, int(scan.select(pl.len()).collect().item()))
    for _start, chunk in chunks(scan, list(dict.fromkeys(names)), reach):
        yield pl.DataFrame([chunk.get_column(name).alias(str(at)) for at, name in enumerate(names)])


def _classes(target: Column) -> list[str | None]:
    if target.get("median") is not None:
        middle = f"{target['median']:.6g}"
        return [f"< {middle}", f"≥ {middle}"]
    return [*(str(value) for value, _ in (target.get("top") or [])[:CLASSES]), None]


def _class_numbers(series: pl.Series, target: Column, classes: list[str | None]) -> np.ndarray:
    if target.get("median") is not None:
        return np.asarray(series.to_numpy() >= target["median"], dtype=np.int64)
    return _positions(series, [text for text in classes if text is not None])


def _positions(series: pl.Series, values: list[Any]) -> np.ndarray:
    """Each cell's place in ``values``, or their number for a cell that is none of them."""
    texts = series.cast(pl.String)
    numbered = {str(value): place for place, value in enumerate(values)}
    return texts.replace_strict(numbered, default=len(values), return_dtype=pl.Int64).to_numpy()


def _bin_numbers(series: pl.Series, edges: list[float]) -> np.ndarray:
    """The bin of each number or date; the last bin holds its right end."""
    if series.dtype.is_temporal():
        series = series.dt.epoch("ms") / 1000
    places = np.searchsorted(np.asarray(edges), series.to_numpy(), side="right") - 1
    return np.clip(places, 0, len(edges) - 2)


def line(table: Path, name: str, *, time: str = "") -> dict[str, Any]:
    """A column of numbers as a line, in the order of ``time`` or of the file, thinned to extremes.

    ``{"x": [row or ISO time, …], "y": [number, …], "rows": how many it was drawn of}``: at most POINTS
    stretches, each with its least and its greatest value in their order, so that no spike is lost.
    """
    columns = [name, *([time] if time and time != name else [])]
    frame = pl.scan_parquet(table).head(LONGEST_LINE).select(cs.by_name(*columns)).collect()
    frame = pl.DataFrame([frame.get_column(each).alias(str(at)) for at, each in enumerate(columns)])
    if len(columns) > 1:
        frame = frame.drop_nulls("1").sort("1", maintain_order=True)
    values = frame.get_column("0").cast(pl.Float64).to_numpy()
    kept = _thinned(values)
    moments = frame.get_column("1").gather(kept).to_list() if len(columns) > 1 else [at + 1 for at in kept]
    return {
        "x": [moment if isinstance(moment, int) else text_of(moment) for moment in moments],
        "y": [float(values[at]) for at in kept],
        "rows": len(values),
    }


def _thinned(values: np.ndarray) -> list[int]:
    """The places of the points to draw: of each stretch the least and the greatest."""
    places = np.flatnonzero(np.isfinite(values))
    if len(places) <= 2 * POINTS:
        return places.tolist()
    kept: list[int] = []
    for stretch in np.array_split(places, POINTS):
        ends = {int(stretch[values[stretch].argmin()]), int(stretch[values[stretch].argmax()])}
        kept += sorted(ends)
    return kept


def texts(table: Path, name: str) -> dict[str, Any]:
    """How long a column's texts are, and some of them from short to long.

    ``{"rows", "characters": {"least", "median", "most"}, "words": {…}, "examples": [{"row", "text",
    "characters", "words"}, …]}`` of the first LOOKED_AT rows; rows count from 1.
    """
    scan = pl.scan_parquet(table)
    height = int(scan.select(pl.len()).collect().item())
    lengths = pl.concat(
        [
            chunk.select(
                pl.int_range(start + 1, start + chunk.height + 1).alias("row"),
                pl.nth(0).cast(pl.String).str.len_chars().alias("characters"),
                pl.nth(0).cast(pl.String).str.count_matches(r"\S+").alias("words"),
            )
            for start, chunk in chunks(scan, [name], min(LOOKED_AT, height))
        ]
    )
    filled = lengths.filter(pl.col("characters") > 0).sort("characters", maintain_order=True)
    if filled.is_empty():
        return {"rows": 0, "characters": None, "words": None, "examples": []}
    picked = np.linspace(0, filled.height - 1, min(EXAMPLES, filled.height)).round().astype(int).tolist()
    return {
        "rows": filled.height,
        "characters": _ends(filled["characters"]),
        "words": _ends(filled["words"]),
        "examples": [{**line, "text": _text(scan, name, line["row"])} for line in filled[picked].to_dicts()],
    }


def _text(scan: pl.LazyFrame, name: str, row: int) -> str:
    text = scan.slice(row - 1, 1).select(cs.by_name(name).as_expr().cast(pl.String).str.head(EXCERPT))
    return str(text.collect().item())


def _ends(lengths: pl.Series) -> dict[str, int]:
    numbers = lengths.to_numpy()
    return {"least": int(numbers.min()), "median": int(np.median(numbers)), "most": int(numbers.max())}
