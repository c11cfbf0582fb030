"""What a file is, by its first bytes: only text goes on, everything else gets a sentence."""

from __future__ import annotations

import codecs
from pathlib import Path

from training.errors import DataError

HEAD_BYTES = 1 << 18
_CONTROL = (*range(1, 9), *range(14, 27), *range(28, 32))  # what no text holds

_MAGIC = (
    (b"\x89PNG", "a PNG picture", "Upload the table as CSV."),
    (b"\xff\xd8\xff", "a JPEG picture", "Upload the table as CSV."),
    (b"GIF8", "a GIF picture", "Upload the table as CSV."),
    (b"%PDF", "a PDF document", "Export the table as CSV from the program that made it."),
    (b"\x1f\x8b", "a gzip archive within an archive", "Unpack it and upload the table inside."),
    (b"BZh", "a bzip2 archive", "Unpack it and upload the CSV inside."),
    (b"\xfd7zXZ", "an xz archive", "Unpack it and upload the CSV inside."),
    (b"7z\xbc\xaf", "a 7-Zip archive", "Unpack it and upload the CSV inside."),
    (b"Rar!", "a RAR archive", "Unpack it and upload the CSV inside."),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive", "Unpack it and upload the CSV inside."),
    (
        b"\xd0\xcf\x11\xe0",
        "an old or password-protected Office document",
        "Save it as .xlsx without a password, or as CSV.",
    ),
    (b"SQLite format 3", "an SQLite database", "Export the table as CSV."),
    (b"\x93NUMPY", "a numpy array", "Save it as CSV."),
    (b"\x89HDF", "an HDF5 file", "Save it as CSV."),
    (b"\x7fELF", "a program", "Upload the table as CSV."),
    (b"MZ", "a program", "Upload the table as CSV."),
    (b"{\\rtf", "an RTF document", "Save the table as CSV."),
)


def read_head(source: Path) -> bytes:
    """The first bytes of a text file. Raises DataError when it is empty or no text at all."""
    with source.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if not head.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        if head and source.stat().st_size > len(head):
            raise DataError("The file begins with nothing but empty space.", hint="Upload the table as CSV.")
        what = "holds nothing but empty space" if head else "is empty"
        raise DataError(f"The file {what}.", hint="Upload a CSV file with a header line and rows.")
    refuse_other_kinds(head)
    return head


def is_workbook(head: bytes) -> bool:
    """Whether a zip archive that begins like this is an Excel workbook."""
    return head.startswith(b"PK\x03\x04") and (b"xl/" in head or b"[Content_Types].xml" in head[:4096])


def is_parquet(head: bytes) -> bool:
    return head.startswith(b"PAR1")


def refuse_other_kinds(head: bytes) -> None:
    """Raise DataError when the first bytes are those of a file that is no CSV."""
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        _refuse("a zip archive within an archive", "Unpack it and upload the table inside.")
    for magic, kind, hint in _MAGIC:
        if head.startswith(magic) and not (magic == b"MZ" and _looks_like_text(head)):
            _refuse(kind, hint)
    start = head.removeprefix(codecs.BOM_UTF8).lstrip()[:200].lower()
    if start.startswith((b"[{", b'{"', b"[[")) or (
        start.startswith((b"[", b"{")) and start[1:].lstrip()[:1] in b'{"['
    ):
        _refuse("JSON in one piece", "Write one flat object a line, or a list of them.")
    if start.startswith((b"<!doctype", b"<html", b"<?xml")):
        _refuse(
            "a web page or XML", "Export the table as CSV; a download may have given an error page instead."
        )
    if not _looks_like_text(head):
        why = f": line {_first_odd_line(head):,} holds bytes that are no text"
        _refuse("a binary file", "Upload the table as CSV.", why)


def _first_odd_line(head: bytes) -> int:
    first = min(at for code in (0, *_CONTROL) if (at := head.find(code)) >= 0)
    return head.count(b"\n", 0, first) + 1


def _refuse(kind: str, hint: str, why: str = "") -> None:
    raise DataError(f"This is {kind}, not a CSV file{why}.", hint=hint)


def _looks_like_text(head: bytes) -> bool:
    """Few control characters, apart from the zeros of UTF-16 and stray NUL bytes."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or utf16_without_mark(head):
        return True
    control = sum(head.count(code) for code in _CONTROL)
    return control * 50 <= len(head) and head.count(0) * 10 <= len(head)


def utf16_without_mark(head: bytes) -> str | None:
    """ "utf-16-le" or "utf-16-be" when every other byte is mostly zero."""
    even, odd = head[0::2], head[1::2]
    if len(odd) >= 8 and odd.count(0) > 0.7 * len(odd) and even.count(0) < 0.1 * len(even):
        return "utf-16-le"
    if len(even) >= 8 and even.count(0) > 0.7 * len(even) and odd.count(0) < 0.1 * len(odd):
        return "utf-16-be"
    return None
