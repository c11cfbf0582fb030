"""Cells become values: the text of a cell -> a number, a date, a word, or nothing.

Standard library and numpy only: this file is copied into bundles beside ``apply.py`` and imports
nothing of Strata. The table room reads files by the same patterns, so that a row that is typed
into a form means what it meant in the file.

A *column* is, for numbers, float64 (n,) with NaN where a cell is empty; for dates, datetime64[us]
(n,) with NaT; for categories, yes/no and text, ``Words``; for pictures, an object array (n,) of the files'
bytes with None where there is none.
"""

from __future__ import annotations

import math
import re
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import numpy as np

if __package__:
    from training.encode.pictures import check_picture
else:  # unzipped: the same file lies beside this one
    from pictures import check_picture  # type: ignore

SPACE = " \t\r\n\v\f\u00a0\u3000\ufeff"
MISSING = frozenset(
    {
        "",
        "na",
        "n/a",
        "n.a.",
        "#n/a",
        "#na",
        "nan",
        "-nan",
        "null",
        "none",
        "nil",
        "?",
        "-",
        "--",
        ".",
        "missing",
        "<na>",
        "#null!",
        "#value!",
        "#div/0!",
    }
)
SIGNS = "$€£¥₹%"
NAME_LENGTH = 200

YES = frozenset(
    {"yes", "y", "true", "t", "1", "1.0", "on", "ja", "oui", "si", "sí", "sim", "是", "真", "はい"}
)
NO = frozenset({"no", "n", "false", "f", "0", "0.0", "off", "nein", "non", "não", "否", "假", "いいえ"})

_YEAR, _TWO = "([12][0-9]{3})", "([0-9]{1,2})"
_CLOCK = " ([0-9]{1,2}):([0-9]{2})"
_SECONDS = _CLOCK + ":([0-5][0-9])"
_FRACTION = _SECONDS + r"\.([0-9]{1,6})"
_ORDERS = (
    {
        f"%Y{gap}%m{gap}%d": (f"{_YEAR}{re.escape(gap)}{_TWO}{re.escape(gap)}{_TWO}", (0, 1, 2))
        for gap in "-/."
    }
    | {
        f"%d{gap}%m{gap}%Y": (f"{_TWO}{re.escape(gap)}{_TWO}{re.escape(gap)}{_YEAR}", (2, 1, 0))
        for gap in "./-"
    }
    | {
        f"%m{gap}%d{gap}%Y": (f"{_TWO}{re.escape(gap)}{_TWO}{re.escape(gap)}{_YEAR}", (2, 0, 1))
        for gap in "/-"
    }
)
_CLOCKS = {"": "", " %H:%M": _CLOCK, " %H:%M:%S": _SECONDS, " %H:%M:%S%.f": _FRACTION}

# A date's format -> its pattern and where year, month and day stand in it.
DATE_FORMATS: dict[str, tuple[str, tuple[int, int, int]]] = {
    day + clock: (f"^{pattern}{rest}$", order)
    for day, (pattern, order) in _ORDERS.items()
    for clock, rest in _CLOCKS.items()
} | {
    day + clock.replace(" ", "T", 1): (f"^{pattern}{rest.replace(' ', 'T', 1)}Z?$", order)
    for day, (pattern, order) in _ORDERS.items()
    for clock, rest in _CLOCKS.items()
    if day == "%Y-%m-%d" and clock
}

# Understood whatever the column's own format is: a form's date field sends these.
ISO_DATES = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S")


_HEXADECIMAL = re.compile(r"[0-9a-f]+\Z")


class CellError(ValueError):
    """Rows that cannot be read at all, with a sentence for the person at the screen."""


@dataclass(frozen=True)
class Words:
    """A column of words: ``codes`` int (n,) into ``values``, -1 where a cell is empty."""

    codes: np.ndarray
    values: list[str]

    def __len__(self) -> int:
        return len(self.codes)


def is_missing(text: str) -> bool:
    """Whether a trimmed cell is empty or one of the spellings of "nothing"."""
    return text.lower() in MISSING


