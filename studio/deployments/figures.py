"""A report's charts in Plotly's JSON form, each with its table for those who read it as one.

Colours are named, not given: ``"var(--d1)"`` stands for a token of the style sheet, which the
page looks up when it draws and again when the theme changes (static/js/report.js).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

MAX_CURVES = 8  # the style sheet has eight data colours
MAX_LABEL = 40
TABLE_ROWS = 21
DASHES = ("longdashdot", "solid", "dot", "longdash")  # lines never differ by hue alone
REFERENCE = {"color": "var(--d6)", "width": 1.5, "dash": "dash"}


@dataclass(frozen=True)
class Figure:
    """One chart. data, layout: Plotly's; alt: it in one sentence; columns, rows: it as a table."""

    name: str
    title: str
    note: str
    alt: str
    data: list[dict[str, Any]]
    layout: dict[str, Any]
    columns: list[str]
    rows: list[list[Any]]

    @property
    def data_id(self) -> str:
        return f"{self.name}-data"

    @property
    def plot(self) -> dict[str, Any]:
        return {"data": self.data, "layout": self.layout}


def figures_of(report: dict[str, Any]) -> list[Figure]:
    """The charts that this report has, in the order in which they are shown."""
    makers = {
        "roc": _roc,
        "precision_recall": _precision_recall,
        "scatter": _scatter,
        "residuals": _residuals,
    }
    return [make(report) for part, make in makers.items() if report.get(part)]


def _roc(report: dict[str, Any]) -> Figure:
    curves = report["roc"][:MAX_CURVES]
    areas = ", ".join(f"{curve['class']} {curve['auc']:.3f}" for curve in curves)
    return _curves(
        curves,
        "fpr",
        "tpr",
        number="auc",
        name="roc",
        title=_("ROC curve"),
        note=_several(report["roc"]),
        alt=_("ROC curves by class; the area under each is: %(areas)s.") % {"areas": areas},
        x=_("False alarms (false positive rate)"),
        y=_("Found (true positive rate)"),
        reference={"x": [0, 1], "y": [0, 1], "name": _("Guessing")},
    )


def _precision_recall(report: dict[str, Any]) -> Figure:
    curves = report["precision_recall"][:MAX_CURVES]
    names = ", ".join(str(curve["class"]) for curve in curves)
    return _curves(
        curves,
        "recall",
        "precision",
        number="average_precision",
        name="precision-recall",
        title=_("Precision and recall"),
        note=_several(report["precision_recall"]),
        alt=_("Precision against recall by class: %(names)s.") % {"names": names},
        x=_("Found (recall)"),
        y=_("Right when it says so (precision)"),
        reference=None,
    )


def _several(curves: list[dict[str, Any]]) -> str:
    if len(curves) == 1:
        return _("For %(class)s") % {"class": curves[0]["class"]}
    if len(curves) > MAX_CURVES:
        return _("Each class against the rest, the first %(shown)s of %(all)s") % {
            "shown": MAX_CURVES,
            "all": len(curves),
        }
    return _("Each class against the rest")


def _curves(curves, x_key, y_key, *, number, name, title, note, alt, x, y, reference) -> Figure:
    data = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": _label(curve, number),
            "x": curve[x_key],
            "y": curve[y_key],
            "line": {"color": f"var(--d{at})", "width": 2, "dash": DASHES[at % len(DASHES)]},
        }
        for at, curve in enumerate(curves, start=1)
    ]
    if reference:
        data.append({"type": "scatter", "mode": "lines", "hoverinfo": "skip", "line": REFERENCE, **reference})
    unit = [-0.01, 1.01]
    return Figure(
        name,
        title,
        note,
        alt,
        data,
        _layout(x, y, x_range=unit, y_range=unit, legend=len(data) > 1),
        [_("Class"), x, y],
        [
            [curve["class"], _figure(curve[x_key][at]), _figure(curve[y_key][at])]
            for curve in curves
            for at in _spread(len(curve[x_key]), TABLE_ROWS)
        ],
    )


