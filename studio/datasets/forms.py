"""Forms of the dataset page as the settings they mean; the engine judges their values."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from studio.datasets import words
from studio.datasets.models import DatasetVersion
from training.errors import SettingError

GUESS = "guess"
CHOICES = (
    "format",
    "member",
    "sheet",
    "encoding",
    "delimiter",
    "decimal",
    "dates",
    "bad_cells",
    "bad_rows",
)
FREE = {"bad_cells": "missing", "bad_rows": "missing"}  # what holds where nobody fixes anything


def reading_of(form: QueryDict) -> dict[str, Any]:
    """What the form fixes of how a file is read: {"delimiter": ";", …}; what is guessed is left out.

    header_row: a line number from 1, or "none" for a file without one.
    """
    reading: dict[str, Any] = {
        name: form[name] for name in CHOICES if form.get(name, GUESS) not in (GUESS, FREE.get(name))
    }
    header = form.get("header_row", "").strip()
    if header == "none":
        reading["header_row"] = None
    elif header and header != GUESS:
        reading["header_row"] = _line(header)
    return reading


def _line(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9 and 1 <= int(text) <= 1_000):
        raise SettingError(
            _("The header row must be a line number from 1 to 1,000."),
            where="header_row",
            hint=_("The first line of the file is 1."),
        )
    return int(text)


def types_of(form: QueryDict, version: DatasetVersion) -> dict[str, str]:
    """Column types that are fixed: the form's fields ``type-<index>``, else as they are fixed now."""
    types = dict(version.types)
    for index, column in enumerate(version.info.get("columns", [])):
        chosen = form.get(f"type-{index}")
        if chosen == GUESS:
            types.pop(column["name"], None)
        elif chosen in words.TYPES:
            types[column["name"]] = chosen
    return types