@lru_cache(maxsize=64)
def number_pattern(decimal: str = ".", thousands: str = "") -> str:
    """The regular expression that a number written in this style matches (signs already removed)."""
    point = re.escape(decimal)
    whole = "[0-9]+"
    if thousands:
        whole = f"(?:[0-9]{{1,3}}(?:{re.escape(thousands)}[0-9]{{3}})+|[0-9]+)"
    return f"^[+-]?(?:{whole}(?:{point}[0-9]*)?|{point}[0-9]+)(?:[eE][+-]?[0-9]+)?$"


@lru_cache(maxsize=64)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.removesuffix("$") + r"\Z")


def plain_number(text: str, style: dict[str, str]) -> str | None:
    """The number in plain ASCII ("1234.5"), or None when the text is none in this style.

    style: ``{"decimal", "thousands", "signs"}``, each with a default; {} is the plain style.
    """
    for sign in style.get("signs", ""):
        text = text.replace(sign, "")
    text = text.strip(SPACE)
    decimal, thousands = style.get("decimal", "."), style.get("thousands", "")
    if not _compiled(number_pattern(decimal, thousands)).match(text):
        return None
    if thousands:
        text = text.replace(thousands, "")
    return text.replace(decimal, ".")


def number_of(text: str, style: dict[str, str]) -> float | None:
    """The finite number that a cell says, or None."""
    plain = plain_number(text, style)
    if plain is None:
        return None
    value = float(plain)
    return value if math.isfinite(value) else None


def date_of(text: str, form: str) -> datetime | None:
    """The moment that a cell says in one of DATE_FORMATS, or None."""
    pattern, order = DATE_FORMATS[form]
    found = _compiled(pattern).match(text)
    if not found:
        return None
    groups = found.groups()
    year, month, day = (int(groups[at]) for at in order)
    hour, minute, second = (int(part) for part in (*groups[3:6], 0, 0, 0)[:3])
    fraction = int(groups[6].ljust(6, "0")) if len(groups) > 6 else 0
    try:
        return datetime(year, month, day, hour, minute, second, fraction)
    except ValueError:
        return None


def text_of_number(value: float) -> str:
    """A number as the shortest text that says it: 3.0 is "3"."""
    value = float(value)
    return str(int(value)) if value.is_integer() and abs(value) < 2**63 else repr(value)


def names_from_header(cells: list[str]) -> list[str]:
    """Column names from a header row: trimmed, never empty, never twice, at most NAME_LENGTH long."""
    wanted = [_name(cell) for cell in cells]
    taken, seen = set(wanted), set()
    tried: dict[str, int] = {}  # where counting goes on: a header of one name 100,000 times is quick

    def numbered(name: str) -> str:
        number = tried.get(name, 2)
        while f"{name}_{number}" in taken:
            number += 1
        tried[name] = number
        return f"{name}_{number}"

    names: list[str] = []
    for position, given in enumerate(wanted, start=1):
        name = given or f"column_{position}"
        if name in seen or (not given and name in taken):
            name = numbered(name)
        taken.add(name)
        seen.add(name)
        names.append(name)
    return names


def _name(cell: str) -> str:
    return " ".join(cell.replace("\0", "").strip(SPACE).split())[:NAME_LENGTH]