def _label(curve: dict[str, Any], number: str) -> str:
    value = curve.get(number)
    label = literal(curve["class"])
    return label if value is None else f"{label}, {value:.3f}"


def _scatter(report: dict[str, Any]) -> Figure:
    true, predicted = report["scatter"]["true"], report["scatter"]["predicted"]
    low, high = min((*true, *predicted)), max((*true, *predicted))
    target = report["target"]
    data = [
        {
            "type": "scatter",
            "mode": "markers",
            "name": _("Test rows"),
            "x": true,
            "y": predicted,
            "marker": {"color": "var(--d1)", "size": 5, "opacity": 0.55},
        },
        {
            "type": "scatter",
            "mode": "lines",
            "name": _("Exactly right"),
            "x": [low, high],
            "y": [low, high],
            "hoverinfo": "skip",
            "line": REFERENCE,
        },
    ]
    x, y = _("True %(target)s") % {"target": target}, _("Predicted %(target)s") % {"target": target}
    return Figure(
        "scatter",
        _("Predicted against true"),
        _("Each point is a row of the test set"),
        _("Predicted against true %(target)s for %(count)s test rows, from %(low)s to %(high)s.")
        % {"target": target, "count": len(true), "low": _figure(low), "high": _figure(high)},
        data,
        _layout(x, y, legend=True),
        [x, y],
        [[_figure(true[at]), _figure(predicted[at])] for at in _spread(len(true), TABLE_ROWS)],
    )


def _residuals(report: dict[str, Any]) -> Figure:
    edges, counts = report["residuals"]["edges"], report["residuals"]["counts"]
    middles = [(left + right) / 2 for left, right in pairwise(edges)]
    widths = [right - left for left, right in pairwise(edges)]
    x, y = _("Predicted minus true"), _("Rows")
    return Figure(
        "residuals",
        _("How far off"),
        _("Zero is exactly right"),
        _("How many test rows are off by how much; the errors go from %(low)s to %(high)s.")
        % {"low": _figure(edges[0]), "high": _figure(edges[-1])},
        [
            {
                "type": "bar",
                "name": y,
                "x": middles,
                "y": counts,
                "width": widths,
                "marker": {"color": "var(--d1)"},
            }
        ],
        _layout(x, y, legend=False),
        [_("From"), _("To"), y],
        [[_figure(edges[at]), _figure(edges[at + 1]), f"{count:,}"] for at, count in enumerate(counts)],
    )


def _layout(x: str, y: str, *, x_range=None, y_range=None, legend: bool) -> dict[str, Any]:
    """The common look: margins and font of the design, names escaped by Plotly as text."""
    return {
        "xaxis": _axis(x, x_range),
        "yaxis": _axis(y, y_range),
        "margin": {"l": 52, "r": 14, "t": 10, "b": 44},
        "hovermode": "closest",
        "showlegend": legend,
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "font": {"size": 12}},
        "paper_bgcolor": "var(--surface)",
        "plot_bgcolor": "var(--surface)",
        "font": {"family": "var(--font-sans)", "size": 11, "color": "var(--ink-2)"},
        "bargap": 0.04,
    }


def _axis(title: str, limits: list[float] | None) -> dict[str, Any]:
    axis: dict[str, Any] = {
        "title": {"text": literal(title)},
        "gridcolor": "var(--grid)",
        "zeroline": False,
        "linecolor": "var(--line-strong)",
        "automargin": True,
        "separatethousands": True,
    }
    return {**axis, "range": limits} if limits else axis


def literal(text: Any) -> str:
    """A text that Plotly shows as it is: it would read tags and entities as formatting."""
    short = str(text)[:MAX_LABEL]
    return short.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _spread(count: int, most: int) -> list[int]:
    """At most ``most`` positions out of ``count``, evenly spread, the first and last among them."""
    if count <= most:
        return list(range(count))
    return [round(at * (count - 1) / (most - 1)) for at in range(most)]


def _figure(value: float) -> str:
    return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
