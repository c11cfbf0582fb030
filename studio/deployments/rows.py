"""What people send to be predicted: a JSON or CSV body, checked before the model sees it.

Every refusal is a SettingError whose ``where`` names the row and column concerned. Cells stay
what was sent (a number, a text, true or false, null); training.encode reads them.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from training.encode import cells as cells_room
from training.errors import SettingError

csv.field_size_limit(10_000_000)  # of the whole process; a body has at most MAX_BYTES
MAX_ROWS = 20_000
MAX_BYTES = 5_000_000
MAX_CELL = 10_000
MAX_TWICE = 20
MAX_DIGITS = 30  # far beyond what a float tells apart
Row = dict[str, Any]


class _Refused:
    """A number of the JSON text that is none we take; its sentence, until the place is known."""

    def __init__(self, text: str) -> None:
        self.text = text


def from_json(body: bytes, long: Iterable[str] = ()) -> list[Row]:
    """The rows of ``{"rows": [{column: value, …}, …]}``. Raises SettingError.

    long: columns of texts and pictures (in base64), whose cells are as long as the body may be.
    """
    try:
        document = json.loads(
            body,
            object_pairs_hook=_object,
            parse_int=_whole,
            parse_float=_number,
            parse_constant=lambda name: _Refused(_("%(name)s is not a number in JSON.") % {"name": name}),
        )
    except RecursionError:
        raise _wrong(_("The body is nested too deeply."), "rows") from None
    except ValueError:
        raise _wrong(_("The body is not JSON."), "rows") from None
    if not isinstance(document, dict) or set(document) != {"rows"} or not isinstance(document["rows"], list):
        raise _wrong(_("The body has to be an object with one list, “rows”."), "rows")
    rows = document["rows"]
    for at, row in enumerate(rows[: MAX_ROWS + 1]):
        _check_row(row, f"rows[{at}]", set(long))
    return _counted(rows)


def from_csv(body: bytes, reading: dict[str, Any], long: Iterable[str] = ()) -> list[Row]:
    """The rows of a CSV whose first line names the columns, read as predict.py reads it.

    reading: how the training file was read (``delimiter``, ``quote``, ``encoding``); a file in UTF-8
    or with another separator is read too. long: as for from_json. Raises SettingError.
    """
    text = _decoded(body, reading)
    if "\0" in text:
        raise _wrong(_("The file holds NUL bytes, so it is no text file."), "file")
    quote = reading.get("quote") or '"'
    lines = csv.reader(
        io.StringIO(text, newline=""), delimiter=_delimiter(text, reading), quotechar=quote, strict=True
    )
    try:
        return _counted(_lines(lines, set(long)))
    except csv.Error as error:
        raise _wrong(
            _("The file is not a CSV: line %(line)s cannot be read (%(what)s).")
            % {"line": f"{lines.line_num:,}", "what": error},
            f"line {lines.line_num}",
        ) from None


def check_columns(rows: list[Row], *, features: list[str], known: Iterable[str] | None = None) -> None:
    """Refuse rows without a feature and, where ``known`` is given, columns that are not among those.

    A feature may be empty but has to be named: what is left out by mistake would pass for empty.
    """
    expected = {*features, *(known or ())}
    for at, row in enumerate(rows):
        unknown = [name for name in row if name not in expected] if known is not None else []
        if unknown:
            message = ngettext(
                "The model does not know the column %(names)s.",
                "The model does not know the columns %(names)s.",
                len(unknown),
            ) % {"names": _listed(unknown)}
            hint = _("Its columns are %(names)s.") % {"names": _listed(features)}
            raise _wrong(message, f"rows[{at}].{unknown[0][:80]}", hint)
        missing = [name for name in features if name not in row]
        if missing:
            message = ngettext(
                "The column %(names)s is missing.", "The columns %(names)s are missing.", len(missing)
            ) % {"names": _listed(missing)}
            hint = _("Send every column that the model was trained with; cells may be empty.")
            raise _wrong(message, f"rows[{at}].{missing[0][:80]}", hint)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise _wrong(_("“%(name)s” stands twice in one object.") % {"name": name[:80]}, name[:80])
        found[name] = value
    return found


def _whole(text: str) -> int | _Refused:
    if len(text) > MAX_DIGITS:
        return _Refused(
            _("This number has %(count)s digits; at most %(most)s are read.")
            % {"count": f"{len(text):,}", "most": MAX_DIGITS}
        )
    return int(text)


def _number(text: str) -> float | _Refused:
    value = float(text)
    if not math.isfinite(value):
        return _Refused(_("The number %(text)s is too large.") % {"text": text[:MAX_DIGITS]})
    return value


def _check_row(row: Any, where: str, long: set[str]) -> None:
    if not isinstance(row, dict):
        raise _wrong(_("Each row has to be an object of column names and values."), where)
    for name, value in row.items():
        place = f"{where}.{name[:80]}"
        if isinstance(value, _Refused):
            raise _wrong(value.text, place)
        if isinstance(value, list | dict):
            raise _wrong(_("A cell has to be a number, a text, true, false or null."), place)
        if isinstance(value, str) and len(value) > MAX_CELL and name not in long:
            raise _too_long(len(value), place)


def _lines(lines: Iterable[list[str]], long: set[str]) -> list[Row]:
    header: list[str] | None = None
    rows: list[Row] = []
    for number, cells in enumerate(lines, start=1):
        if not cells:
            continue
        if header is None:
            header = _header(cells)
            continue
        if len(cells) != len(header):
            raise _wrong(
                _("Line %(line)s has %(has)s values, the header has %(header)s.")
                % {"line": f"{number:,}", "has": len(cells), "header": len(header)},
                f"line {number}",
            )
        for name, cell in zip(header, cells, strict=True):
            if len(cell) > MAX_CELL and name not in long:
                raise _too_long(len(cell), f"line {number}, {name[:80]}")
        rows.append(dict(zip(header, cells, strict=True)))
        if len(rows) > MAX_ROWS:
            break
    return rows


def _header(cells: list[str]) -> list[str]:
    """The columns' names as the table room made them of the file that was trained on."""
    twice = [name for name, count in Counter(cells).items() if count > 1]
    if len(twice) > MAX_TWICE:
        raise _wrong(
            _("The columns %(names)s stand more than once in the header.") % {"names": _listed(twice)},
            twice[0][:80],
        )
    return cells_room.names_from_header(cells)


