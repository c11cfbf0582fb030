"""How a CSV file is written: encoding, delimiter, quotes, header, decimal sign; guessed or given."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from typing import Any

from training.encode.cells import DATE_FORMATS, SPACE, date_of, is_missing, number_of
from training.errors import DataError
from training.table import encodings
from training.table.reading import Reading

DELIMITERS = (",", ";", "\t", "|")
SPACES = " "  # as a delimiter: any run of spaces
MAX_COLUMNS = 10_000
GUESSED = ("encoding", "delimiter", "quote", "decimal", "header_row")
_LINES = 200


def guess(head: bytes, given: dict[str, Any]) -> tuple[Reading, list[str]]:
    """The reading of a text file that begins with ``head``, and which of its fields were guessed.

    given: settings that ``reading.check`` passed. Raises DataError when the first line has no end.
    """
    encoding = given.get("encoding") or encodings.guess(head)
    lines = first_lines(head, encoding)
    reading = Reading(encoding=encoding)
    if "delimiter" in given or "quote" in given:
        reading = replace(reading, delimiter=given.get("delimiter", ","), quote=given.get("quote", '"'))
    if "delimiter" not in given:
        delimiter, quote = guess_delimiter(lines, [given["quote"]] if "quote" in given else ['"', "'"])
        reading = replace(reading, delimiter=delimiter, quote=quote)
    if "header_row" in given:
        reading = replace(reading, header_row=given["header_row"])
    else:
        reading = replace(reading, header_row=guess_header(records_of(lines, reading)))
    decimal = given.get("decimal") or guess_decimal(records_of(lines, reading)[reading.skipped :])
    reading = replace(reading, decimal=decimal)
    return reading, [name for name in GUESSED if name not in given]


def first_lines(head: bytes, encoding: str, limit: int = _LINES) -> list[str]:
    """The first whole lines as text, broken bytes shown as �."""
    text = head.decode(encoding, errors="replace").removeprefix("\ufeff").replace("\0", "")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    if len(lines) == 1 and len(head) >= 1 << 18:
        raise DataError(
            "The first line is longer than 250,000 characters.",
            where="line 1",
            hint="Check that the file has line ends, and that it is a table.",
        )
    whole = lines if len(head) < 1 << 18 else lines[:-1]
    return whole[:limit] if whole[-1] or len(whole) > limit else whole[:-1]


def records_of(lines: list[str], reading: Reading) -> list[list[str]]:
    """The records of some lines, a blank line as []; trimmed of nothing."""
    if reading.delimiter == SPACES:
        return [split_spaces(line) for line in lines]
    if not reading.delimiter:
        return [[line] if line else [] for line in lines]
    return list(csv.reader(io.StringIO("\n".join(lines)), **csv_options(reading)))


def csv_options(reading: Reading) -> dict[str, Any]:
    """The arguments of csv.reader for this reading."""
    if not reading.quote:
        return {"delimiter": reading.delimiter, "quoting": csv.QUOTE_NONE}
    return {"delimiter": reading.delimiter, "quotechar": reading.quote, "skipinitialspace": True}


def split_spaces(line: str) -> list[str]:
    """The cells of a line whose columns are aligned with spaces."""
    line = line.strip(SPACE)
    return re.split(r" +", line) if line else []


def guess_delimiter(lines: list[str], quotes: list[str]) -> tuple[str, str]:
    """The delimiter and quote by which most lines have the same number of cells, at least two."""
    best, chosen = 0.0, ("", quotes[0])
    for quote in quotes:
        for delimiter in DELIMITERS:
            share = _agreement(records_of(lines, Reading(delimiter=delimiter, quote=quote)))
            # A later candidate has to be clearly better: the usual ones come first.
            if share > best + 0.01:
                best, chosen = share, (delimiter, quote)
    if best < 0.5 and _aligned(lines):
        return SPACES, quotes[0]
    return chosen if best >= 0.5 else ("", quotes[0])


def _agreement(records: list[list[str]]) -> float:
    filled = [record for record in records if record]
    if not filled:
        return 0.0
    width, count = Counter(len(record) for record in filled).most_common(1)[0]
    return count / len(filled) if width > 1 else 0.0


def _aligned(lines: list[str]) -> bool:
    filled = [line.strip(SPACE) for line in lines if line.strip(SPACE)]
    widths = {len(split_spaces(line)) for line in filled}
    runs = sum("  " in line for line in filled)
    return len(widths) == 1 and widths != {1} and runs * 2 >= len(filled)


def guess_header(records: list[list[str]]) -> int | None:
    """The line of the header, from 1: the first line as wide as the table, unless it looks like data."""
    filled = [(line, record) for line, record in enumerate(records, start=1) if record]
    if not filled:
        return 1
    width = Counter(len(record) for _, record in filled).most_common(1)[0][0]
    above = None
    for position, (line, record) in enumerate(filled[:20]):
        if not _is_title(record, width):
            data = _looks_like_data(record, [below for _, below in filled[position + 1 :]])
            return above if data else line
        above = line
    return filled[0][0]


def _is_title(record: list[str], width: int) -> bool:
    """A line above the table: empty, or with less in it than a header would have."""
    named = [bool(cell.strip(SPACE)) for cell in record]
    return sum(named) * 2 < width or (width > 2 and named[0] and sum(named) == 1)


def _looks_like_data(first: list[str], below: list[list[str]]) -> bool:
    """Whether a number or date stands on top of numbers or dates (1, 2, 3 … may be names)."""
    cells = [cell.strip(SPACE) for cell in first]
    if not below or _counts_up(cells):
        return False
    for place, cell in enumerate(cells):
        if not is_value(cell):
            continue
        column = [record[place].strip(SPACE) for record in below if place < len(record)]
        filled = [text for text in column if not is_missing(text)]
        if filled and sum(map(is_value, filled)) >= 0.9 * len(filled):
            return True
    return False


def _counts_up(cells: list[str]) -> bool:
    numbers = [number_of(cell, {}) for cell in cells if cell]
    return len(numbers) > 1 and all(
        before is not None and after == before + 1 for before, after in pairwise(numbers)
    )


def is_value(text: str) -> bool:
    """Whether a text is a number or a date rather than a name."""
    return number_of(text, {}) is not None or any(date_of(text, form) for form in DATE_FORMATS)


def guess_decimal(records: list[list[str]]) -> str:
    """ "," when more cells have a decimal comma than a decimal point."""
    cells = [cell.strip(SPACE) for record in records for cell in record]
    commas = sum(
        bool(re.fullmatch(r"[+-]?(\d{1,3}(\.\d{3})+|\d+),\d+", cell)) and not _grouped(cell) for cell in cells
    )
    points = sum(bool(re.fullmatch(r"[+-]?\d+\.\d+", cell)) for cell in cells)
    return "," if commas > points else "."


def _grouped(cell: str) -> bool:
    return bool(re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+", cell))
