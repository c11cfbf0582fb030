"""Any part of a written table, a page of rows at a time: sorted, filtered, in bounded memory.

The table is gone through in chunks of only the columns that order and filter need; the columns that
are shown are read for the rows of the page alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import polars.selectors as cs

from training.encode import cells
from training.errors import DataError

CHUNK = 100_000  # rows held at a time at most, fewer where CHUNK_BYTES are reached before
CHUNK_BYTES = 8_000_000
_FIRST_CHUNK, _GROWTH = 1_000, 8
REACH = 2_000_000  # rows that order and filter go through: a second or two, however long the table
DEEPEST = 100_000  # rows that a sorted page may stand behind: they are kept while sorting
SHOWN_CHARACTERS = 200
TESTS = ("is", "is_not", "contains", "at_least", "at_most", "empty", "filled")
_NUMBER, _AT = "row", "value"


@dataclass(frozen=True)
class Wish:
    """Which rows are wanted in which order: ``sort`` and ``column`` name columns, "" means none.

    test is one of TESTS; ``at_least`` and ``at_most`` are for numbers and dates. Empty cells sort last.
    """

    sort: str = ""
    down: bool = False
    column: str = ""
    test: str = "is"
    value: str = ""

    @property
    def is_plain(self) -> bool:
        return not self.sort and not self.column


@dataclass(frozen=True)
class Rows:
    """A page: the rows' numbers in the table (from 0), their cells as texts, and how many there are.

    ``reach``: how many rows of the table were gone through, all or the first REACH.
    """

    numbers: list[int]
    cells: list[list[str | None]]
    found: int
    reach: int


def browse(
    table: Path, names: list[str], *, first: int = 0, count: int = 50, wish: Wish | None = None
) -> Rows:
    """The rows ``first`` (from 0) to ``first + count`` of those that are wished for, of columns ``names``.

    Order and filter go through the table's first REACH rows. Raises DataError for a value that is none
    of the column's kind, and for a sorted page too far down.
    """
    wish = wish or Wish()
    scan = pl.scan_parquet(table)
    height = int(scan.select(pl.len()).collect().item())
    if wish.is_plain:
        numbers = list(range(min(first, height), min(first + count, height)))
        return Rows(numbers, cells_of(table, names, numbers), height, height)
    if wish.sort and first > DEEPEST:
        raise DataError(
            f"Sorted rows are shown up to the {DEEPEST:,}th.",
            where="rows",
            hint="Turn the order round, or filter for the rows that you look for.",
        )
    reach = min(height, REACH)
    numbers, found = _wished(scan, reach, wish, first, first + count)
    return Rows(numbers, cells_of(table, names, numbers), found, reach)


def cells_of(table: Path, names: list[str], numbers: list[int]) -> list[list[str | None]]:
    """The cells of the rows of these numbers, in that order, as texts; pictures are None."""
    scan = pl.scan_parquet(table).select(cs.by_name(*names)) if names else pl.scan_parquet(table).select([])
    if not numbers or not names:
        return [[] for _ in numbers]
    if numbers == list(range(numbers[0], numbers[0] + len(numbers))):
        rows = scan.slice(numbers[0], len(numbers)).collect().rows()
        return [[text_of(cell) for cell in row] for row in rows]
    return [[text_of(cell) for cell in scan.slice(number, 1).collect().row(0)] for number in numbers]


def text_of(cell: Any) -> str | None:
    """A cell as people read it: dates without a midnight, whole numbers without a point."""
    if cell is None or isinstance(cell, bytes):
        return None
    if isinstance(cell, datetime):
        return str(cell).removesuffix(" 00:00:00")
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell)[:SHOWN_CHARACTERS]


def _wished(scan: pl.LazyFrame, reach: int, wish: Wish, first: int, last: int) -> tuple[list[int], int]:
    """The numbers of the rows ``first`` to ``last`` of those that pass the filter, and how many pass."""
    schema = scan.collect_schema()
    needed = [name for name in dict.fromkeys((wish.sort, wish.column)) if name]
    passes = _condition(wish, schema[wish.column]) if wish.column else pl.lit(True)
    kept, found = pl.DataFrame(), 0
    for start, chunk in chunks(scan, needed, reach):
        hit = chunk.with_row_index(_unused(needed), start).filter(passes)
        held = hit.select(hit.columns[0], *([_key(wish.sort, schema[wish.sort])] if wish.sort else []))
        found += held.height
        if wish.sort:
            kept = pl.concat([kept, held]) if kept.width else held
            kept = kept.sort("\0key", descending=wish.down, nulls_last=True, maintain_order=True).head(last)
        elif kept.height < last:
            kept = pl.concat([kept, held]).head(last) if kept.width else held.head(last)
    return (kept.to_series(0).to_list()[first:last] if kept.width else []), found


def chunks(scan: pl.LazyFrame, names: list[str], reach: int) -> Iterator[tuple[int, pl.DataFrame]]:
    """The columns' rows up to ``reach`` in pieces of bounded size, each with the number of its first row."""
    start, size = 0, _FIRST_CHUNK
    while start < reach:
        chunk = scan.select(cs.by_name(*names)).slice(start, min(size, reach - start)).collect()
        yield start, chunk
        start += chunk.height
        fitting = int(CHUNK_BYTES * chunk.height / max(1, chunk.estimated_size()))
        size = max(1, min(fitting, size * _GROWTH, CHUNK))


