"""How strongly columns go together: with the target, and the 50 most related to it among themselves.

Numbers and dates with each other: Pearson's correlation. A number and a word: the correlation ratio
eta. Words with each other: Cramér's V without its bias (Bergsma 2013). All as 0 to 1, from a sample.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

MOST = 50
_ROWS = 10_000
_VALUES = 1_000  # a column of more words than that tells rows apart rather than groups
_FEWEST = 10


@dataclass(frozen=True)
class _Sampled:
    """values: float64 (n,), or int64 codes (n,) of words; there: bool (n,)."""

    values: np.ndarray
    there: np.ndarray
    is_number: bool


def associations(info: dict[str, Any], sample: dict[str, pl.Series]) -> dict[str, Any] | None:
    """``{"target", "rows", "sampled", "columns": [[name, strength], …], "names": [k], "matrix": [k][k]}``.

    info: with its proposal; sample: cells of every column, of the same rows. columns: the strongest
    first; names: the target and up to MOST columns, matrix: each with each, None where too few rows
    have both. None where there is no target, or one of words that nearly all differ.
    """
    target = info["proposal"]["target"]
    abouts = {about["name"]: about for about in info["columns"]}
    if target is None or (first := _sampled(abouts[target], sample[target])) is None:
        return None
    columns = {
        name: one
        for name, about in abouts.items()
        if name != target and (one := _sampled(about, sample[name])) is not None
    }
    found = {name: strength(first, one) for name, one in columns.items()}
    ranked = sorted(((name, value) for name, value in found.items() if value is not None), key=_by_strength)
    names = [target, *(name for name, _ in ranked[:MOST])]
    return {
        "target": target,
        "rows": len(first.values),
        "sampled": len(first.values) < info["rows"],
        "columns": [[name, value] for name, value in ranked],
        "names": names,
        "matrix": _matrix([first, *(columns[name] for name in names[1:])]),
    }


def _by_strength(pair: tuple[str, float]) -> tuple[float, str]:
    return -pair[1], pair[0]


def _matrix(columns: list[_Sampled]) -> list[list[float | None]]:
    size = len(columns)
    matrix: list[list[float | None]] = [[1.0] * size for _ in range(size)]
    for row in range(size):
        for place in range(row):
            matrix[row][place] = matrix[place][row] = strength(columns[row], columns[place])
    return matrix


def _sampled(about: dict[str, Any], series: pl.Series) -> _Sampled | None:
    series = series.gather_every(max(1, -(-len(series) // _ROWS)))
    if about["type"] in ("number", "date"):
        numbers = series.to_physical().to_numpy().astype(np.float64)  # NaN where a cell is empty
        there = ~np.isnan(numbers)
        numbers = np.where(there, numbers, 0.0)
        # Products of 1e308 are infinite; at most 1, none is.
        return _Sampled(numbers / (np.abs(numbers).max(initial=0.0) or 1.0), there, True)
    if about["type"] not in ("category", "yes/no") or about["distinct"] > min(_VALUES, _most_words(series)):
        return None
    codes = series.rank("dense").fill_null(0).to_numpy().astype(np.int64)
    return _Sampled(codes, codes > 0, False)


def _most_words(series: pl.Series) -> int:
    """From how many different words on nearly every row has its own."""
    return max(2, len(series) // 2)


def strength(one: _Sampled, other: _Sampled) -> float | None:
    """From 0 (nothing in common) to 1, rounded to 4 digits; None where too few rows have both."""
    both = one.there & other.there
    if int(both.sum()) < _FEWEST:
        return None
    x, y = one.values[both], other.values[both]
    if one.is_number and other.is_number:
        value = _pearson(x, y)
    elif one.is_number or other.is_number:
        value = _eta(x, y) if other.is_number else _eta(y, x)
    else:
        value = _cramer(x, y)
    return round(min(1.0, value), 4)


def _pearson(x: np.ndarray, y: np.ndarray) -> float:
    x, y = x - x.mean(), y - y.mean()
    size = float(np.sqrt((x @ x) * (y @ y)))
    return abs(float(x @ y)) / size if size > 0 else 0.0


def _eta(codes: np.ndarray, numbers: np.ndarray) -> float:
    """The square root of the share of the numbers' variance that lies between the groups."""
    counts = np.bincount(codes)
    sums = np.bincount(codes, weights=numbers)
    mean = numbers.mean()
    there = counts > 0
    between = float((counts[there] * (sums[there] / counts[there] - mean) ** 2).sum())
    whole = float(((numbers - mean) ** 2).sum())
    groups = int(there.sum())
    if whole <= 0 or len(numbers) <= groups:
        return 0.0
    # Many groups explain something by chance alone: that part is taken off.
    share = 1 - (1 - between / whole) * (len(numbers) - 1) / (len(numbers) - groups)
    return float(np.sqrt(max(0.0, share)))


def _cramer(x: np.ndarray, y: np.ndarray) -> float:
    _, x = np.unique(x, return_inverse=True)
    _, y = np.unique(y, return_inverse=True)
    rows, columns, n = int(x.max()) + 1, int(y.max()) + 1, len(x)
    if min(rows, columns) < 2 or rows * columns > 1_000_000:
        return 0.0
    counts = np.bincount(x * columns + y, minlength=rows * columns).reshape(rows, columns)
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / n
    phi = float(((counts - expected) ** 2 / expected).sum()) / n
    phi = max(0.0, phi - (rows - 1) * (columns - 1) / (n - 1))
    least = min(rows - (rows - 1) ** 2 / (n - 1), columns - (columns - 1) ** 2 / (n - 1)) - 1
    return float(np.sqrt(phi / least)) if least > 0 else 0.0
