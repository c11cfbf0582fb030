"""From an uploaded file to a typed table and all that the dataset page says about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import polars as pl

from training.errors import DataError
from training.table import archive, draft, findings, formats, parquet, pictures, proposal, relations, typed
from training.table.association import associations
from training.table.column_findings import about_mix, about_order
from training.table.kinds import Kind
from training.table.layout import Layout, look, preview
from training.table.profile import Rows, column_profile
from training.table.reading import check
from training.table.reading_findings import about_writing
from training.table.rewrite import Lines, Problems
from training.table.source import HEAD_BYTES, is_workbook

Progress = Callable[[float, str], None]

UNPACKED_BYTES = 20_000_000_000
TYPES = ("number", "yes/no", "category", "text", "date")


def _unwatched(share: float, sentence: str) -> None:
    """Progress that nobody looks at."""


def ingest(
    source: Path,
    folder: Path,
    *,
    file_name: str,
    reading: dict[str, Any] | None = None,
    types: dict[str, str] | None = None,
    progress: Progress = _unwatched,
    limit_bytes: int = UNPACKED_BYTES,
) -> dict[str, Any]:
    """Read a file into ``folder/table.parquet`` and answer what it holds, as plain JSON.

    reading: settings that people chose instead of the guessed ones; types: column -> type, where
    people chose it. progress is called with a share (0 to 1) and a sentence.
    Raises DataError for a file that is no table; nothing is left in the folder then.
    """
    folder.mkdir(parents=True, exist_ok=True)
    progress(0.0, "Looking at the file")
    given, types = check(reading or {}), types or {}
    if pictures.holds_pictures(source):
        return pictures.ingest_pictures(
            source,
            folder,
            ingest,
            file_name=file_name,
            types=types,
            progress=progress,
            limit_bytes=limit_bytes,
        )
    problems = Problems()
    table = folder / "table.parquet"
    with _unpacked(source, folder, given, limit_bytes, progress) as plain:
        found = formats.open_source(
            plain.path, given, limit=limit_bytes, tell=lambda share: progress(0.05, "Looking at the file")
        )
        layout = look(found.first, found.reading)
        _check_types(types, layout.names)
        kinds = _write_table(found, table, layout, types, problems, progress)
    used = replace(found.reading, packed=plain.packed, member=plain.member)
    rows = int(pl.scan_parquet(table).select(pl.len()).collect().item())
    columns, more, sample = _profile(table, kinds, rows, progress)
    info: dict[str, Any] = {
        "rows": rows,
        "size_bytes": source.stat().st_size,
        "file_name": file_name,
        "reading": used.as_dict() | {"guessed": found.guessed, "choices": plain.choices | found.choices},
        "columns": columns,
        "preview": preview(table) if problems.dropped else layout.preview(list(kinds)),
        "problems": problems.as_dict(),
    }
    progress(0.95, "Looking for what may go wrong")
    info["proposal"] = proposal.proposal_for(info, proposal.propose_target(info))
    info["relations"], same = relations.look(info, sample)
    info["association"] = associations(info, sample)
    more += findings.about_same(same)
    info["findings"] = findings.about_table(
        info, sample, more + findings.about_header(layout, list(kinds), used)
    )
    progress(1.0, "The table is ready")
    return info


def _check_types(types: dict[str, str], names: list[str]) -> None:
    for name, type_ in types.items():
        if name not in names:
            raise DataError(
                f"The file has no column {name}.",
                where=f"column {name}",
                hint="Choose the types again: the header may be another line now.",
            )
        if type_ not in TYPES:
            raise DataError(
                f"{name} cannot be of type {type_}.",
                where=f"column {name}",
                hint=f"Choose one of {', '.join(TYPES)}.",
            )


@dataclass(frozen=True)
class _Plain:
    """A file that is not packed, and what it was packed in."""

    path: Path
    packed: str | None = None
    member: str | None = None
    choices: dict[str, list[str]] = field(default_factory=dict)


@contextmanager
def _unpacked(
    source: Path, folder: Path, given: dict[str, Any], limit: int, progress: Progress
) -> Iterator[_Plain]:
    """The file itself, or what an archive holds, which is deleted in the end."""
    with source.open("rb") as file:
        head = file.read(HEAD_BYTES)
    packed = None if is_workbook(head) else archive.packing(head)
    if packed is None:
        yield _Plain(source)
        return
    out = folder / "unpacked"
    try:
        tell: Callable[[float], None] = lambda share: progress(0.05 * share, "Unpacking the file")  # noqa: E731
        member = archive.unpack(source, out, given.get("member"), limit, tell)
        choices = {"member": archive.tables(source)} if packed == "zip" else {}
        yield _Plain(out, packed, member, choices)
    finally:
        out.unlink(missing_ok=True)


def _write_table(
    found: formats.Source,
    table: Path,
    layout: Layout,
    types: dict[str, str],
    problems: Problems,
    progress: Progress,
) -> dict[str, Kind]:
    """Write the table by way of a draft beside it; the kinds of its columns."""
    out, used = table.with_name("draft.parquet"), found.reading
    try:
        if used.format == "parquet":
            known, lines = parquet.write(found.path, out, layout.header, types, problems)
        else:
            known, lines = _write_draft(found, out, layout, types, problems, progress)
        progress(0.55, "Judging the columns")
        kinds, dropped = draft.judge(out, known, used, types, lines, problems)
        kept = _without_empty_ends(out, layout, kinds)
        if typed.is_finished(out, kept) and not len(dropped) and not typed.group_rows(out):
            out.replace(table)
        else:
            typed.finish(out, kept, table, dropped)
    finally:
        out.unlink(missing_ok=True)
    return kept


def _write_draft(
    found: formats.Source,
    out: Path,
    layout: Layout,
    types: dict[str, str],
    problems: Problems,
    progress: Progress,
) -> tuple[dict[str, Kind], Lines]:
    clean = out.with_name("clean.csv")
    try:
        plain, lines = draft.plain_file(
            found, clean, layout, problems, lambda share: progress(0.05 + 0.15 * share, "Checking the lines")
        )
        if not lines.rows or (not layout.records and _is_empty(plain)):
            raise _no_rows(problems)
        progress(0.2, "Reading the rows")
        return draft.write(plain, out, layout, found.reading, types), lines
    finally:
        clean.unlink(missing_ok=True)


def _no_rows(problems: Problems) -> DataError:
    if problems.dropped:
        return DataError(
            "No row is left: every one has cells that cannot be read.",
            hint="Have such cells count as missing instead, or check the delimiter and the types.",
        )
    return DataError("The file has a header and no rows.", hint="Upload a file with rows below the header.")


def _is_empty(plain: typed.Plain) -> bool:
    with plain.path.open("rb") as file:
        for _ in range(plain.skipped):
            file.readline()
        return not file.read(1)


def _without_empty_ends(out: Path, layout: Layout, kinds: dict[str, Kind]) -> dict[str, Kind]:
    """The kinds without columns that have neither name nor value: a comma at each line's end makes them."""
    nameless = [name for name, cell in zip(layout.names, layout.header, strict=True) if not cell.strip()]
    empty = set(typed.empty_columns(out, nameless)) if len(nameless) < len(kinds) else set()
    return {name: kind for name, kind in kinds.items() if name not in empty}


def _profile(
    table: Path, kinds: dict[str, Kind], rows: int, progress: Progress
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], dict[str, pl.Series]]:
    """The profile of every column, the findings that need the cells themselves, and a sample of rows."""
    columns, found = [], []
    across = Rows(rows, len(kinds))
    for place, (name, series) in enumerate(typed.read_columns(table, list(kinds), rows)):
        kind = kinds[name]
        progress(0.6 + 0.35 * place / len(kinds), f"Profiling column {place + 1:,} of {len(kinds):,}")
        across.add(name, series)
        columns.append(column_profile(name, series, kind))
        found += about_order(name, series) if kind.type == "date" else about_mix(name, kind, series)
        found += about_writing(name, kind, series)
    return columns, findings.about_rows(rows, across.duplicates()) + found, across.sample
