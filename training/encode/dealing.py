"""Which part each row of a table goes to, by the recipe's split."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from training.encode.apply import category_codes, class_words, label_rows
from training.encode.cells import Words
from training.encode.reading import taken
from training.encode.split import split
from training.encode.targets import separator_of
from training.errors import DataError
from training.recipe import Data

_DECILES = np.linspace(0, 1, 11)[1:-1]


def dealt(
    data: Data, info: dict[str, Any], target: Any, rows: np.ndarray, read: Callable[[str], Any]
) -> np.ndarray:
    """The part of each of ``rows`` (row numbers of the table), uint8 (n,).

    target: the first target's column of these rows; read: name -> the whole column as ``cells`` has
    it. A forecast without a time column is split in the file's order. Raises DataError.
    """
    chosen = data.split
    by, values = None, None
    if chosen.method == "stratified":
        by = _strata(target, data)
    elif chosen.method == "time" and data.task == "forecast" and time_column(data) is None:
        by = rows.astype(np.float64)
    elif chosen.method != "random":
        by, values = _split_column(data, info, rows, read)
    return split(
        len(rows),
        method=chosen.method,
        validation=chosen.validation,
        test=chosen.test,
        seed=chosen.seed,
        by=by,
        values=values,
    )


def time_column(data: Data) -> str | None:
    """The column that says when a row was, if there is one."""
    chosen = data.split.column if data.split.method == "time" else None
    return chosen or next(iter(data.columns("time")), None)


def group_column(data: Data) -> str | None:
    """The column whose rows belong together, if there is one."""
    chosen = data.split.column if data.split.method == "group" else None
    return chosen or next(iter(data.columns("group")), None)


def _strata(target: Any, data: Data) -> np.ndarray:
    if data.task == "regression":
        edges = np.quantile(target, _DECILES)
        return np.asarray(np.searchsorted(edges, target))
    words = class_words(target)
    if data.task == "multilabel":
        return _rarest_label(words)
    return category_codes(sorted(words.values), words)


def _rarest_label(words: Any) -> np.ndarray:
    """int64 (n,): the label of each row that fewest rows have, so that rare labels are in every part."""
    labels, has = label_rows(words, separator_of(words.values))
    counts = has.sum(axis=0)
    rarity = np.where(has, counts, len(has) + 1)
    return np.asarray(rarity.argmin(axis=1)) if labels else np.zeros(len(has), dtype=np.int64)


def _split_column(
    data: Data, info: dict[str, Any], rows: np.ndarray, read: Callable[[str], Any]
) -> tuple[np.ndarray, list[str] | None]:
    role = {"time": "time", "group": "group"}.get(data.split.method)
    name = data.split.column or next(iter(data.columns(role) if role else []), None)  # type: ignore[arg-type]
    if name is None or name not in {column["name"] for column in info["columns"]}:
        raise DataError(
            f"A split by {data.split.method} needs a column.",
            where="data.split.column",
            hint="Choose the column, or a random split.",
        )
    column = taken(read(name), rows)
    if data.split.method == "time":
        return moments_of(name, column), None
    words = column if isinstance(column, Words) else class_words(as_numbers(column))
    return np.asarray(words.codes), list(words.values)


def moments_of(name: str, column: Any) -> np.ndarray:
    """A column that rows can be ordered by. Raises DataError for words."""
    if isinstance(column, Words):
        raise DataError(
            f"{name} holds neither dates nor numbers, so rows cannot be ordered by it.",
            where=f"column {name}",
            hint="Choose a date column, or a random split.",
        )
    return np.asarray(column)


def as_numbers(column: np.ndarray) -> np.ndarray:
    """Dates as float64 microseconds, NaN where there is none; numbers as they are."""
    if column.dtype.kind != "M":
        return column
    return np.where(np.isnat(column), np.nan, column.astype(np.int64).astype(np.float64))
