"""How a file is read: its settings, each guessed or given by people, and what they may be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from training.errors import DataError
from training.table import encodings

FORMATS = ("csv", "excel", "json", "parquet")
MISSING, DROP = "missing", "drop"


@dataclass(frozen=True)
class Reading:
    """How the file is read.

    format: one of FORMATS; packed: "gzip", "zip" or None; member: the file within a zip archive;
    sheet: of a workbook. delimiter: one character, "" for a single column, " " for runs of spaces;
    quote: one character or ""; header_row: the header's line, from 1, or None when there is none.
    dates: which comes first in 01/02/2024, "day" or "month", where the cells leave it open.
    bad_cells, bad_rows: "missing" or "drop": what becomes of cells that are not of their column's
    type, and of rows with a wrong number of cells or with bytes that are no text.
    """

    format: str = "csv"
    packed: str | None = None
    member: str | None = None
    sheet: str | None = None
    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    decimal: str = "."
    header_row: int | None = 1
    dates: str = "day"
    bad_cells: str = MISSING
    bad_rows: str = MISSING

    @property
    def skipped(self) -> int:
        """How many lines stand before the first row of data."""
        return self.header_row or 0

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def check(given: dict[str, Any]) -> dict[str, Any]:
    """The reading settings that people gave. Raises DataError for one that cannot be."""
    return {name: _checked(name, value) for name, value in given.items()}


def _checked(name: str, value: Any) -> Any:
    if name == "encoding":
        return encodings.known(str(value))
    if name not in _RULES:
        raise DataError(f"There is no reading setting {name!r}.", where=f"reading.{name}")
    fits, what = _RULES[name]
    if not fits(value):
        raise DataError(f"{what}, not {str(value)[:80]!r}.", where=f"reading.{name}")
    return value


def _one_of(*choices: str) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and value in choices


def _is_sign(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= 1 and value not in ("\n", "\r", "\0")


def _is_line(value: Any) -> bool:
    return value is None or (type(value) is int and 1 <= value <= 1_000)


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 1_000


_WHAT_IS_BAD = "cannot be read can be set to “missing” or dropped with “drop”"
_RULES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "format": (_one_of(*FORMATS), f"The format must be one of {', '.join(FORMATS)}"),
    "sheet": (_is_name, "The sheet must be the name of one"),
    "member": (_is_name, "The file within the archive must be the name of one"),
    "delimiter": (_is_sign, "The delimiter must be one character"),
    "quote": (_is_sign, "The quote must be one character"),
    "decimal": (_one_of(".", ","), "The decimal sign must be a point or a comma"),
    "header_row": (_is_line, "The header's line must be from 1 to 1,000, or none"),
    "dates": (_one_of("day", "month"), "What comes first in a date must be “day” or “month”"),
    "bad_cells": (_one_of(MISSING, DROP), f"Cells that {_WHAT_IS_BAD}"),
    "bad_rows": (_one_of(MISSING, DROP), f"Rows that {_WHAT_IS_BAD}"),
}
