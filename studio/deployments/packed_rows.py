"""Rows in a zip: one CSV, and beside it the pictures whose paths stand in its cells.

Nothing is written to disk: an entry's name is only ever looked up among the archive's own.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any

from django.utils.translation import gettext as _

from studio.deployments.rows import Row, from_csv
from training.errors import SettingError

MOST_BYTES = 50_000_000  # of all that is unpacked
_MOST_ENTRIES = 50_000
_CLUTTER = ("__MACOSX/", ".DS_Store", "Thumbs.db")


def is_zip(body: bytes) -> bool:
    """Whether a body begins as a zip archive does."""
    return body.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def from_zip(
    body: bytes, reading: dict[str, Any], long: Iterable[str], pictures: Iterable[str]
) -> tuple[list[Row], list[Row]]:
    """(as sent, as predicted): in the latter, paths in the columns ``pictures`` are the files' bytes.

    A path counts from the CSV's folder. reading and long: as for ``from_csv``. Raises SettingError.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            entries = _entries(archive)
            table = _table(entries)
            unpacked = _Unpacked(archive)
            given = from_csv(unpacked.read(entries[table]), reading, long)
            folder = PurePosixPath(table).parent
            filled = [
                _filled(row, at, pictures, folder, entries, unpacked) for at, row in enumerate(given, start=1)
            ]
    except (zipfile.BadZipFile, zlib.error, EOFError):
        raise _wrong(_("The zip archive is damaged or cut off."), _("Pack it again.")) from None
    except (NotImplementedError, RuntimeError):
        raise _wrong(
            _("The zip archive is packed in a way that Strata does not read."),
            _("Pack it as a plain zip file, without a password."),
        ) from None
    return given, filled


class _Unpacked:
    """Reads entries, and counts what really comes out of them."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive, self.bytes = archive, 0

    def read(self, entry: zipfile.ZipInfo) -> bytes:
        with self.archive.open(entry) as stream:
            content = stream.read(MOST_BYTES - self.bytes + 1)
        self.bytes += len(content)
        if self.bytes > MOST_BYTES:
            raise _wrong(
                _("Unpacked, the archive has more than %(most)s MB.") % {"most": MOST_BYTES // 1_000_000},
                _("Send the rows in parts."),
            )
        return content


def _entries(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    entries = archive.infolist()
    if len(entries) > _MOST_ENTRIES:
        raise _wrong(
            _("The zip archive has %(count)s entries; at most %(most)s are read.")
            % {"count": f"{len(entries):,}", "most": f"{_MOST_ENTRIES:,}"},
            _("Send the rows in parts."),
        )
    return {
        entry.filename: entry
        for entry in entries
        if not entry.is_dir() and not any(part in entry.filename for part in _CLUTTER)
    }


def _table(entries: dict[str, zipfile.ZipInfo]) -> str:
    tables = [name for name in entries if name.lower().endswith(".csv")]
    if len(tables) != 1:
        raise _wrong(
            _("The zip archive has to hold one CSV, not %(count)s.") % {"count": f"{len(tables):,}"},
            _("Pack rows.csv and the pictures that it names."),
        )
    return tables[0]


def _filled(
    row: Row,
    at: int,
    pictures: Iterable[str],
    folder: PurePosixPath,
    entries: dict[str, zipfile.ZipInfo],
    unpacked: _Unpacked,
) -> Row:
    filled = dict(row)
    for column in pictures:
        path = str(row.get(column) or "").strip()
        if not path:
            continue
        entry = entries.get(str(folder / path.replace("\\", "/")))
        if entry is None:
            raise SettingError(
                _("Row %(row)s: the zip archive holds no picture “%(path)s”.")
                % {"row": f"{at:,}", "path": path[:80]},
                where=f"rows[{at - 1}].{column}",
                hint=_("Pack the pictures beside the CSV, under the paths that its cells say."),
            )
        filled[column] = unpacked.read(entry)
    return filled


def _wrong(message: str, hint: str) -> SettingError:
    return SettingError(message, where="file", hint=hint)
