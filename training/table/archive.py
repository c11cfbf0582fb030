"""What stands in a gzip file or a zip archive, written out as a stream, with bounds on what comes of it."""

from __future__ import annotations

import gzip
import shutil
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from training.disk import disk_full
from training.errors import DataError
from training.words import megabytes

# What deflate makes of a table is 3 to 50 times smaller; of a bomb, a thousand times.
MOST_RATIO = 300
FREE_BYTES = 50_000_000  # up to here any ratio will do
_CHUNK = 1 << 20
_DIRECTORY_BYTES = 32_000_000
_TABLES = (".csv", ".tsv", ".tab", ".json", ".jsonl", ".ndjson", ".parquet", ".xlsx")
_CLUTTER = ("__MACOSX/", ".DS_Store", "Thumbs.db")


def packing(head: bytes) -> str | None:
    """ "gzip" or "zip" when a file that begins like this is one; a workbook is a zip too, and counts."""
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    return "zip" if head[:4] in (b"PK\x03\x04", b"PK\x05\x06") else None


def unpack(
    source: Path, out: Path, member: str | None, limit: int, progress: Callable[[float], None]
) -> str | None:
    """Write the one table of an archive to ``out``; the name that it has in a zip archive.

    member: which one to take where there are several. limit: the most bytes that may come out.
    Raises DataError for an archive that is damaged, holds no table or several, or grows too large.
    """
    size = source.stat().st_size
    try:
        with source.open("rb") as raw:
            if packing(raw.read(4)) == "gzip":
                raw.seek(0)
                with gzip.GzipFile(fileobj=raw) as stream:
                    _pour(stream, out, size, limit, lambda: progress(raw.tell() / size))
                return None
        with opened(source) as archive:
            entry = chosen(archive, member)
            _check_room(entry, out, limit)
            with archive.open(entry) as inner:
                done = 0

                def tell() -> None:
                    nonlocal done
                    done += _CHUNK
                    progress(min(1.0, done / (entry.file_size or 1)))

                _pour(inner, out, entry.compress_size, limit, tell)
            return entry.filename
    except (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile) as error:
        raise damaged("archive") from error
    except (NotImplementedError, RuntimeError) as error:
        raise DataError(
            "The archive is packed in a way that Strata does not read.", hint="Pack it as a plain zip file."
        ) from error


def opened(source: Path, what: str = "archive") -> zipfile.ZipFile:
    """A zip file whose list of entries is of a sane size. Raises DataError, BadZipFile."""
    with source.open("rb") as file:
        file.seek(max(0, source.stat().st_size - 65_557))
        tail = file.read()
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) < end + 22:
        raise damaged(what)
    if int.from_bytes(tail[end + 12 : end + 16], "little") > _DIRECTORY_BYTES:
        raise DataError(
            f"The {what} lists more entries than Strata reads.", hint="Pack the table on its own."
        )
    return zipfile.ZipFile(source)


def names(archive: zipfile.ZipFile) -> list[str]:
    """The entries that may be tables. Raises DataError for entries that no honest archive has."""
    found = []
    for entry in archive.infolist():
        _refuse_odd(entry)
        if not entry.is_dir() and not any(part in entry.filename for part in _CLUTTER):
            found.append(entry.filename)
    tables = [name for name in found if name.lower().endswith(_TABLES)]
    return tables or (found if len(found) == 1 else [])


def tables(source: Path) -> list[str]:
    """The entries of a zip archive that may be tables. Raises DataError."""
    with opened(source) as archive:
        return names(archive)


def chosen(archive: zipfile.ZipFile, member: str | None) -> zipfile.ZipInfo:
    """The entry to read. Raises DataError where it is not clear which."""
    tables = names(archive)
    if member is not None and member in tables:
        return archive.getinfo(member)
    listed = ", ".join(f"“{name}”" for name in tables[:5]) + (" …" if len(tables) > 5 else "")
    if not tables:
        raise DataError(
            "The zip archive holds no table.", hint="Pack one CSV, Excel, JSON or Parquet file and try again."
        )
    if member is not None:
        raise DataError(
            f"The zip archive holds no table “{member[:80]}”.",
            where="reading.member",
            hint=f"There is: {listed}.",
        )
    if len(tables) > 1:
        raise DataError(
            f"The zip archive holds {len(tables):,} tables: {listed}.",
            where="reading.member",
            hint="Choose one under “Change how it is read”, or upload it alone.",
        )
    return archive.getinfo(tables[0])


def _refuse_odd(entry: zipfile.ZipInfo) -> None:
    name = entry.filename.replace("\\", "/")
    shown = f"“{entry.filename[:80]}”"
    if name.startswith("/") or name[1:2] == ":" or ".." in PurePosixPath(name).parts:
        raise DataError(
            f"The zip archive has an entry with a path that leads out of it: {shown}.",
            hint="Pack the table again, without such entries. Nothing was unpacked.",
        )
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise DataError(
            f"The zip archive has a symbolic link in it: {shown}.",
            hint="Pack the file itself instead. Nothing was unpacked.",
        )
    if entry.flag_bits & 1:
        raise DataError(
            f"The zip archive is protected by a password: {shown} cannot be read.",
            hint="Pack it without a password.",
        )


def check_growth(packed: int, whole: int, limit: int) -> None:
    """Raise DataError when that many packed bytes become more than they may."""
    if whole > limit:
        raise DataError(
            f"Unpacked, the file has more than the {megabytes(limit)} that a table may have.",
            hint="Upload fewer rows or columns.",
        )
    if whole > FREE_BYTES and whole > MOST_RATIO * packed:
        raise DataError(
            f"The archive unpacks to more than {MOST_RATIO} times its size, as only malicious ones do.",
            hint="If the file is honest, unpack it and upload what was in it.",
        )


def _check_room(entry: zipfile.ZipInfo, out: Path, limit: int) -> None:
    check_growth(entry.compress_size, entry.file_size, limit)
    if entry.file_size > shutil.disk_usage(out.parent).free:
        hint = "Your file is kept. Free some space, then read it again."
        raise disk_full("unpacking the archive", out.parent, needed=entry.file_size, hint=hint)


def _pour(
    stream: IO[bytes] | gzip.GzipFile, out: Path, packed: int, limit: int, tell: Callable[[], None]
) -> None:
    done = 0
    with out.open("wb") as target:
        for piece in _pieces(stream):
            done += len(piece)
            check_growth(packed, done, limit)
            target.write(piece)
            tell()


def _pieces(stream: IO[bytes] | gzip.GzipFile) -> Iterator[bytes]:
    while piece := stream.read(_CHUNK):
        yield piece


def damaged(what: str) -> DataError:
    """The error of a file that ends too early or is not what its first bytes promise."""
    return DataError(
        f"The {what} is damaged or cut off.", hint="Make or download it once more, then upload it again."
    )
