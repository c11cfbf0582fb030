"""An Excel workbook (.xlsx) as records: one sheet, a row at a time, each cell as the text of its value.

openpyxl reads it as a stream. What it keeps in memory are the shared texts, so these are bounded.
"""

from __future__ import annotations

import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from training.encode.cells import text_of_number
from training.errors import DataError
from training.table import archive
from training.table.dialect import MAX_COLUMNS

MOST_ROWS = 1_048_576
MOST_CELLS = 200_000_000
MOST_TEXT_BYTES = 300_000_000  # of the shared texts, unpacked
_LOOKED_AT = 1_000

Record = list[str]


@contextmanager
def _opened(source: Path, limit: int) -> Iterator[Any]:
    """The workbook, when its parts are of a size that can be read."""
    import openpyxl

    try:
        with archive.opened(source, "workbook") as parts:
            for part in parts.infolist():
                archive.check_growth(part.compress_size, part.file_size, limit)
                if part.filename.endswith("sharedStrings.xml") and part.file_size > MOST_TEXT_BYTES:
                    raise DataError(
                        "The workbook holds more text than Strata reads from one.", hint="Save it as CSV."
                    )
        with warnings.catch_warnings(), source.open("rb") as file:
            warnings.simplefilter("ignore")  # about styles and extensions, which do not matter here
            # A file, not a path: openpyxl goes by the ending of a name.
            yield openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
    # openpyxl tells of broken parts by whatever Python raises when it meets them.
    except (zipfile.BadZipFile, ParseError, EOFError, ValueError, KeyError, TypeError, IndexError) as error:
        raise archive.damaged("workbook") from error
    except (AttributeError, OSError, zlib.error) as error:
        if isinstance(error, OSError) and error.errno:
            raise
        raise archive.damaged("workbook") from error


def choose(source: Path, wanted: str | None, limit: int) -> tuple[str, list[str]]:
    """The sheet to read, the first that has cells where none is wanted, and the names of all."""
    with _opened(source, limit) as book:
        titles = [sheet.title for sheet in book.worksheets]
        if wanted is not None:
            if wanted not in titles:
                raise DataError(
                    f"The workbook has no sheet “{wanted[:80]}”.",
                    where="reading.sheet",
                    hint=f"There is: {', '.join(titles[:10])}.",
                )
            return wanted, titles
        for sheet in book.worksheets:
            if any(islice(_rows(sheet), _LOOKED_AT)):
                return sheet.title, titles
    raise DataError(
        "The workbook has no sheet with cells in it.", hint="Upload one with a header and rows below it."
    )


def records(source: Path, sheet: str, limit: int, tell: Callable[[float], None]) -> Iterator[Record]:
    """The rows of a sheet, without the empty cells at their end; an empty row is [].

    tell: called with the share that is read, as far as the sheet says how long it is.
    """
    with _opened(source, limit) as book:
        chosen = book[sheet]
        rows = chosen.max_row or MOST_ROWS
        for number, record in enumerate(_rows(chosen), start=1):
            if number % 10_000 == 0:
                tell(min(1.0, number / rows))
            yield record


def _rows(sheet: Any) -> Iterator[Record]:
    sheet.reset_dimensions()  # what it says of its own size may be wrong, and would be filled up
    cells = 0
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        cells += len(row)
        if number > MOST_ROWS or cells > MOST_CELLS:
            raise DataError(
                f"The sheet is larger than {MOST_ROWS:,} rows or {MOST_CELLS:,} cells.",
                hint="Save it as CSV and upload that.",
            )
        record = [text_of(value) for value in row[: MAX_COLUMNS + 1]]
        while record and not record[-1]:
            record.pop()
        yield record


def text_of(value: Any) -> str:
    """A cell's value as it would stand in a CSV file: dates in ISO order, numbers with a point."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int() | float():
            return text_of_number(value) if value == value else ""
        case datetime():
            return value.isoformat(sep=" ").removesuffix(" 00:00:00")
        case date() | time():
            return value.isoformat()
        case timedelta():
            return text_of_number(value.total_seconds())
        case _:
            return str(value)
