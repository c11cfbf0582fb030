"""What pairs of columns tell, judged by a sample of the rows: which give a target away, whether empty
cells have to do with it, and which columns are the same.

Made once, when the file is read, for every column that may be a target: choosing another one on the
page then costs no query.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl

from training.table.proposal import can_be_target, is_identifier, task_of

_ROWS = 10_000
_PAIRS = 3_000
_LEAK_SHARE = 0.999
_CLASSES = 1_000
_SURE = 4.0  # standard errors


@dataclass(frozen=True)
class _Sampled:
    """A column's sample. codes: 0 where empty, else 1 and up in the order of the values."""

    about: dict[str, Any]
    cells: pl.Series
    codes: np.ndarray
    numbers: np.ndarray | None

    @property
    def there(self) -> np.ndarray:
        return self.codes > 0


def look(
    info: dict[str, Any], sample: dict[str, pl.Series]
) -> tuple[dict[str, dict[str, Any]], list[tuple[str, str, bool]]]:
    """What targets are related to, and the columns that are the same.

    sample: name -> some cells, of the same rows in every column. Answers ``relations`` and ``same``:

    relations: per column that may be the target ``{"leaks": [column, …], "missing": [{"column", "value",
    "empty", "filled"}, …]}``, for as many targets as are worth their time, the proposed one first; empty
    and filled: the share of the class ``value`` (or, with None, the mean) of the target in rows where the
    column is empty, and in the others.
    same: (column, an earlier one, whether the cells are equal or only in the same order).
    """
    columns = _sampled(info, sample)
    return _relations(columns, info), _same(columns)


def _relations(columns: dict[str, _Sampled], info: dict[str, Any]) -> dict[str, dict[str, Any]]:
    proposed = info["proposal"]["target"]
    able = [name for name, each in columns.items() if can_be_target(each.about, info["rows"])]
    able = [name for name in (proposed, *(name for name in able if name != proposed)) if name]
    found = {}
    for name in able[: max(1, _PAIRS // len(columns))]:
        target, others = columns[name], [each for other, each in columns.items() if other != name]
        able_to_leak = [each for each in others if _tells(each.about, info["rows"])]
        found[name] = {
            "leaks": [each.about["name"] for each in able_to_leak if _leaks(each, target)],
            "missing": [told for each in others if (told := _missing(each, target))],
        }
    return found


def _same(columns: dict[str, _Sampled]) -> list[tuple[str, str, bool]]:
    known: dict[tuple[Any, ...], _Sampled] = {}
    found = []
    for name, each in columns.items():
        if each.about["distinct"] < 2:
            continue
        mark = (each.about["distinct"], each.about["missing"], each.codes.tobytes())
        other = known.setdefault(mark, each)
        if other is not each:
            found.append((name, other.about["name"], each.cells.equals(other.cells)))
    return found


def _sampled(info: dict[str, Any], sample: dict[str, pl.Series]) -> dict[str, _Sampled]:
    rows = len(next(iter(sample.values()), ()))
    frame = pl.DataFrame(sample).gather_every(max(1, -(-rows // _ROWS)))
    # One query for all columns: two thousand small ones cost seconds.
    codes = frame.select(pl.all().rank("dense").fill_null(0).cast(pl.Int64))
    found = {}
    for place, about in enumerate(info["columns"]):
        cells = frame.to_series(place)
        numbers = None
        if about["type"] == "number":
            numbers = np.array(cells.to_numpy(), dtype=np.float64)
        found[about["name"]] = _Sampled(about, cells, codes.to_series(place).to_numpy(), numbers)
    return found


def _tells(about: dict[str, Any], rows: int) -> bool:
    return about["distinct"] > 1 and not is_identifier(about, rows)


def _leaks(column: _Sampled, target: _Sampled) -> bool:
    """Whether a column alone predicts the target almost perfectly."""
    both = column.there & target.there
    rows = int(both.sum())
    if rows < 30:
        return False
    if task_of(target.about) == "regression":
        if column.numbers is None or target.numbers is None:
            return False
        return _correlation(column.numbers[both], target.numbers[both]) > 0.9999
    x, y = column.codes[both], target.codes[both]
    classes = int(y.max()) + 1
    if classes > _CLASSES:
        return False
    if column.about["distinct"] <= min(1_000, rows // 10):
        counts = np.bincount(x * classes + y, minlength=(int(x.max()) + 1) * classes).reshape(-1, classes)
        return bool(counts.max(axis=1).sum() >= _LEAK_SHARE * rows and counts.sum(axis=0).max() < 0.98 * rows)
    return column.numbers is not None and classes <= 21 and _parts(column.numbers[both], y)


def _correlation(x: np.ndarray, y: np.ndarray) -> float:
    x, y = (values / (np.abs(values).max() or 1.0) for values in (x, y))
    x, y = x - x.mean(), y - y.mean()
    size = float(np.sqrt((x * x).sum() * (y * y).sum()))
    return abs(float((x * y).sum())) / size if size > 0 else 0.0


def _parts(x: np.ndarray, y: np.ndarray) -> bool:
    """Whether every class has a span of numbers of its own."""
    spans = sorted((float(x[y == each].min()), float(x[y == each].max())) for each in np.unique(y))
    return len(spans) > 1 and all(first[1] < second[0] for first, second in pairwise(spans))


def _missing(column: _Sampled, target: _Sampled) -> dict[str, Any] | None:
    empty = ~column.there & target.there
    filled = column.there & target.there
    if min(empty.sum(), filled.sum()) < 20:
        return None
    if task_of(target.about) == "regression":
        told = _means(target.numbers, empty, filled) if target.numbers is not None else None
    else:
        told = _shares(target, empty, filled)
    return {"column": column.about["name"], **told} if told else None


def _means(numbers: np.ndarray, empty: np.ndarray, filled: np.ndarray) -> dict[str, Any] | None:
    one, other = numbers[empty], numbers[filled]
    spread = float(numbers[empty | filled].std())
    apart = abs(float(one.mean()) - float(other.mean()))
    error = spread * float(np.sqrt(1 / len(one) + 1 / len(other)))
    if not np.isfinite(spread) or apart < 0.25 * spread or apart < _SURE * error or not spread:
        return None
    return {"value": None, "empty": float(one.mean()), "filled": float(other.mean())}


def _shares(target: _Sampled, empty: np.ndarray, filled: np.ndarray) -> dict[str, Any] | None:
    size = int(target.codes.max()) + 1
    if size > _CLASSES:
        return None
    one, other = (np.bincount(target.codes[rows], minlength=size) / rows.sum() for rows in (empty, filled))
    at = int(np.abs(one - other).argmax())
    whole = (target.codes[empty | filled] == at).mean()
    error = float(np.sqrt(whole * (1 - whole) * (1 / empty.sum() + 1 / filled.sum())))
    if abs(one[at] - other[at]) < max(0.1, _SURE * error):
        return None
    value = str(target.cells[int((target.codes == at).argmax())])
    return {"value": value, "empty": float(one[at]), "filled": float(other[at])}
