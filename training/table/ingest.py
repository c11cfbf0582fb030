"""From an uploaded file to a typed table and all that the dataset page says about it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

from training.errors import DataError
from training.table import dialect, draft, findings, proposal, typed
from training.table.column_findings import about_mix, about_order
from training.table.kinds import Kind
from training.table.layout import Layout, look
from training.table.profile import Rows, column_profile
from training.table.rewrite import Problems
from training.table.source import read_head

Progress = Callable[[float, str], None]

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
) -> dict[str, Any]:
    """Read a CSV file into ``folder/table.parquet`` and answer what it holds, as plain JSON.

    reading: settings that people chose instead of the guessed ones; types: column -> type, where
    people chose it. progress is called with a share (0 to 1) and a sentence.
    Raises DataError for a file that is no table; nothing is left in the folder then.
    """
    folder.mkdir(parents=True, exist_ok=True)
    progress(0.0, "Looking at the file")
    head = read_head(source)
    used, guessed = dialect.guess(head, reading)
    layout = look(head, used)
    types = types or {}
    _check_types(types, layout.names)
    problems = Problems()
    table = folder / "table.parquet"
    kinds = _write_table(source, table, used, layout, types, problems, progress)
    rows = int(pl.scan_parquet(table).select(pl.len()).collect().item())
    columns, more, sample = _profile(table, kinds, rows, progress)
    info: dict[str, Any] = {
        "rows": rows,
        "size_bytes": source.stat().st_size,
        "file_name": file_name,
        "reading": used.as_dict() | {"guessed": guessed},
        "columns": columns,
        "preview": layout.preview(list(kinds)),
        "problems": problems.as_dict(),
    }
    progress(0.95, "Looking for what may go wrong")
    info["proposal"] = proposal.proposal_for(info, proposal.propose_target(info))
    info["findings"] = findings.about_table(
        info, table, sample, more + findings.about_header(layout, list(kinds), used)
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


def _write_table(
    source: Path,
    table: Path,
    used: dialect.Reading,
    layout: Layout,
    types: dict[str, str],
    problems: Problems,
    progress: Progress,
) -> dict[str, Kind]:
    """Write the table by way of a draft beside it; the kinds of its columns."""
    clean, out = table.with_name("clean.csv"), table.with_name("draft.parquet")
    try:
        plain, lines = draft.plain_file(
            source, clean, used, layout, problems, lambda share: progress(0.2 * share, "Checking the lines")
        )
        if not lines.rows or (not layout.records and _is_empty(plain)):
            raise DataError(
                "The file has a header and no rows.", hint="Upload a file with rows below the header."
            )
        progress(0.2, "Reading the rows")
        known = draft.write(plain, out, layout, used.decimal, types)
        progress(0.55, "Judging the columns")
        kinds = draft.judge(out, known, used.decimal, types, lines, problems)
        kept = _without_empty_ends(out, layout, kinds)
        if typed.is_finished(out, kept):
            out.replace(table)
        else:
            typed.finish(out, kept, table)
    finally:
        clean.unlink(missing_ok=True)
        out.unlink(missing_ok=True)
    return kept


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
    return columns, findings.about_rows(rows, across.duplicates()) + found, across.sample
