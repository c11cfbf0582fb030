"""The windows that a forecast learns from, and the order of a table's rows in time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from training.encode.dealing import as_numbers, group_column, moments_of, time_column
from training.encode.windows import group_codes, runs_of
from training.errors import DataError
from training.recipe import Data
from training.words import counted

_NAMES = ("training", "validation", "test")


def in_time_order(data: Data, rows: np.ndarray, read: Callable[[str], Any]) -> np.ndarray:
    """Row numbers of the table, group by group, each in order of time; of one moment as in the file."""
    time, group = time_column(data), group_column(data)
    moments = as_numbers(moments_of(time, read(time)))[rows] if time else rows
    groups = group_codes(read(group))[rows] if group else np.zeros(len(rows))
    return np.asarray(rows[np.lexsort((moments, groups))])


def training_windows(
    state: dict[str, Any], columns: dict[str, Any], parts: np.ndarray, targets: dict[str, Any]
) -> tuple[np.ndarray, np.ndarray]:
    """int64 (m, T) rows of each window and int64 (m, horizon) rows that follow it.

    columns and parts: of rows in the order of ``in_time_order``.
    All rows of a window and those that it predicts are of one group and one part, and all their
    targets are known. Raises DataError when a part has no such window.
    """
    about = state["series"]
    length, horizon = about["window"], about["horizon"]
    group = about["group"]
    groups = group_codes(columns[group["name"]]) if group else np.zeros(len(parts))
    runs, places = runs_of(groups, parts)
    left = np.bincount(runs)[runs] - 1 - places
    whole = (places >= length - 1) & (left >= horizon) & ((places - length + 1) % about["stride"] == 0)
    ends = np.flatnonzero(whole)
    ahead = ends[:, None] + np.arange(1, horizon + 1)
    known = np.all([~np.isnan(column) for column in targets.values()], axis=0)
    kept = known[ahead].all(axis=1)
    windows = ends[kept, None] + np.arange(1 - length, 1)
    for part, name in enumerate(_NAMES):
        if not (parts[windows[:, -1]] == part).any():
            rows = int((parts == part).sum())
            raise DataError(
                f"The {name} part has {counted(rows, 'row')}, and no {length + horizon:,} of them in a row: "
                f"a window of {length:,} and {horizon:,} to predict.",
                where="data.series.window",
                hint="Lower the window or the horizon, or add rows.",
            )
    return windows, ahead[kept]


def last_seen(state: dict[str, Any], targets: dict[str, Any], windows: np.ndarray) -> np.ndarray:
    """float32 (m, targets): the last known value of each target in each window; its mean where there is none.

    targets: columns of rows in the order of ``in_time_order``, in which a window's rows follow one another.
    """
    found = []
    for column, mean in zip(targets.values(), state["target"]["mean"], strict=False):
        places = np.maximum.accumulate(np.where(np.isnan(column), -1, np.arange(len(column))))
        last = places[windows[:, -1]]
        found.append(np.where(last >= windows[:, 0], column[last], mean))
    return np.stack(found, axis=1).astype(np.float32)


def changes_ahead(target: np.ndarray, last: np.ndarray) -> list[float]:
    """What saying the last value again is off by on average, for each number of a forecast.

    target: (n, horizon * targets); last: (n, targets). The measure of the scaled error (mase).
    """
    again = np.tile(last, target.shape[1] // last.shape[1])
    return np.abs(target.astype(np.float64) - again).mean(axis=0).tolist()  # type: ignore[no-any-return]
