"""Windows over rows that follow one another: which rows each window holds.

Standard library and numpy only: this file is copied into bundles beside ``apply.py``.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def window_rows(state: dict[str, Any], columns: dict[str, Any]) -> np.ndarray:
    """int64 (m, T): the rows of every whole window, ordered by its last row.

    columns: as ``apply`` takes them, their rows in order of time. No window crosses a group.
    """
    rows = len(next(iter(columns.values()))) if columns else 0
    group = state["series"].get("group")
    groups = group_codes(columns[group["name"]]) if group else np.zeros(rows, dtype=np.int64)
    order = np.argsort(groups, kind="stable")
    _, places = runs_of(groups[order])
    length = state["series"]["window"]
    ends = np.flatnonzero(places >= length - 1)
    windows: np.ndarray = order[ends[:, None] + np.arange(1 - length, 1)]
    return windows[np.argsort(windows[:, -1])]


def group_codes(column: Any) -> np.ndarray:
    """int64 (n,): equal where a column of words, numbers or dates has the same value."""
    if not isinstance(column, np.ndarray):
        return np.asarray(column.codes)
    codes: np.ndarray = np.unique(column, return_inverse=True)[1]
    return codes


def runs_of(*labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Runs of rows that are alike in all labels (n,): the run of each row, and its place in it."""
    rows = len(labels[0])
    begins = np.ones(rows, dtype=bool)
    if rows:
        begins[1:] = np.any([label[1:] != label[:-1] for label in labels], axis=0)
    runs = np.cumsum(begins) - 1
    return runs, np.arange(rows) - np.flatnonzero(begins)[runs] if rows else np.arange(0)


def earlier_row(moments: np.ndarray, groups: np.ndarray | None) -> int | None:
    """The first row that is earlier than the row before it, of its own group; None where all are in order.

    moments: datetime64 or float64 (n,), NaT or NaN where unknown; groups: int (n,).
    """
    groups = np.zeros(len(moments), dtype=np.int64) if groups is None else groups
    order = np.argsort(groups, kind="stable")
    same = groups[order][1:] == groups[order][:-1]
    late = order[1:][same & (moments[order][1:] < moments[order][:-1])]
    return int(late.min()) if len(late) else None
