"""A report's charts, in the order in which they are shown."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from studio.deployments import number_figures
from studio.deployments.charts import DASHES, REFERENCE, TABLE_ROWS, Figure, as_text, layout, literal, spread

MAX_CURVES = 8  # the style sheet has eight data colours


def figures_of(report: dict[str, Any]) -> list[Figure]:
    """The charts that this report has, in the order in which they are shown."""
    makers = {"roc": _roc, "precision_recall": _precision_recall} | number_figures.MAKERS
    return [figure for part, make in makers.items() if report.get(part) for figure in make(report)]


def _roc(report: dict[str, Any]) -> list[Figure]:
    curves = report["roc"][:MAX_CURVES]
    areas = ", ".join(f"{curve['class']} {curve['auc']:.3f}" for curve in curves)
    return [
        _curves(
            curves,
            "fpr",
            "tpr",
            number="auc",
            name="roc",
            title=_("ROC curve"),
            note=_several(report, "roc"),
            alt=_("ROC curves by class; the area under each is: %(areas)s.") % {"areas": areas},
            x=_("False alarms (false positive rate)"),
            y=_("Found (true positive rate)"),
            reference={"x": [0, 1], "y": [0, 1], "name": _("Guessing")},
        )
    ]


def _precision_recall(report: dict[str, Any]) -> list[Figure]:
    curves = report["precision_recall"][:MAX_CURVES]
    names = ", ".join(str(curve["class"]) for curve in curves)
    return [
        _curves(
            curves,
            "recall",
            "precision",
            number="average_precision",
            name="precision-recall",
            title=_("Precision and recall"),
            note=_several(report, "precision_recall"),
            alt=_("Precision against recall by class: %(names)s.") % {"names": names},
            x=_("Found (recall)"),
            y=_("Right when it says so (precision)"),
            reference=None,
        )
    ]


def _several(report: dict[str, Any], part: str) -> str:
    curves = report[part]
    if len(curves) == 1:
        return _("For %(class)s") % {"class": curves[0]["class"]}
    if report["task"] == "multilabel":
        shown = {"shown": min(len(curves), MAX_CURVES), "all": len(curves)}
        return _("Each label by itself, %(shown)s of %(all)s") % shown
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
        layout(x, y, x_range=unit, y_range=unit, legend=len(data) > 1),
        [_("Class"), x, y],
        [
            [curve["class"], as_text(curve[x_key][at]), as_text(curve[y_key][at])]
            for curve in curves
            for at in spread(len(curve[x_key]), TABLE_ROWS)
        ],
    )


def _label(curve: dict[str, Any], number: str) -> str:
    value = curve.get(number)
    label = literal(curve["class"])
    return label if value is None else f"{label}, {value:.3f}"
