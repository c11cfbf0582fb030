"""Row steps of the preparation: which rows go on to the split, and how many each step left out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import polars.selectors as cs

from training import steps
from training.encode.cells import ISO_DATES, SPACE, date_of, number_of
from training.recipe import Data
from training.steps.rows import Deduplicate, DropRows
from training.words import counted

Reader = Callable[[str], Any]


def rows_left(
    table: Path, data: Data, info: dict[str, Any], rows: np.ndarray, read: Reader
) -> tuple[np.ndarray, list[dict[str, Any]]]:
    """The row numbers that the row steps leave of ``rows``, and what each step did.

    rows: int64 (n,), ascending; read: name -> the whole column as ``cells`` has it. What a step did
    is ``{"step": its place in data.steps, "text": a sentence, "rows": how many it left out}``.
    Raises SettingError for a step that cannot be.
    """
    told = []
    for place, step in steps.steps_of(data, info):
        if isinstance(step, DropRows):
            gone = _unwanted(step, read(step.column))[rows]
        elif isinstance(step, Deduplicate):
            gone = _repeats(table, step.columns or [column["name"] for column in info["columns"]], rows)
        else:
            continue
        rows = rows[~gone]
        told.append({"step": place, "text": _sentence(step, int(gone.sum())), "rows": int(gone.sum())})
    return rows, told


def _unwanted(step: DropRows, column: Any) -> np.ndarray:
    """bool (n,): the rows of a column that the step leaves out."""
    is_date = isinstance(column, np.ndarray) and column.dtype.kind == "M"
    if step.when == "outside":
        low = -np.inf if step.low is None else step.low
        high = np.inf if step.high is None else step.high
        return np.asarray((column < low) | (column > high))  # an empty cell is neither
    if is_date:
        wanted = _moment(step.value)
        missing = np.isnat(column)
        return np.asarray(missing if step.when == "missing" else ~missing & (column == wanted))
    if step.when == "missing":
        return np.isnan(column) if isinstance(column, np.ndarray) else np.asarray(column.codes < 0)
    text = step.value.strip(SPACE)
    if isinstance(column, np.ndarray):
        number = number_of(text, {})
        return np.asarray(column == (np.nan if number is None else number))
    return np.isin(column.codes, [code for code, word in enumerate(column.values) if word == text])


def _moment(text: str) -> np.datetime64:
    found = next((moment for form in ISO_DATES if (moment := date_of(text.strip(SPACE), form))), None)
    return np.datetime64(found, "us") if found else np.datetime64("NaT", "us")


def _repeats(table: Path, names: list[str], rows: np.ndarray) -> np.ndarray:
    """bool (n,): rows that repeat an earlier one of ``rows`` in these columns, compared by 128-bit hashes."""
    hashes = np.zeros((len(rows), 2), dtype=np.uint64)
    for name in names:
        series = pl.scan_parquet(table).select(cs.by_name(name)).collect().to_series()
        for seed in (0, 1):
            hashes[:, seed] *= np.uint64(0x9E3779B97F4A7C15)
            hashes[:, seed] ^= series.hash(seed=seed).to_numpy()[rows]
    pairs = pl.DataFrame({"a": hashes[:, 0], "b": hashes[:, 1]})
    return ~pairs.select(pl.struct("a", "b").is_first_distinct()).to_series().to_numpy()


def _sentence(step: DropRows | Deduplicate, rows: int) -> str:
    left = f"{counted(rows, 'row')} left out"
    if isinstance(step, Deduplicate):
        compared = ", ".join(step.columns[:3]) + (" …" if len(step.columns) > 3 else "")
        same = f" in {compared}" if compared else ""
        return f"{left}: {'it repeats' if rows == 1 else 'they repeat'} an earlier row{same}."
    if step.when == "missing":
        return f"{left}: {step.column} is empty."
    if step.when == "equals":
        return f"{left}: {step.column} is “{step.value[:40]}”."
    ends = [f"below {step.low:g}"] if step.low is not None else []
    ends += [f"above {step.high:g}"] if step.high is not None else []
    return f"{left}: {step.column} is {' or '.join(ends)}."
