"""Which encoding a text file has, by its marks and by what its bytes look like."""

from __future__ import annotations

import codecs

from training.errors import DataError
from training.table.source import utf16_without_mark

OFFERED = (
    "utf-8",
    "cp1252",
    "latin-1",
    "gb18030",
    "shift_jis",
    "big5",
    "euc_kr",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
)

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def known(name: str) -> str:
    """The encoding's own name. Raises DataError when Python does not know it as a text encoding."""
    try:
        codec = codecs.lookup(name)
        if not isinstance(codec.incrementaldecoder(errors="strict").decode(b"", True), str):
            raise LookupError(name)  # one from bytes to bytes, such as zip
        codec.incrementaldecoder(errors="strict").decode(b"a", True)
    except (LookupError, TypeError, ValueError, AttributeError):
        raise DataError(
            f"There is no text encoding “{name[:40]}”.",
            where="reading.encoding",
            hint=f"Choose one of {', '.join(OFFERED)}.",
        ) from None
    return codec.name


def guess(head: bytes) -> str:
    """The likeliest encoding of a file's first bytes (which may end within a character)."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    if found := utf16_without_mark(head):
        return found
    if _decodes(head, "utf-8") or _mostly_utf8(head):
        return "utf-8"
    return guess_legacy(head)


def guess_legacy(head: bytes) -> str:
    """The likeliest of the encodings that came before UTF-8."""
    if _isolated(head) > 0.6:
        return "cp1252" if _decodes(head, "cp1252") else "latin-1"
    scores = {name: _common(head, *ranges) for name, ranges in _COMMON.items() if _decodes(head, name)}
    if not scores or max(scores.values()) < 0.5:
        return "cp1252" if _decodes(head, "cp1252") else "latin-1"
    return max(scores, key=lambda name: scores[name])


# First and second bytes of the characters that texts mostly consist of. Korean comes first: its
# common bytes are a part of the Chinese ones, so only Korean text scores as high by them.
_COMMON = {
    "euc_kr": ((range(0xB0, 0xC9), range(0xA1, 0xFF)), (range(0xA1, 0xA2), range(0xA1, 0xFF))),
    "gb18030": ((range(0xB0, 0xD8), range(0xA1, 0xFF)), (range(0xA1, 0xA4), range(0xA1, 0xFF))),
    "shift_jis": ((range(0x82, 0x84), range(0x40, 0xFD)), (range(0x88, 0x99), range(0x40, 0xFD))),
    "big5": ((range(0xA4, 0xC7), range(0x40, 0xFF)), (range(0xA1, 0xA3), range(0x40, 0xFF))),
}


def _decodes(head: bytes, name: str) -> bool:
    try:
        codecs.getincrementaldecoder(name)("strict").decode(head)
    except UnicodeDecodeError:
        return False
    return True


def _mostly_utf8(head: bytes) -> bool:
    """Some real UTF-8 characters, and few lines that are none: one file with a stray line in it."""
    lines = head.split(b"\n")[:-1] or [head]
    beyond = [line for line in lines if not line.isascii()]
    broken = sum(not _decodes(line, "utf-8") for line in beyond)
    return broken * 5 <= len(beyond)


def _isolated(head: bytes) -> float:
    """The share of bytes beyond ASCII that stand alone, as accents do and Chinese characters don't."""
    alone = total = 0
    previous = False
    for position, byte in enumerate(head[:100_000]):
        high = byte >= 0x80
        if high:
            following = head[position + 1] if position + 1 < len(head) else 0
            total += 1
            alone += not previous and following < 0x80
        previous = high
    return alone / total if total else 1.0


def _common(head: bytes, *ranges: tuple[range, range]) -> float:
    """The share of two-byte characters that are common ones, read from each line's beginning."""
    common = total = 0
    for line in head[:100_000].split(b"\n"):
        position = 0
        while position < len(line) - 1:
            if line[position] < 0x80:
                position += 1
                continue
            total += 1
            common += any(
                line[position] in first and line[position + 1] in second for first, second in ranges
            )
            position += 2
    return common / total if total else 0.0
