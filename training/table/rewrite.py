"""A CSV file of any dialect -> a plain one (UTF-8, commas, every row as wide as the table)."""

from __future__ import annotations

import csv
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from training.errors import DataError
from training.table.dialect import SPACES, csv_options, split_spaces
from training.table.reading import Reading
from training.table.scan import LINE_LIMIT, too_long
from training.words import counted

# What becomes of a row that cannot be read at all: dropped or not.
BROKEN = {True: "the row is left out", False: "all of the row counts as missing"}
_END = "\x1eend of file\x1e"


@dataclass
class Lines:
    """Which line of the file each row of the table stands in.

    ``rows[i]`` is the first row that is ``lines[i] - rows[i]`` lines away from its number.
    """

    rows: list[int] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)

    def note(self, row: int, line: int) -> None:
        if not self.rows or line - row != self.lines[-1] - self.rows[-1]:
            self.rows.append(row)
            self.lines.append(line)

    def line(self, row: int) -> int:
        place = bisect_right(self.rows, row) - 1
        return self.lines[place] + row - self.rows[place]


@dataclass
class Problems:
    """What could not be read as it stands: how many cells or rows, and the first of them."""

    LIMIT = 20

    count: int = 0
    dropped: int = 0
    first: list[dict[str, Any]] = field(default_factory=list)

    def add(self, line: int, column: str | None, text: str, what: str) -> None:
        self.count += 1
        if len(self.first) < self.LIMIT:
            self.first.append({"line": line, "column": column, "text": text[:200], "what": what})

    def as_dict(self) -> dict[str, Any]:
        """count: of cells and rows at fault; dropped: of rows that are therefore not in the table."""
        first = sorted(self.first, key=lambda one: one["line"])[: self.LIMIT]
        return {"count": self.count, "dropped": self.dropped, "first": first}


def rewrite(
    records: Iterator[tuple[int, list[str]]],
    clean: Path,
    width: int,
    problems: Problems,
    *,
    pads: bool = False,
    drops: bool = False,
) -> Lines:
    """Write records to ``clean``; those of a wrong length are padded or cut and noted, blank ones left out.

    pads: whether a short record is no fault; drops: whether rows that are at fault are left out.
    """
    lines = Lines()
    row = 0
    with clean.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target, lineterminator="\n")
        for line, record in records:
            if not record:
                continue
            fits = _fits(record, width, line, problems, pads=pads, drops=drops)
            if drops and not (fits and all("\ufffd" not in cell for cell in record)):
                problems.dropped += 1
                continue
            lines.note(row, line)
            writer.writerow(record[:width] + [""] * (width - len(record)))
            row += 1
    return lines


def text_records(
    source: Path, reading: Reading, problems: Problems, progress: Callable[[float], None]
) -> Iterator[tuple[int, list[str]]]:
    """All records of a text file, each with the line in which it begins; blank lines as []."""
    csv.field_size_limit(LINE_LIMIT)
    size = source.stat().st_size or 1
    with source.open("rb") as raw, _text(raw, reading.encoding) as text:
        for count, pair in enumerate(_records(text, reading, problems), start=1):
            yield pair
            if count % 20_000 == 0:
                progress(raw.tell() / size)


def _text(raw: Any, encoding: str) -> TextIO:
    import io

    # A byte order mark is part of the encoding, not of the first column's name.
    return io.TextIOWrapper(raw, encoding="utf-8-sig" if encoding == "utf-8" else encoding, errors="replace")


def _records(text: TextIO, reading: Reading, problems: Problems) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line in which it begins; blank lines as []."""
    source = _lines(text, reading.encoding, problems)
    if reading.delimiter in (SPACES, ""):
        for line, content in enumerate(source, start=1):
            yield line, _cells(content.rstrip("\n"), reading)
        return
    reader = csv.reader(_then_end(source), **csv_options(reading))
    begins = 1
    try:
        for record in reader:
            if record == [_END]:
                return
            if any(_END in cell for cell in record):
                raise DataError(
                    f"A quote that opens in line {begins:,} is never closed.",
                    where=f"line {begins}",
                    hint="Correct that line and upload the file again.",
                )
            yield begins, record
            begins = reader.line_num + 1
    except csv.Error as error:
        raise DataError(
            f"The cells of line {begins:,} cannot be told apart ({error}).",
            where=f"line {begins}",
            hint="Check that every quote is closed.",
        ) from None


def _cells(line: str, reading: Reading) -> list[str]:
    if reading.delimiter == SPACES:
        return split_spaces(line)
    return [line] if line else []


def _then_end(source: Iterator[str]) -> Iterator[str]:
    yield from source
    yield _END  # an unclosed quote swallows it, which is how one is noticed


def _lines(text: TextIO, encoding: str, problems: Problems) -> Iterator[str]:
    number = 0
    while line := text.readline(LINE_LIMIT + 1):
        number += 1
        if len(line) > LINE_LIMIT:
            raise too_long()
        if "\ufffd" in line:
            problems.add(
                number, None, line.strip(), f"has bytes that are no {encoding} text; they are shown as \ufffd"
            )
        if "\0" in line:
            line = line.replace("\0", "")
            problems.add(number, None, line.strip(), "has NUL bytes, which were removed")
        yield line


def _fits(record: list[str], width: int, line: int, problems: Problems, *, pads: bool, drops: bool) -> bool:
    """Whether a record has as many cells as the table; if not, it is noted."""
    beyond = any(cell.strip() for cell in record[width:])
    if not beyond and (len(record) >= width or pads):
        return True
    shown = record[width:] if beyond else record
    done = "these were left out" if beyond else "those missing count as empty"
    what = f"has {counted(len(record), 'cell')} where {width} were expected"
    problems.add(line, None, ", ".join(shown), f"{what}; {'the row is left out' if drops else done}")
    return False
