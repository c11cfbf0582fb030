"""What a column holds: its type, and how its cells are written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from training.encode.cells import DATE_FORMATS, ISO_DATES, NO, SIGNS, YES, date_of, number_of, plain_number
from training.table.reading import Reading

PLAIN = Reading()
# At least this share of the cells has to be numbers (or dates) for the others to count as slips.
SHARE = 0.95
MIXED = 0.5
_FEW = 500
_LEADING_ZERO = re.compile(r"[+-]?0[0-9]+\Z")
# Meant as numbers, though none that a network could take: they count as missing, and are noted.
INFINITE = "^[+-]?(?i:inf|infinity|∞)$"
_INFINITE = re.compile(INFINITE)
_LETTER = re.compile("[A-DF-Za-df-z]")  # in no number, whatever its style
_WHOLE = re.compile(r"[+-]?[0-9]+\Z")


@dataclass(frozen=True)
class Kind:
    """type: of the column; format: ``{"decimal", "thousands", "signs"}`` of a number that is not
    plain, ``{"date": …}`` of a date; whole: all numbers are whole ones that fit 64 bits."""

    type: str
    format: dict[str, str] = field(default_factory=dict)
    whole: bool = False

    @property
    def plain(self) -> bool:
        return self.type == "number" and not self.format

    def about(self) -> dict[str, Any]:
        return {"type": self.type} | ({"format": self.format} if self.format else {})


def guess(texts: Sequence[str], wanted: str | None = None, used: Reading = PLAIN) -> Kind:
    """The kind of a column by some of its cells: trimmed, none missing.

    wanted: the type that the user chose; then only the way of writing is guessed. used: the file's
    decimal sign, and which part of a date comes first where both would fit.
    """
    if wanted in ("category", "text", "yes/no", "picture"):
        return Kind(wanted)
    if wanted == "number":
        return number_kind(texts, used.decimal)[0]
    if wanted == "date":
        return date_kind(texts, used.dates)[0]
    if is_yes_or_no(set(texts)):
        return Kind("yes/no")
    # A few cells rule numbers out in columns of words; all of them would take seconds.
    few = texts[:: max(1, len(texts) // _FEW)]
    number, share = number_kind(few, used.decimal)
    if share >= MIXED and len(few) < len(texts):
        number, share = number_kind(texts, used.decimal)
    if share >= SHARE and not any(map(_LEADING_ZERO.match, texts)):
        return number
    date, share = date_kind(texts, used.dates)
    if share >= SHARE:
        return date
    return Kind("text" if _is_prose(texts) else "category")


def is_yes_or_no(words: set[str]) -> bool:
    """Exactly two words, one of which says yes and the other no."""
    folded = {word.casefold() for word in words}
    return len(words) == 2 and len(folded & YES) == 1 and len(folded & NO) == 1


def number_kind(texts: Sequence[str], decimal: str) -> tuple[Kind, float]:
    """The style of writing by which most cells are numbers, and how large their share is."""
    if not texts:
        return Kind("number"), 0.0
    able = [text for text in texts if not _LETTER.search(text)]
    infinite = sum(bool(_INFINITE.match(text)) for text in texts)
    signs = "".join(sign for sign in SIGNS if any(sign in text for text in able))
    best, best_found = Kind("number"), -1
    for point, thousands in _styles(decimal):
        style = _style(point, thousands, signs)
        plain = [plain_number(text, style) for text in able]
        found = sum(number is not None for number in plain) + infinite
        if found > best_found:
            whole = all(number is None or _fits(number) for number in plain)
            best, best_found = Kind("number", style, whole), found
        if found == len(texts) or not able:
            break
    return best, best_found / len(texts)


def _styles(decimal: str) -> list[tuple[str, str]]:
    other = "," if decimal == "." else "."
    spaces = [(point, gap) for point in (decimal, other) for gap in (" ", "\u00a0", "\u202f", "'", "’")]
    return [(decimal, ""), (decimal, other), (other, ""), (other, decimal), *spaces]


def _style(decimal: str, thousands: str, signs: str) -> dict[str, str]:
    style = {"decimal": decimal if decimal != "." else "", "thousands": thousands, "signs": signs}
    return {name: value for name, value in style.items() if value}


def _fits(number: str) -> bool:
    return bool(_WHOLE.match(number)) and -(2**63) <= int(number[:40]) < 2**63


def date_kind(texts: Sequence[str], first: str = "day") -> tuple[Kind, float]:
    """The order of writing by which most cells are dates, and how large their share is.

    first: "day" or "month": which order is tried first, and so wins where both fit as well.
    """
    best, best_found = "%Y-%m-%d", 0
    if not any(text[:1].isdigit() for text in texts[:20]):
        return Kind("date", {"date": best}), 0.0
    for form in sorted(DATE_FORMATS, key=lambda form: first == "month" and not form.startswith("%m")):
        if not any(date_of(text, form) for text in texts[:20]):
            continue
        # Dates in ISO order are understood whatever the column's own format is.
        others = ISO_DATES if form in ISO_DATES else ()
        found = sum(any(date_of(text, one) for one in (form, *others)) for text in texts)
        if found > best_found:
            best, best_found = form, found
    return Kind("date", {"date": best}), best_found / len(texts) if texts else 0.0


def is_number(text: str) -> bool:
    return number_of(text, {}) is not None


def _is_prose(texts: Sequence[str]) -> bool:
    """Sentences or names rather than a set of choices: long, or of several words and rarely twice."""
    length = sum(map(len, texts)) / len(texts) if texts else 0.0
    if length > 60:
        return True
    if len(set(texts)) <= 0.5 * len(texts) or len(texts) <= 20:
        return False
    words = sum(len(text.split()) for text in texts) / len(texts)
    return words >= 2 or (length >= 10 and not all(text.isascii() for text in texts))
