"""What a search found, as a small chart whose text keeps its size at any width: places are in percent."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

LEFT, RIGHT, TOP, BOTTOM = 9.0, 98.0, 10.0, 82.0  # edges of the plot, percent
_ROOF = 1.5  # how far above the loss at the lowest rate the curve is drawn, in its own spread
_MOST_LINES = 24  # of the table beside the chart
_RAISED = dict(zip("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹", strict=True))


@dataclass(frozen=True)
class Tick:
    at: float
    text: str


@dataclass(frozen=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    is_suggested: bool


@dataclass(frozen=True)
class Chart:
    """A curve (``line``: points of an SVG polyline) or bars, with ticks and the suggested place.

    label: the chart as a sentence; lines: the same as a table, under ``heads``.
    """

    label: str
    heads: tuple[str, str]
    lines: list[tuple[str, str]]
    x_ticks: list[Tick]
    y_ticks: list[Tick]
    line: str = ""
    bars: list[Bar] = field(default_factory=list)
    mark: Tick | None = None


def of_rates(found: dict[str, Any]) -> Chart:
    """The loss over the learning rate, which runs in decades."""
    rates, losses = found["lr"], found["loss"]
    low, high = _reach(losses)
    first, last = math.log10(rates[0]), math.log10(rates[-1])

    def place(rate: float) -> float:
        return LEFT + (math.log10(rate) - first) / ((last - first) or 1) * (RIGHT - LEFT)

    def tall(loss: float) -> float:
        return BOTTOM - (min(loss, high) - low) / ((high - low) or 1) * (BOTTOM - TOP)

    decades = range(math.ceil(first - 1e-9), math.floor(last + 1e-9) + 1)
    mark = found["suggested"]
    step = max(1, math.ceil(len(rates) / _MOST_LINES))
    return Chart(
        label=_("The loss as the learning rate grows from %(low)s to %(high)s.")
        % {"low": figure(rates[0]), "high": figure(rates[-1])},
        heads=(_("Learning rate"), _("Loss")),
        lines=[
            (f"{rate:.2g}", f"{loss:.3f}") for rate, loss in list(zip(rates, losses, strict=True))[::step]
        ],
        x_ticks=[Tick(place(10.0**power), _decade(power)) for power in decades],
        y_ticks=[Tick(tall(loss), f"{loss:.3g}") for loss in (low, (low + high) / 2, high)],
        line=" ".join(
            f"{place(rate):.2f},{tall(loss):.2f}" for rate, loss in zip(rates, losses, strict=True)
        ),
        mark=Tick(place(mark), figure(mark)) if mark else None,
    )


def of_sizes(found: dict[str, Any]) -> Chart:
    """Rows a second at each batch size."""
    sizes, speeds = found["batch_size"], found["rows_per_second"]
    high = max(speeds)
    wide = (RIGHT - LEFT) / len(sizes)
    bars = []
    for number, (size, speed) in enumerate(zip(sizes, speeds, strict=True)):
        height = speed / high * (BOTTOM - TOP)
        x = LEFT + (number + 0.2) * wide
        bars.append(Bar(x, BOTTOM - height, 0.6 * wide, height, size == found["suggested"]))
    return Chart(
        label=_("Rows trained in a second, at batch sizes from %(low)s to %(high)s.")
        % {"low": figure(sizes[0]), "high": figure(sizes[-1])},
        heads=(_("Batch size"), _("Rows per second")),
        lines=[(figure(size), f"{speed:,.0f}") for size, speed in zip(sizes, speeds, strict=True)],
        x_ticks=[Tick(LEFT + (at + 0.5) * wide, _short(size)) for at, size in enumerate(sizes)],
        y_ticks=[Tick(BOTTOM, "0"), Tick((TOP + BOTTOM) / 2, _short(high / 2)), Tick(TOP, _short(high))],
        bars=bars,
    )


def figure(value: float) -> str:
    """A number as people write it: 4,096 or 0.00013."""
    if value >= 1:
        return f"{value:,.0f}" if float(value).is_integer() else f"{value:g}"
    places = 1 - math.floor(math.log10(value))
    return f"{value:.{places}f}".rstrip("0")


def _decade(power: int) -> str:
    return figure(10.0**power) if power > -4 else "10" + "".join(_RAISED[mark] for mark in str(power))


def _short(value: float) -> str:
    for limit, unit in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if value >= limit:
            return f"{value / (1e3 if unit == 'k' else limit):.3g}{unit}"
    return f"{value:.3g}" if value < 1_000 else f"{value:.0f}"


def _reach(losses: list[float]) -> tuple[float, float]:
    """From the least loss to a roof, which cuts the last steep rise off."""
    low, begins = min(losses), losses[0]
    steps = [abs(after - before) for before, after in pairwise(losses)]
    spread = (begins - low) or max(steps, default=0.0) or 1.0
    return low, min(max(losses), low + _ROOF * spread)
