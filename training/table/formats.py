"""What a file is, by its content, and how to get its records: one ``Source`` whatever the format."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

from training.errors import DataError
from training.table import dialect, jsonrows, parquet, workbook
from training.table.reading import DROP, Reading
from training.table.rewrite import BROKEN, Problems, text_records
from training.table.source import HEAD_BYTES, is_parquet, is_workbook, read_head

FIRST = 1_000
Numbered = tuple[int, list[str]]
Tell = Callable[[float], None]


@dataclass(frozen=True)
class Source:
    """An opened file: how it is read, which settings were guessed, its first records with the header.

    choices: setting -> what it can be in this file (the sheets of a workbook).
    records: all records with the line or row in which each begins, the header's included.
    pads: whether rows end where their cells do, so that a short one is no fault.
    """

    path: Path
    reading: Reading
    guessed: list[str]
    first: list[list[str]]
    records: Callable[[Problems, Tell], Iterator[Numbered]]
    pads: bool = False
    choices: dict[str, list[str]] = field(default_factory=dict)


def guess(head: bytes) -> str:
    """The format of a file that begins with ``head``."""
    if is_workbook(head):
        return "excel"
    if is_parquet(head):
        return "parquet"
    return "json" if jsonrows.is_json(head) else "csv"


def open_source(path: Path, given: dict[str, Any], *, limit: int, tell: Tell) -> Source:
    """Look at a file that is not packed. Raises DataError when it is no table.

    given: settings that ``reading.check`` passed; limit: the most bytes that it may unpack to.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    found = guess(head)
    wanted = given.get("format", found)
    # Binary formats say what they are; only between the two text formats is there a choice.
    if wanted != found and not {wanted, found} <= {"csv", "json"}:
        raise DataError(
            f"The file is {_WORDS[found]}, not {_WORDS[wanted]}.",
            where="reading.format",
            hint="Leave the format to be guessed.",
        )
    opened = _OPEN[wanted](path, given, limit, tell)
    guessed = opened.guessed + ([] if "format" in given else ["format"])
    return replace(opened, guessed=guessed, reading=_with_choices(opened.reading, given))


_WORDS = {"csv": "text", "json": "JSON", "excel": "an Excel workbook", "parquet": "a Parquet file"}


def _with_choices(reading: Reading, given: dict[str, Any]) -> Reading:
    return replace(
        reading, **{name: given[name] for name in ("dates", "bad_cells", "bad_rows") if name in given}
    )


def _csv(path: Path, given: dict[str, Any], limit: int, tell: Tell) -> Source:
    head = read_head(path)
    reading, guessed = dialect.guess(head, given)
    first = dialect.records_of(dialect.first_lines(head, reading.encoding, FIRST), reading)
    return Source(
        path,
        reading,
        guessed,
        first,
        lambda problems, tell: text_records(path, reading, problems, tell),
    )


def _excel(path: Path, given: dict[str, Any], limit: int, tell: Tell) -> Source:
    sheet, sheets = workbook.choose(path, given.get("sheet"), limit)
    first = list(islice(workbook.records(path, sheet, limit, tell), FIRST))
    header = given["header_row"] if "header_row" in given else dialect.guess_header(first)
    decimal = given.get("decimal") or dialect.guess_decimal(first[header or 0 :])
    reading = Reading("excel", sheet=sheet, header_row=header, decimal=decimal)
    return Source(
        path,
        reading,
        [name for name in ("sheet", "header_row", "decimal") if name not in given],
        first,
        lambda problems, tell: enumerate(workbook.records(path, sheet, limit, tell), start=1),
        pads=True,
        choices={"sheet": sheets},
    )


def _json(path: Path, given: dict[str, Any], limit: int, tell: Tell) -> Source:
    names, drops = jsonrows.columns(path, tell), given.get("bad_rows") == DROP

    def records(problems: Problems, tell: Tell) -> Iterator[Numbered]:
        yield 0, names
        for line, value in jsonrows.objects(path, tell):
            record = jsonrows.record_of(value, names)
            if record is None:
                problems.add(line, None, str(value), f"is no JSON object; {BROKEN[drops]}")
                problems.dropped += drops
            if record or not drops:
                yield line, record or [""]

    first = [record for _, record in islice(records(Problems(), tell), FIRST)]
    return Source(path, Reading("json"), [], first, records, pads=True)


def _parquet(path: Path, given: dict[str, Any], limit: int, tell: Tell) -> Source:
    names, first = parquet.beginning(path, limit)
    return Source(path, Reading("parquet"), [], [names, *first], lambda problems, tell: iter(()))


_OPEN: dict[str, Callable[[Path, dict[str, Any], int, Tell], Source]] = {
    "csv": _csv,
    "excel": _excel,
    "json": _json,
    "parquet": _parquet,
}
