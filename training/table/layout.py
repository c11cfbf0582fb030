"""How wide a file is, what its columns are called and what its first rows look like."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from training.encode.cells import SPACE, is_missing, names_from_header
from training.errors import DataError
from training.table import dialect
from training.table.dialect import MAX_COLUMNS
from training.table.reading import Reading
from training.table.typed import Plain

PREVIEW_ROWS = 50
_SPREAD = 16
_SPREAD_BYTES = 1 << 15


@dataclass(frozen=True)
class Layout:
    """The beginning of a file: its header's cells (empty where there is none) and first records."""

    header: list[str]
    records: list[list[str]]

    @property
    def width(self) -> int:
        return len(self.header)

    @property
    def names(self) -> list[str]:
        """Column names: never empty, never twice."""
        return names_from_header(self.header)

    def column(self, place: int, more: list[list[str]]) -> list[str]:
        """The trimmed cells of one column, of the first records and of ``more``."""
        return [record[place].strip(SPACE) for record in self.records + more if place < len(record)]

    def preview(self, kept: list[str]) -> list[list[str | None]]:
        """The first rows as they stand in the file, of the columns ``kept``; None where a cell is missing."""
        places = [place for place, name in enumerate(self.names) if name in set(kept)]
        rows = []
        for record in self.records[:PREVIEW_ROWS]:
            cells = [record[place].strip(SPACE) if place < len(record) else "" for place in places]
            rows.append([None if is_missing(cell) else cell[:200] for cell in cells])
        return rows


def look(records: list[list[str]], used: Reading) -> Layout:
    """The layout of a file that begins with these records. Raises DataError for too many columns."""
    header = records[used.skipped - 1] if 0 < used.skipped <= len(records) else []
    if used.skipped and not header:
        raise DataError(
            f"Line {used.skipped} should be the header, and is empty or not there.",
            where="reading.header_row",
            hint="Choose the header's line again.",
        )
    below = [record for record in records[used.skipped :] if record]
    header = _widened(header, below)
    if len(header) > MAX_COLUMNS:
        raise DataError(
            f"The file has {len(header):,} columns; Strata reads up to {MAX_COLUMNS:,}.",
            hint="Leave out columns, or check the delimiter.",
        )
    return Layout(header, below)


def preview(table: Path) -> list[list[str | None]]:
    """The first rows of a written table as texts."""
    frame = pl.read_parquet(table, n_rows=PREVIEW_ROWS)
    return [
        [None if cell is None else str(cell)[:200].removesuffix(" 00:00:00") for cell in row]
        for row in frame.iter_rows()
    ]


def _widened(header: list[str], below: list[list[str]]) -> list[str]:
    """The header with a name, perhaps an empty one, for every column that most rows have."""
    if not below:
        return header
    usual = Counter(len(record) for record in below).most_common(1)[0][0]
    regular = all(len(record) == usual for record in below)
    if header and usual == len(header) + 1 and regular and any(record[-1].strip(SPACE) for record in below):
        return ["", *header]  # the first column holds row names and has no name, as R writes it
    return header + [""] * (usual - len(header))


def spread(plain: Plain, width: int) -> list[list[str]]:
    """Records from all over a large file: types that change later are met before it is read."""
    size = plain.path.stat().st_size
    if size < 4 * _SPREAD * _SPREAD_BYTES:
        return []
    reading = Reading(delimiter=plain.delimiter, quote=plain.quote)
    records: list[list[str]] = []
    with plain.path.open("rb") as file:
        for step in range(1, _SPREAD):
            file.seek(size * step // _SPREAD)
            lines = file.read(_SPREAD_BYTES).decode("utf-8", errors="replace").splitlines()[1:-1]
            try:
                found = dialect.records_of(lines[:100], reading)
            except csv.Error:
                continue  # it began within quotes; this is only a sample
            records += [record for record in found if len(record) == width]
    return records
