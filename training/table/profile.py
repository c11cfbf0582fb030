"""What a table's columns hold: counts, moments, histogram, most frequent values; a column at a time."""

from __future__ import annotations

import math
from datetime import datetime
from itertools import islice
from typing import Any

import numpy as np
import polars as pl

from training.encode.cells import text_of_number
from training.table.kinds import Kind

BINS = 20
TOP = 20
EXAMPLES = 5
TEXT_SHOWN = 200
_EXACT_ROWS = 500_000
_EXACT_DISTINCT = 10_000
_SAMPLE_ROWS = 50_000
_SAMPLE_CELLS = 5_000_000


def column_profile(name: str, series: pl.Series, kind: Kind) -> dict[str, Any]:
    """The profile of one column of the finished table, plain JSON with finite numbers only."""
    missing = series.null_count()
    filled = series.drop_nulls()
    counts = None if kind.type == "number" else _counts(filled)
    distinct, about = (len(counts), False) if counts is not None else count_distinct(filled)
    profile: dict[str, Any] = {
        "name": name,
        **kind.about(),
        "missing": missing,
        "missing_share": missing / len(series) if len(series) else 0.0,
        "distinct": distinct,
    }
    if about:
        profile["about"] = True
    if kind.type == "number":
        profile |= (
            {"whole": not series.dtype.is_float()} | _moments(filled) | {"histogram": _histogram(filled)}
        )
    elif kind.type == "date":
        profile |= _span(filled)
    if kind.type != "number":
        profile["top"] = [] if counts is None else _top(counts)
    first = dict.fromkeys(filled.head(1_000).to_list())
    profile["examples"] = [_shown(value) for value in islice(first, EXAMPLES)]
    return profile


def count_distinct(filled: pl.Series) -> tuple[int, bool]:
    """How many different values there are, and whether that is an estimate (large tables)."""
    if len(filled) <= _EXACT_ROWS:
        return filled.n_unique(), False
    about: Any = filled.approx_n_unique()
    if about <= _EXACT_DISTINCT or about > 0.9 * len(filled):
        # Counting hashes costs a fifth of counting texts, and 64 bits hardly ever meet.
        return filled.hash(seed=3).n_unique(), False
    return min(about, len(filled)), True


def _shown(value: Any) -> str:
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, float):
        return text_of_number(value)
    return str(value)[:TEXT_SHOWN]


def iso(moment: datetime) -> str:
    """A moment as text: the day alone at midnight."""
    return moment.isoformat(sep=" ").removesuffix(" 00:00:00")


def _moments(filled: pl.Series) -> dict[str, float | None]:
    if not len(filled):
        return dict.fromkeys(("min", "max", "mean", "std", "median"))
    low: Any = filled.min()
    high: Any = filled.max()
    values = filled.to_numpy()
    # Sums of 1e308 are infinite: large columns are brought to at most 1 first.
    largest = max(abs(float(low)), abs(float(high)))
    by = largest if largest > 1e100 else 1.0
    scaled = values if by == 1.0 else values / by
    mean = float(scaled.mean())
    return {
        "min": low,
        "max": high,
        "mean": _finite(mean * by),
        "std": _finite(float(scaled.std(ddof=1)) * by) if len(values) > 1 else 0.0,
        "median": _median(values),
    }


def _median(values: np.ndarray) -> float:
    below, above = (len(values) - 1) // 2, len(values) // 2
    ordered = np.partition(values, [below, above] if below != above else above)
    return float(ordered[below]) / 2 + float(ordered[above]) / 2


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _histogram(filled: pl.Series) -> dict[str, list[Any]]:
    if not len(filled):
        return {"edges": [], "counts": []}
    return histogram(filled.to_numpy(), whole=not filled.dtype.is_float())


def histogram(values: np.ndarray, *, whole: bool) -> dict[str, list[Any]]:
    """{"edges": [k+1], "counts": [k]} of (n,) finite numbers, k <= BINS; the last bin is closed."""
    if whole and int(values.max()) - int(values.min()) < BINS:
        least, most = int(values.min()), int(values.max())
        counts = np.bincount((values - least).astype(np.int64), minlength=most - least + 1)
        return {"edges": [edge - 0.5 for edge in range(least, most + 2)], "counts": counts.tolist()}
    low, high = float(values.min()), float(values.max())
    half = high / 2 - low / 2  # high - low may be infinite
    if not half:
        return {"edges": [low - 0.5, high + 0.5], "counts": [len(values)]}
    places = ((values / 2 - low / 2) * (BINS / half)).astype(np.int8)
    counts = np.bincount(np.clip(places, 0, BINS - 1), minlength=BINS)
    steps = [low / 2 + half * (step / BINS) for step in range(BINS)]
    edges = [step + step for step in steps] + [high]
    return {"edges": edges, "counts": counts.tolist()}


def _span(filled: pl.Series) -> dict[str, Any]:
    if not len(filled):
        return {"min": None, "max": None, "histogram": {"edges": [], "counts": []}}
    seconds = filled.to_physical().to_numpy() / 1e6
    first: Any = filled.min()
    last: Any = filled.max()
    return {
        "min": iso(first),
        "max": iso(last),
        "histogram": histogram(seconds, whole=False),
    }


def _counts(filled: pl.Series) -> pl.DataFrame | None:
    """How often each value stands there; None for a large column in which nearly all differ."""
    if len(filled) > _EXACT_ROWS:
        about: Any = filled.approx_n_unique()
        if about > 0.5 * len(filled):
            return None
    return filled.rename("value").value_counts(name="rows")


def _top(counts: pl.DataFrame) -> list[list[Any]]:
    counts = counts.filter(pl.col("rows") >= counts["rows"].top_k(TOP).min()) if len(counts) > TOP else counts
    counts = counts.sort(["rows", "value"], descending=[True, False]).head(TOP)
    return [[_shown(value), rows] for value, rows in counts.iter_rows()]


class Rows:
    """What spans columns, gathered while they pass one after another: repeated rows and a sample.

    sample: name -> every ``step``-th cell, small whatever the size of the table.
    """

    def __init__(self, rows: int, columns: int) -> None:
        self.hashes = np.zeros(rows, dtype=np.uint64)
        self.step = -(-rows // max(1_000, min(_SAMPLE_ROWS, _SAMPLE_CELLS // columns)))
        self.sample: dict[str, pl.Series] = {}

    def add(self, name: str, series: pl.Series) -> None:
        self.sample[name] = series.gather_every(self.step)
        self.hashes *= np.uint64(0x9E3779B97F4A7C15)
        self.hashes ^= series.hash(seed=7).to_numpy()

    def duplicates(self) -> int:
        return len(self.hashes) - pl.Series(self.hashes).n_unique()
