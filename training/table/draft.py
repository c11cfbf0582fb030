"""The draft of a table: the file's rows in Parquet, each column as its cells suggest."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from pathlib import Path

import numpy as np
import polars as pl

from training.encode.cells import date_of, is_missing
from training.errors import DataError
from training.table import kinds, typed
from training.table.dialect import SPACES
from training.table.formats import Source
from training.table.kinds import Kind
from training.table.layout import Layout, spread
from training.table.reading import DROP, Reading
from training.table.rewrite import Lines, Problems, rewrite
from training.table.scan import is_plain
from training.table.typed import Plain

_TEXT = Kind("text")


def plain_file(
    found: Source, clean: Path, layout: Layout, problems: Problems, progress: Callable[[float], None]
) -> tuple[Plain, Lines]:
    """A file that polars reads as it stands: the source itself, or ``clean``, written from it."""
    used = found.reading
    direct = (
        used.format == "csv"
        and used.encoding == "utf-8"
        and used.header_row == 1
        and used.delimiter not in ("", SPACES)
    )
    if direct and is_plain(
        found.path,
        delimiter=used.delimiter,
        quote=used.quote,
        width=layout.width,
        skipped=used.skipped,
        progress=progress,
    ):
        lines = Lines()
        lines.note(0, used.skipped + 1)
        return Plain(found.path, used.delimiter, used.quote, used.skipped), lines
    below = islice(found.records(problems, progress), used.skipped, None)
    drops = used.bad_rows == DROP
    lines = rewrite(below, clean, layout.width, problems, pads=found.pads, drops=drops)
    return Plain(clean, ",", '"', 0), lines


def write(plain: Plain, out: Path, layout: Layout, used: Reading, types: dict[str, str]) -> dict[str, Kind]:
    """Read the rows by what a sample of them suggests, or as texts where a later cell disagrees.

    Answers the kinds of the columns that are numbers or dates already; all others are texts.
    """
    more = spread(plain, layout.width)
    guessed: dict[str, Kind] = {}
    spellings: set[str] = set()
    for place, name in enumerate(layout.names):
        cells = layout.column(place, more)
        filled = [cell for cell in cells if not is_missing(cell)]
        spellings.update(cell for cell in cells if cell and is_missing(cell))
        guess = kinds.guess(filled, types.get(name), used) if filled else _TEXT
        guessed[name] = guess if _surely(guess, filled) else _TEXT
    if not typed.write(plain, guessed, sorted(spellings), out) or not typed.all_finite(out):
        guessed = dict.fromkeys(guessed, _TEXT)
        if not typed.write(plain, guessed, [], out):
            raise DataError(
                "The rows of the file cannot be told apart.",
                hint="Choose the delimiter and the quote character under “Change how it is read”.",
            )
    return {name: kind for name, kind in guessed.items() if kind is not _TEXT}


def _surely(guess: Kind, cells: list[str]) -> bool:
    """Whether a sample leaves no doubt: what is doubtful is read as text and judged as a whole."""
    if guess.plain:
        return all(map(kinds.is_number, cells))
    return guess.type == "date" and all(date_of(cell, guess.format["date"]) for cell in cells)


def judge(
    out: Path, known: dict[str, Kind], used: Reading, types: dict[str, str], lines: Lines, problems: Problems
) -> tuple[dict[str, Kind], np.ndarray]:
    """The kind of every column of a draft from all of its cells, and the rows that are to be left out.

    What does not fit its column is noted.
    """
    found = {}
    binary = typed.zero_or_one(
        out, [name for name, kind in known.items() if kind.whole and name not in types]
    )
    misfits = [np.zeros(0, dtype=np.int64)]
    for name in pl.read_parquet_schema(out):
        if name in known:
            found[name] = Kind("yes/no") if name in binary else known[name]
            continue
        cells = typed.read_column(out, name)
        kind = typed.judge(cells, types.get(name), used)
        if used.format == "parquet" and kind.type == "number" and name not in types:
            kind = Kind("category")  # texts on purpose, such as codes
        if kind.type in ("number", "date"):
            misfits.append(_note_misfits(cells, name, kind, used, lines, problems))
        found[name] = kind
    dropped = np.unique(np.concatenate(misfits)) if used.bad_cells == DROP else misfits[0]
    problems.dropped += len(dropped)
    return found, dropped


def _note_misfits(
    cells: pl.Series, name: str, kind: Kind, used: Reading, lines: Lines, problems: Problems
) -> np.ndarray:
    rows = typed.misfits(cells, kind)
    done = "the row is left out" if used.bad_cells == DROP else "it counts as missing"
    for row in rows.head(Problems.LIMIT):
        problems.add(lines.line(row), name, cells[row], f"is no {kind.type}; {done}")
    problems.count += max(0, len(rows) - Problems.LIMIT)
    return rows.to_numpy().astype(np.int64)
