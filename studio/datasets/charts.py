"""What one column's card draws on the server: its distribution by the target, and its line, as SVG."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from studio.datasets import words

WIDE, HIGH, MARGIN = 800, 200, 6
THIN = 10  # height of one class's bar beside a value
FILLED = 0.84  # of a group's width


@dataclass(frozen=True)
class Bar:
    """The share of a class's rows that fall into a bin; ``colour`` is the class's, 1 to 6."""

    x: str
    y: str
    width: str
    height: str
    colour: int
    title: str


def by_target(counted: dict[str, Any], *, upright: bool) -> dict[str, Any]:
    """The counts of ``apart.by_target`` as shares of each class, in one colour a class.

    ``rows`` are the bins with their name, the classes' shares as texts, and (unless ``upright``) their
    bars lying; upright ones are ``bars``, side by side within their bin. Every class has the same scale:
    the greatest share is as long as the drawing.
    """
    totals = [sum(counts) for counts in counted["counts"]]
    shares = [
        [count / total if total else 0.0 for count in counts]
        for counts, total in zip(counted["counts"], totals, strict=True)
    ]
    most = max((share for of in shares for share in of), default=0) or 1.0
    classes = [_named(name) for name in counted["classes"]]
    bins = [_named(name) for name in counted["bins"]]
    rows, bars = [], []
    for at, name in enumerate(bins):
        said = [words.percent(of[at]) for of in shares]
        titles = [f"{name}, {each}: {share}" for each, share in zip(classes, said, strict=True)]
        scaled = [of[at] / most for of in shares]
        lying = [] if upright else _lying(scaled, titles)
        bars += _upright(scaled, titles, at, len(bins)) if upright else []
        rows.append((name, said, lying))
    return {
        "classes": [
            (name, total, at) for at, (name, total) in enumerate(zip(classes, totals, strict=True), 1)
        ],
        "rows": rows,
        "bars": bars,
        "high": THIN * len(classes),
    }


def _named(name: str | None) -> str:
    return _("others") if name is None else name


def _upright(shares: list[float], titles: list[str], at: int, bins: int) -> list[Bar]:
    group = WIDE / bins
    wide = group * FILLED / len(shares)
    left = (at + (1 - FILLED) / 2) * group
    return [
        Bar(
            x=f"{left + place * wide:.1f}",
            y=f"{HIGH * (1 - share):.1f}",
            width=f"{wide:.1f}",
            height=f"{HIGH * share:.1f}",
            colour=place + 1,
            title=title,
        )
        for place, (share, title) in enumerate(zip(shares, titles, strict=True))
    ]


def _lying(shares: list[float], titles: list[str]) -> list[Bar]:
    return [
        Bar("0", str(place * THIN), f"{WIDE * share:.1f}", str(THIN - 2), place + 1, title)
        for place, (share, title) in enumerate(zip(shares, titles, strict=True))
    ]


def points(values: list[float]) -> str:
    """A line through the values as the points of a polyline in a drawing WIDE x HIGH."""
    low, high = min(values), max(values)
    spread, last = high - low or 1.0, max(1, len(values) - 1)
    return " ".join(
        f"{MARGIN + at / last * (WIDE - 2 * MARGIN):.1f},"
        f"{HIGH - MARGIN - (value - low) / spread * (HIGH - 2 * MARGIN):.1f}"
        for at, value in enumerate(values)
    )
