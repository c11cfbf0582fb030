"""Fields of forms, drawn from declarations: what one field shows, and what a typed text means."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from training.declared import FieldInfo

FAR = 1_100_000


@dataclass(frozen=True)
class Choice:
    value: str
    title: str
    chosen: bool


@dataclass(frozen=True)
class Field:
    """One field as the template draws it. ``place`` is where its edits go: a node's id or a path."""

    id: str
    place: str
    name: str
    title: str
    description: str
    kind: str
    value: str
    choices: tuple[Choice, ...] = ()
    error: str = ""
    range: str = ""

    @property
    def is_on(self) -> bool:
        return self.value == "true"

    @property
    def inputmode(self) -> str:
        return {"whole": "numeric", "number": "decimal"}.get(self.kind, "text")


def field(info: FieldInfo, value: Any, *, place: str, id: str, error: str = "") -> Field:
    """The field of ``info`` holding ``value``, whatever that is."""
    text = shown(value)
    return Field(
        id=id,
        place=place,
        name=info.name,
        title=_(info.title),
        kind=info.kind,
        value=text,
        error=error,
        description=_(info.description) if info.description else "",
        range=_range(info),
        choices=tuple(_choices(info, text)) if info.kind == "choice" else (),
    )


def shown(value: Any) -> str:
    """A value as it stands in a field."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return json.dumps(value).removesuffix(".0")
    return value if isinstance(value, str) else json.dumps(value)


def _choices(info: FieldInfo, value: str) -> list[Choice]:
    known = [Choice(each, _title(each), each == value) for each in info.choices]
    if value in info.choices:
        return known
    return [Choice(value, value or "–", chosen=True), *known]


def _title(choice: str) -> str:
    if choice == "auto":
        return _("Automatic")
    is_name = any(letter.isupper() for letter in choice)  # of a layer, such as ReLU
    return choice if is_name else _(choice.replace("_", " ").capitalize())


def _range(info: FieldInfo) -> str:
    """ "1 to 65,536"; empty where an end is so far off that nobody needs to read it."""
    low, high = (info.low, info.above), (info.high, info.below)
    ends = [next((end for end in pair if end is not None), None) for pair in (low, high)]
    if info.kind not in ("whole", "number") or None in ends or ends[1] > FAR:
        return ""
    words = {"low": f"{ends[0]:,}".removesuffix(".0"), "high": f"{ends[1]:,}".removesuffix(".0")}
    if info.low is None:
        return _("More than %(low)s, up to %(high)s") % words
    return _("%(low)s to %(high)s") % words


def typed(info: FieldInfo | None, value: Any) -> Any:
    """What somebody typed into a field as JSON: a number where it is one, otherwise the text as it is.

    Texts that are no numbers stay, so that the field keeps them and its error names them.
    """
    if isinstance(value, str) and info is not None and info.kind == "choice" and type(info.default) is int:
        return _number(value, otherwise=value)
    if not isinstance(value, str) or info is None or info.kind not in ("whole", "number"):
        return value
    text = value.strip().replace("−", "-").replace("\u202f", "").replace("\xa0", "")
    if not text:
        return None if info.default is None else ""
    if info.kind == "number" and text.count(",") == 1 and "." not in text:
        text = text.replace(",", ".")
    return _number(text, otherwise=value)


def _number(text: str, otherwise: str) -> Any:
    try:
        return int(text)
    except ValueError:
        pass  # no whole number, or one with thousands of digits
    try:
        number = float(text)
    except ValueError:
        return otherwise
    return number if math.isfinite(number) else otherwise
