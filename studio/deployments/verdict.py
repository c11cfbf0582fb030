"""What a report says, put the way its page shows it: numbers as text, bars as shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

COIN_TOSS = {"roc_auc": 0.5, "auc": 0.5}  # what guessing scores: where bars of these metrics start


@dataclass(frozen=True)
class Bar:
    """One line of "Against simpler choices"; share: length of the bar, 0 to 100."""

    title: str
    value: str
    share: float
    is_baseline: bool


@dataclass(frozen=True)
class Line:
    """One metric; gain: "+0.047", with ``better`` True, False or None (no difference, or unknown)."""

    title: str
    description: str
    value: str
    baseline: str
    gain: str
    better: bool | None


@dataclass(frozen=True)
class Verdict:
    """The report's answer before its evidence."""

    headline: Line
    sentence: str
    bars: list[Bar]
    bars_note: str
    lines: list[Line]


def verdict_of(report: dict[str, Any], name: str) -> Verdict:
    """The verdict on the run called ``name``."""
    lines = [_line(metric) for metric in report["metrics"]]
    main = next(
        (metric for metric in report["metrics"] if metric["name"] == report["headline"]["metric"]),
        {**report["headline"], "name": report["headline"]["metric"], "better": "higher", "description": ""},
    )
    bars, note = _bars(main, name, report["baseline"]["title"])
    return Verdict(_line(main), report["headline"]["sentence"], bars, note, lines)


def best_epoch(summary: dict[str, Any]) -> int | None:
    """The epoch whose weights were judged, from a run's summary."""
    found = summary.get("best_epoch")
    return found if isinstance(found, int) else None


def shown(value: float | None) -> str:
    """A metric as text: three decimals where it is small, thousands separators where it is large."""
    return "–" if value is None else _in_digits(value, _digits(value))


def _digits(*values: float) -> int:
    """Decimals for numbers that stand side by side: those of the largest."""
    largest = max(map(abs, values), default=0.0)
    return 3 if largest < 100 else 1 if largest < 10_000 else 0


def _in_digits(value: float, digits: int) -> str:
    return f"{round(value, digits) + 0.0:,.{digits}f}".replace("-", "−")  # no minus before a zero


def _line(metric: dict[str, Any]) -> Line:
    value, baseline = metric["value"], metric["baseline"]
    digits = _digits(*(each for each in (value, baseline) if each is not None))
    gain, better = "", None
    if value is not None and baseline is not None:
        # Of the rounded numbers: what people get who subtract them.
        difference = round(value, digits) - round(baseline, digits)
        gain = ("+" if difference > 0 else "") + _in_digits(difference, digits)
        better = None if value == baseline else (value > baseline) == (metric["better"] == "higher")
    return Line(
        metric["title"],
        metric.get("reason") or metric["description"],
        *("–" if each is None else _in_digits(each, digits) for each in (value, baseline)),
        gain,
        better,
    )


def _bars(metric: dict[str, Any], name: str, baseline_title: str) -> tuple[list[Bar], str]:
    values = [metric["value"], metric["baseline"]]
    known = [value for value in values if value is not None]
    if metric["better"] == "lower":
        low, high = 0.0, max([*known, 1e-12])
        note = _("The shorter the bar, the smaller the error.")
    else:
        low, high = COIN_TOSS.get(metric["name"], 0.0), 1.0
        note = _("Bars start at 0.5, the score of a coin toss.") if low else _("Bars go from 0 to 1.")
    titles = [(name, False), (baseline_title, True)]
    return [
        Bar(title, shown(value), 0.0 if value is None else _share(value, low, high), is_baseline)
        for (title, is_baseline), value in zip(titles, values, strict=True)
    ], note


def _share(value: float, low: float, high: float) -> float:
    return round(100 * min(1.0, max(0.0, (value - low) / (high - low))), 1)


MOST_OUTPUTS = 50
_OUTPUT_FIGURES = ("rmse", "mae", "r2", "coverage", "baseline")


@dataclass(frozen=True)
class Outputs:
    """The figures of each number that is predicted, as text: the first ones of ``count``."""

    titles: list[str]
    lines: list[tuple[str, list[str]]]
    count: int

    @property
    def is_partial(self) -> bool:
        return len(self.lines) < self.count


def outputs_of(report: dict[str, Any]) -> Outputs | None:
    """The table of a report of several numbers."""
    found = report.get("per_output") or []
    if not found:
        return None
    titles = {
        "rmse": "RMSE",
        "mae": "MAE",
        "r2": "R²",
        "coverage": _("Within the range"),
        "baseline": _("MAE of the simplest choice"),
    }
    names = [name for name in _OUTPUT_FIGURES if name in found[0]]
    lines = [(str(line["output"]), [shown(line[name]) for name in names]) for line in found[:MOST_OUTPUTS]]
    return Outputs([titles[name] for name in names], lines, len(found))


@dataclass(frozen=True)
class ClassLine:
    """One class of the per-class table, as text."""

    name: str
    rows: str
    precision: str
    recall: str
    f1: str


def classes_of(report: dict[str, Any]) -> list[ClassLine]:
    return [
        ClassLine(
            str(line["class"]),
            f"{line['rows']:,}",
            *(shown(line[key]) for key in ("precision", "recall", "f1")),
        )
        for line in report.get("per_class") or []
    ]