def _key(name: str, kind: pl.DataType) -> pl.Expr:
    """What rows are ordered by: of words as much as is shown, for thousands of them are kept."""
    column = cs.by_name(name).as_expr()
    # A copy, because a head alone would keep the whole text in memory.
    words = pl.format("{}", column.str.head(SHOWN_CHARACTERS))
    return (words if kind == pl.String else column).alias("\0key")


def _unused(names: list[str]) -> str:
    """A name for the row numbers that no column has."""
    return "\0" + "".join(names) + _NUMBER


def _condition(wish: Wish, kind: pl.DataType) -> pl.Expr:
    column = cs.by_name(wish.column).as_expr()
    if wish.test == "empty":
        return column.is_null()
    if wish.test == "filled":
        return column.is_not_null()
    if wish.test == "contains":
        text = column.cast(pl.String) if not kind.is_temporal() else column.dt.to_string("%Y-%m-%d %H:%M:%S")
        return text.str.to_lowercase().str.contains(wish.value.lower(), literal=True).fill_null(False)
    given = _value(wish, kind)
    column, value = column.dt.date() if type(given) is date else column, pl.lit(given)
    if wish.test == "is_not":
        return (column != value).fill_null(True)
    if wish.test == "is":
        return (column == value).fill_null(False)
    return ((column >= value) if wish.test == "at_least" else (column <= value)).fill_null(False)


def _value(wish: Wish, kind: pl.DataType) -> float | date | str:
    """The value to compare with, of the column's kind; a date without a time is the whole day.

    Raises DataError.
    """
    text = wish.value.strip()
    if kind.is_numeric():
        number = cells.number_of(text, {})
        if number is None:
            raise _misfit(wish, "a number, such as 12.5")
        return number
    if kind.is_temporal():
        return _moment(wish, text)
    if wish.test in ("at_least", "at_most"):
        raise DataError(
            f"“{wish.column}” holds words, which have no least and no most.",
            where="rows",
            hint="Ask for numbers or dates, or for words that the cell contains.",
        )
    return wish.value


def _moment(wish: Wish, text: str) -> date:
    try:
        moment = datetime.fromisoformat(text)
        if len(text) <= len("2024-05-31"):
            return moment.date()
        return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
    except (ValueError, OverflowError):
        raise _misfit(wish, "a date, such as 2024-05-31") from None


def _misfit(wish: Wish, wanted: str) -> DataError:
    return DataError(
        f"“{wish.value[:60]}” cannot be compared with “{wish.column}”.", where="rows", hint=f"Give {wanted}."
    )