def columns_from_rows(
    state: dict[str, Any], rows: list[dict[str, Any]], problems: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    """The feature columns that ``apply`` wants, from rows as a form, JSON or csv.DictReader gives them.

    A cell that cannot be read counts as missing; it is noted in ``problems`` (row from 1, column,
    text, what) where that is given. Raises CellError when a feature stands in no row.
    """
    absent = [column["name"] for column in read_columns(state) if not _stands(column["name"], rows)]
    if rows and absent:
        raise CellError(f"The rows lack {_listed(absent)}. Add the missing columns; a cell may be empty.")
    return {
        column["name"]: column_of(column, [row.get(column["name"]) for row in rows], problems)
        for column in read_columns(state)
    }


def read_columns(state: dict[str, Any]) -> list[dict[str, Any]]:
    """What is read of a row: every column of the state, and of windows the group they must not cross."""
    group = (state.get("series") or {}).get("group")
    known = {column["name"] for column in state["columns"]}
    return [*state["columns"], *([group] if group and group["name"] not in known else [])]


def target_from_rows(state: dict[str, Any], rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The target columns of rows that have them, as ``apply_target`` wants them."""
    classes = {"classes": state["target"]["classes"]}
    return {
        about["name"]: column_of(about | classes, [row.get(about["name"]) for row in rows])
        for about in state["target"]["columns"]
    }


def _stands(name: str, rows: list[dict[str, Any]]) -> bool:
    return any(name in row for row in rows)


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:5])
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return f"the column{'s' if len(names) > 1 else ''} {shown}{more}"


def column_of(about: dict[str, Any], values: list[Any], problems: list[dict[str, Any]] | None = None) -> Any:
    """One column of values (text, numbers, booleans, None) by what the state or info says about it.

    about: ``name``, ``type`` and, where the file needed one, ``format``.
    """
    if about["type"] == "number":
        return np.array(_read(_number, about, values, problems), dtype=np.float64)
    if about["type"] == "hash":
        return _words(about, _read(_hash, about, values, problems))
    if about["type"] == "date":
        return np.array(_read(_date, about, values, problems), dtype="datetime64[us]")
    if about["type"] == "picture":
        pictures = np.empty(len(values), dtype=object)
        pictures[:] = _read(_picture, about, values, problems)
        return pictures
    return _words(about, values)


def _read(
    read: Callable[[Any, dict[str, str]], Any],
    about: dict[str, Any],
    values: list[Any],
    problems: list[dict[str, Any]] | None,
) -> list[Any]:
    """Each value read, None (which numpy makes NaN or NaT) where it is missing or cannot be."""
    style = about if about["type"] == "hash" else about.get("format") or {}
    found = [None if _nothing(value) else read(value, style) for value in values]
    if problems is not None:
        problems += [
            {"row": row, "column": about["name"], "text": str(value)[:200], "what": _refused(about)}
            for row, (value, one) in enumerate(zip(values, found, strict=True), start=1)
            if one is None and not _nothing(value)
        ]
    return found


def _refused(about: dict[str, Any]) -> str:
    if about["type"] != "hash":
        return f"is no {about['type']}"
    return f"is not hashed: {about['length']} hexadecimal digits belong there, never the value itself"


def _hash(value: Any, about: dict[str, Any]) -> str | None:
    text = str(value).strip(SPACE)
    return text if len(text) == about["length"] and _HEXADECIMAL.match(text) else None


def _picture(value: Any, style: dict[str, str]) -> bytes | None:
    """The file of a picture: as bytes, or in base64 with or without ``data:image/png;base64,`` before it."""
    try:
        content = value if isinstance(value, bytes) else b64decode(value.rpartition(",")[2], validate=True)
        check_picture(content)
    except (ValueError, AttributeError):
        return None
    return content


def _nothing(value: Any) -> bool:
    if isinstance(value, str):
        return is_missing(value.strip(SPACE))
    return value is None or (isinstance(value, float) and math.isnan(value))


def _number(value: Any, style: dict[str, str]) -> float | None:
    if isinstance(value, str):
        return number_of(value.strip(SPACE), style)
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _date(value: Any, form: dict[str, str]) -> datetime | None:
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    text = str(value).strip(SPACE)
    for known in (form.get("date", ISO_DATES[0]), *ISO_DATES):
        if found := date_of(text, known):
            return found
    return None


def _words(about: dict[str, Any], values: list[Any]) -> Words:
    known: dict[str, int] = {}
    codes = np.full(len(values), -1, dtype=np.int64)
    for row, value in enumerate(values):
        if not _nothing(value):
            codes[row] = known.setdefault(_word(about, value), len(known))
    return Words(codes, list(known))


def _word(about: dict[str, Any], value: Any) -> str:
    if isinstance(value, str):
        return value.strip(SPACE)
    if isinstance(value, bool | np.bool_):
        choices = about.get("vocabulary") or about.get("classes") or []
        wanted = YES if value else NO
        return next((word for word in choices if word.casefold() in wanted), "yes" if value else "no")
    if isinstance(value, int | float):
        text = text_of_number(value)
        choices = about.get("vocabulary") or about.get("classes") or []
        return text if text in choices or f"{text}.0" not in choices else f"{text}.0"
    return str(value)
