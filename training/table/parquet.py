"""A Parquet file as a draft: typed as it stands, without a detour through text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import polars.selectors as cs

from training.encode.cells import names_from_header, text_of_number
from training.errors import DataError
from training.table import archive, typed
from training.table.dialect import MAX_COLUMNS
from training.table.kinds import Kind
from training.table.rewrite import Lines, Problems
from training.words import megabytes

_FIRST = 1_000
_FAULTS = (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, ValueError)


def beginning(source: Path, limit: int) -> tuple[list[str], list[list[str]]]:
    """The names of a file's columns and its first rows as texts.

    limit: the most bytes that its cells may take. Raises DataError for a file that is damaged, too
    large, or has nested columns.
    """
    try:
        schema = pl.read_parquet_schema(source)
        rows = int(pl.scan_parquet(source).select(pl.len()).collect().item())
    except _FAULTS as error:
        raise _told(error) from error
    _check(dict(schema), rows, limit)
    frame = _read(pl.scan_parquet(source).head(_FIRST))
    return list(schema), [[_text(value) for value in row] for row in frame.iter_rows()]


def _check(schema: dict[str, pl.DataType], rows: int, limit: int) -> None:
    if len(schema) > MAX_COLUMNS:
        raise DataError(
            f"The file has {len(schema):,} columns; Strata reads up to {MAX_COLUMNS:,}.",
            hint="Leave out columns.",
        )
    for name, dtype in schema.items():
        if dtype.is_nested() or isinstance(dtype, pl.Binary | pl.Object):
            what = "bytes" if isinstance(dtype, pl.Binary) else "lists or records"
            raise DataError(
                f"The column {name[:80]} holds {what} in its cells, and Strata reads one value a cell.",
                where=f"column {name}",
                hint="Leave the column out, or write it as columns of its own.",
            )
    if not rows or not schema:
        raise DataError("The file has columns and no rows.", hint="Upload a file with rows.")
    if rows * len(schema) * 8 > limit:
        raise DataError(
            f"Unpacked, the table takes more than the {megabytes(limit)} that it may.",
            hint="Upload fewer rows or columns.",
        )


def write(
    source: Path, out: Path, names: list[str], types: dict[str, str], problems: Problems
) -> tuple[dict[str, Kind], Lines]:
    """Write the draft; the kinds of its numbers and dates, all else is text; and where its rows stand.

    types: columns that people gave a type: these are read as texts, to be judged by it.
    """
    schema = pl.read_parquet_schema(source)
    inner = names_from_header(names)
    kinds: dict[str, Kind] = {}
    expressions = []
    for given, name in zip(schema, inner, strict=True):
        dtype = schema[given]
        kind = _kind(dtype) if types.get(name) in (None, "number" if dtype.is_numeric() else "date") else None
        if kind:
            kinds[name] = kind
        expressions.append(_cells(given, dtype, kind).alias(name))
    lines = Lines()
    lines.note(0, 1)
    try:
        pl.scan_parquet(source).select(expressions).sink_parquet(out, compression="lz4")
        _note_infinite(source, dict(zip(schema, inner, strict=True)), problems)
    except _FAULTS as error:
        raise _told(error) from error
    return kinds, lines


def _kind(dtype: pl.DataType) -> Kind | None:
    if dtype.is_integer() and dtype not in (pl.UInt64, pl.Int128):
        return Kind("number", whole=True)
    if dtype.is_numeric() or dtype == pl.Duration:
        return Kind("number")
    return Kind("date", {"date": "%Y-%m-%d"}) if dtype in (pl.Date, pl.Datetime) else None


def _cells(name: str, dtype: pl.DataType, kind: Kind | None) -> pl.Expr:
    column = cs.by_name(name).as_expr()
    if isinstance(dtype, pl.Datetime) and dtype.time_zone:
        column = column.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    if kind is None:
        words = {True: "true", False: "false"}
        text = column.replace_strict(words, return_dtype=pl.String) if dtype == pl.Boolean else None
        return typed.trim(column.cast(pl.String) if text is None else text)
    if kind.type == "date":
        return column.cast(pl.Datetime("us"))
    if dtype == pl.Duration:
        return column.dt.total_microseconds() / 1e6
    if kind.whole:
        return column.cast(pl.Int64)
    number = column.cast(pl.Float64)
    return pl.when(number.is_finite()).then(number)


def _note_infinite(source: Path, names: dict[str, str], problems: Problems) -> None:
    schema = pl.read_parquet_schema(source)
    floats = [name for name, dtype in schema.items() if dtype.is_float()]
    if not floats:
        return
    counts = pl.scan_parquet(source).select(cs.by_name(floats).is_infinite().sum())
    for name, count in zip(floats, counts.collect(engine="streaming").row(0), strict=True):
        if not count:
            continue
        cells = typed.read_column(source, name)
        for row in cells.is_infinite().fill_null(False).arg_true().head(Problems.LIMIT):
            problems.add(row + 1, names[name], str(cells[row]), "is no finite number; it counts as missing")
        problems.count += max(0, count - Problems.LIMIT)


def _read(frame: pl.LazyFrame) -> pl.DataFrame:
    try:
        return frame.collect()
    except _FAULTS as error:
        raise _told(error) from error


def _told(error: Exception) -> Exception:
    """A full disk as it is; whatever else goes wrong is the file's fault."""
    if isinstance(error, OSError) and error.errno:
        return error
    return typed.os_error(error) or archive.damaged("Parquet file")


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return text_of_number(value) if isinstance(value, float) and abs(value) < float("inf") else str(value)
