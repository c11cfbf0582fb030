"""The first rows of a file as some settings would read them: quick, bounded, without polars."""

from __future__ import annotations

import gzip
import tempfile
import zipfile
import zlib
from pathlib import Path
from typing import Any

from training.errors import DataError
from training.table import archive, formats
from training.table.layout import look
from training.table.reading import check
from training.table.source import HEAD_BYTES, is_workbook

ROWS = 8
_LIMIT = 50_000_000


def peek(source: Path, given: dict[str, Any]) -> dict[str, Any] | None:
    """``{"names": [column, …], "rows": [[cell or None, …], …], "reading": {…}}`` of the first ROWS rows.

    None where the beginning of the file does not tell: Parquet, JSON lists, large workbooks.
    Raises DataError for settings by which it is no table.
    """
    given = check(given)
    with tempfile.TemporaryDirectory() as folder:
        path = _beginning(source, Path(folder) / "head", given.get("member"))
        if path is None:
            return None
        found = formats.open_source(path, given, limit=_LIMIT, tell=lambda share: None)
    layout = look(found.first, found.reading)
    return {
        "names": layout.names,
        "rows": layout.preview(layout.names)[:ROWS],
        "reading": found.reading.as_dict(),
    }


def _beginning(source: Path, out: Path, member: str | None) -> Path | None:
    """A file with the first bytes of a text file, unpacked; a small workbook as it is."""
    with source.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if is_workbook(head):
        return source if source.stat().st_size < _LIMIT // 10 else None
    if archive.packing(head):
        head = _unpacked(source, head, member)
    match formats.guess(head):
        case "csv":
            out.write_bytes(head)
        case "json" if head.lstrip()[:1] == b"{":
            out.write_bytes(head if len(head) < HEAD_BYTES else head[: head.rfind(b"\n") + 1])
        case _:
            return None
    return out


def _unpacked(source: Path, head: bytes, member: str | None) -> bytes:
    try:
        if archive.packing(head) == "gzip":
            with gzip.open(source) as stream:
                return stream.read(HEAD_BYTES)
        with archive.opened(source) as packed, packed.open(archive.chosen(packed, member)) as inner:
            return inner.read(HEAD_BYTES)
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise DataError(
            "The archive is damaged or cut off.", hint="Make it once more, then upload it again."
        ) from error
