"""What was learned from the training rows to turn cells into numbers, column by column, in words.

It is read from the bundle's own state, which predicts on this site and everywhere else.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from studio.datasets.step_words import described

COLUMNS_SHOWN = 200  # a page of 2,000 columns with all that was learned would be megabytes
VALUES_SHOWN = 12
JSON_SHOWN = 2_000  # characters of one column


@dataclass(frozen=True)
class Learned:
    """One column. becomes: what the network gets of it; sentences: how; plain: the JSON as it is stored."""

    column: str
    becomes: str
    sentences: list[str]
    plain: str


def learned_of(state: dict[str, Any]) -> list[Learned]:
    """The first columns of a bundle's state, in the table's order."""
    return [_learned(entry, state) for entry in state["columns"][:COLUMNS_SHOWN]]


def _learned(entry: dict[str, Any], state: dict[str, Any]) -> Learned:
    becomes, sentences = _INPUTS[entry["input"]](entry, state)
    steps = [described(step) for step in entry.get("steps", ())]
    before = [f"{step.title}. {step.settings}".strip() for step in steps]
    return Learned(str(entry["name"]), becomes, [*before, *sentences], _plain(entry))


def _plain(entry: dict[str, Any]) -> str:
    """As JSON, cut where it is long; a project's key to its hashes is nobody's to read here."""
    steps = [
        {name: value for name, value in step.items() if name != "key"} for step in entry.get("steps", ())
    ]
    text = json.dumps(entry | ({"steps": steps} if steps else {}), ensure_ascii=False, indent=1)
    return text if len(text) <= JSON_SHOWN else f"{text[:JSON_SHOWN]} …"


Told = tuple[str, list[str]]


def _numbers(entry: dict[str, Any], state: dict[str, Any]) -> Told:
    parts = entry.get("parts")
    if parts is None:
        count, sentences = 1 + bool(entry["indicator"]), _scaled(entry)
    else:
        count, sentences = (
            len(parts),
            [_("Its %(parts)s.") % {"parts": ", ".join(_part(each) for each in parts)}],
        )
    if entry.get("indicator"):
        sentences.append(_("A second number says whether the cell was empty."))
    return ngettext("%(count)s number", "%(count)s numbers", count) % {"count": count}, sentences


def _part(part: dict[str, Any]) -> str:
    return f"{part['part']} ({part['wave']})" if "wave" in part else str(part["part"])


def _scaled(entry: dict[str, Any]) -> list[str]:
    figures = {name: f"{entry[name]:.6g}" for name in ("fill", "mean", "scale")}
    sentences = [_("An empty cell counts as %(fill)s.") % figures]
    if "knots" in entry:
        sentences.append(_("Ranked among the training rows and spread along a bell curve."))
    elif (entry["mean"], entry["scale"]) != (0.0, 1.0):
        sentences.append(_("%(mean)s is taken away, and the rest divided by %(scale)s.") % figures)
    if entry.get("clip"):
        sentences.append(_("Far values are drawn in smoothly."))
    return sentences


def _categories(entry: dict[str, Any], state: dict[str, Any]) -> Told:
    values = entry["vocabulary"]
    becomes = ngettext("one of %(count)s value", "one of %(count)s values", len(values)) % {
        "count": f"{len(values):,}"
    }
    shown = ", ".join(str(value) for value in values[:VALUES_SHOWN])
    if len(values) > VALUES_SHOWN:
        shown += _(" and %(count)s more") % {"count": f"{len(values) - VALUES_SHOWN:,}"}
    return becomes, [
        _("Known: %(values)s.") % {"values": shown},
        _("Any other value, and an empty cell, counts as unknown."),
    ]


def _text(entry: dict[str, Any], state: dict[str, Any]) -> Told:
    text = state["text"]
    kinds = {"words": _("words"), "characters": _("characters"), "bpe": _("pieces of words")}
    becomes = _("%(length)s codes") % {"length": f"{text['length']:,}"}
    known = ", ".join(f"“{token}”" for token in text["vocabulary"][:VALUES_SHOWN])
    told = _("%(count)s %(kind)s are known, the most frequent ones first: %(first)s.") % {
        "count": f"{len(text['vocabulary']):,}",
        "kind": kinds.get(text["tokens"], text["tokens"]),
        "first": known,
    }
    return becomes, [told, _("Others count as unknown; longer texts are cut, shorter ones padded.")]


def _picture(entry: dict[str, Any], state: dict[str, Any]) -> Told:
    shape = {name: state["picture"][name] for name in ("channels", "height", "width")}
    becomes = _("a picture of %(width)s × %(height)s") % shape
    colours = _("Opened in colour.") if shape["channels"] == 3 else _("Opened in shades of grey.")
    return becomes, [colours]


def _pixel(entry: dict[str, Any], state: dict[str, Any]) -> Told:
    return _("1 pixel"), [_("The brightest one among the training rows is %(most)s.") % {
        "most": f"{state['picture'].get('most', 255):.6g}"
    }]  # fmt: skip


_INPUTS: dict[str, Callable[[dict[str, Any], dict[str, Any]], Told]] = {
    "numbers": _numbers,
    "categories": _categories,
    "text": _text,
    "picture": _picture,
    "pixels": _pixel,
}
