"""Columns of a table as ``cells`` has them: numbers, dates or words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import polars.selectors as cs

from training.encode.cells import Words
from training.errors import EngineError


def read_column(table: Path, name: str) -> Any:
    """One column of the table as ``cells`` has it: numbers, dates or Words."""
    try:
        # Without its name, which polars would take for a pattern when it is "*" or "^…$".
        series = pl.scan_parquet(table).select(cs.by_name(name)).collect().to_series().rename("cells")
    except (OSError, pl.exceptions.PolarsError) as error:
        raise EngineError(f"The table cannot be read: {error}.") from error
    return column_of(series)


def column_of(series: pl.Series) -> Any:
    """A polars column as ``cells`` has it."""
    series = series.rename("cells")
    if series.dtype.is_numeric():
        return series.cast(pl.Float64).fill_null(float("nan")).to_numpy()
    if series.dtype.is_temporal():
        return series.cast(pl.Datetime("us")).to_numpy()
    if series.dtype == pl.Binary:
        return series.to_numpy()
    values = series.drop_nulls().unique().sort()
    codes = series.cast(pl.Enum(values)).to_physical().cast(pl.Int64).fill_null(-1)
    return Words(codes.to_numpy(), values.to_list())


def present(column: Any) -> np.ndarray:
    """bool (n,): where a column has a value."""
    there: np.ndarray
    if isinstance(column, Words):
        there = column.codes >= 0
    elif column.dtype == object:
        there = np.array([cell is not None for cell in column], dtype=bool)
    else:
        there = ~(np.isnat(column) if column.dtype.kind == "M" else np.isnan(column))
    return there


def taken(column: Any, rows: np.ndarray) -> Any:
    """The rows (numbers, or bool) of a column."""
    return Words(column.codes[rows], column.values) if isinstance(column, Words) else column[rows]


def about(info: dict[str, Any], name: str) -> dict[str, Any]:
    """A column's entry of the profile."""
    return next(column for column in info["columns"] if column["name"] == name)