def _decoded(body: bytes, reading: dict[str, Any]) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        wrong_at = error.start
    try:
        return body.decode(reading.get("encoding") or "")
    except (UnicodeDecodeError, LookupError):
        raise _wrong(
            _("The file is not in UTF-8: byte %(at)s is wrong.") % {"at": f"{wrong_at:,}"},
            "file",
            _("Save it as “CSV UTF-8” and send it again."),
        ) from None


def _delimiter(text: str, reading: dict[str, Any]) -> str:
    """The training file's separator, or the one that the header line has most of."""
    header = text.partition("\n")[0]
    usual = reading.get("delimiter") or ","
    return usual if usual in header else max(",;\t|", key=header.count)


def _counted(rows: list[Row]) -> list[Row]:
    if not rows:
        raise _wrong(_("There is no row to predict."), "rows")
    if len(rows) > MAX_ROWS:
        raise _wrong(
            _("These are more than %(most)s rows.") % {"most": f"{MAX_ROWS:,}"},
            "rows",
            _("Send them in parts, or run predict.py from the download, which has no limit."),
        )
    return rows


def _too_long(length: int, where: str) -> SettingError:
    return _wrong(
        _("This text has %(length)s characters; at most %(most)s are read.")
        % {"length": f"{length:,}", "most": f"{MAX_CELL:,}"},
        where,
    )


def _listed(names: list[str], most: int = 8) -> str:
    shown = ", ".join(f"“{name[:80]}”" for name in names[:most])
    return (
        shown
        if len(names) <= most
        else _("%(shown)s and %(more)s more") % {"shown": shown, "more": f"{len(names) - most:,}"}
    )


def _wrong(message: str, where: str, hint: str = "") -> SettingError:
    return SettingError(message, where=where, hint=hint)
