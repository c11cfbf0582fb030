"""Whether a CSV file can go to polars as it is: one pass over its bytes, a chunk at a time.

polars and Python's csv module agree on plain files only. Everything else (another encoding,
ragged rows, stray quotes, line breaks in cells, NUL bytes, blank lines) is rewritten first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from training.errors import DataError

CHUNK_BYTES = 1 << 22
LINE_LIMIT = 4_000_000
_LINE_END = 10


def is_plain(
    source: Path, *, delimiter: str, quote: str, width: int, skipped: int, progress: Callable[[float], None]
) -> bool:
    """Whether every line after ``skipped`` is UTF-8 with ``width`` well-formed cells.

    Raises DataError when a line is longer than LINE_LIMIT bytes.
    """
    size = source.stat().st_size
    done = 0
    for position, chunk in enumerate(_whole_lines(source)):
        done += len(chunk)
        progress(done / size)
        if position == 0:
            if _has_lone_return(chunk):
                return False
            for _ in range(skipped):
                chunk = chunk[chunk.index(b"\n") + 1 :]
        if not _chunk_is_plain(chunk, ord(delimiter), quote.encode(), width):
            return False
    return True


def _whole_lines(source: Path) -> Iterator[bytes]:
    rest = b""
    with source.open("rb") as file:
        while block := file.read(CHUNK_BYTES):
            end = block.rfind(b"\n") + 1
            if not end:
                rest += block
                if len(rest) > LINE_LIMIT:
                    raise too_long()
                continue
            yield rest + block[:end]
            rest = block[end:]
    if rest:
        yield rest + b"\n"


def too_long() -> DataError:
    return DataError(
        f"A line is longer than {LINE_LIMIT:,} characters.",
        hint="Check that the file has line ends, and that every quote is closed.",
    )


def _chunk_is_plain(chunk: bytes, delimiter: int, quote: bytes, width: int) -> bool:
    if not chunk:
        return True
    if b"\0" in chunk or not _is_utf8(chunk):
        return False
    if _has_lone_return(chunk):
        return False
    data = np.frombuffer(chunk, dtype=np.uint8)
    # A cell ends with a delimiter, or with a line's end where it is the last of its line.
    ends = np.flatnonzero((data == delimiter) | (data == _LINE_END))
    if quote and quote in chunk:
        quotes = np.flatnonzero(data == ord(quote))
        if not _well_formed(data, quotes, delimiter, ord(quote)):
            return False
        ends = ends[np.searchsorted(quotes, ends) % 2 == 0]
    closes = data[ends] == _LINE_END
    regular = (
        len(ends) % width == 0 and closes[width - 1 :: width].all() and closes.sum() * width == len(ends)
    )
    return bool(regular) and not (width == 1 and _has_blank_line(chunk))


def _has_lone_return(chunk: bytes) -> bool:
    return b"\r" in chunk and chunk.count(b"\r") != chunk.count(b"\r\n")


def _has_blank_line(chunk: bytes) -> bool:
    return chunk[:1] in b"\r\n" or b"\n\n" in chunk or b"\n\r\n" in chunk


def _is_utf8(chunk: bytes) -> bool:
    try:
        return chunk.isascii() or bool(chunk.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def _well_formed(data: np.ndarray, quotes: np.ndarray, delimiter: int, quote: int) -> bool:
    """Quotes open only where a cell begins, close only where it ends, and within one line."""
    if (np.searchsorted(quotes, np.flatnonzero(data == _LINE_END)) % 2).any():
        return False
    opening, closing = quotes[0::2], quotes[1::2]
    before = np.where(opening == 0, 10, data[opening - 1])
    starts = (before == 10) | (before == delimiter)
    doubled = (before == quote) & np.isin(opening - 1, closing)
    after = data[closing + 1]
    finishes = (after == 10) | (after == 13) | (after == delimiter) | (after == quote)
    return bool((starts | doubled).all() and finishes.all())
