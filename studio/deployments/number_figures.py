"""The charts of predicted numbers: against the truth, with their ranges, and along a series."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from studio.deployments.charts import DASHES, REFERENCE, TABLE_ROWS, Figure, as_text, layout, literal, spread


def _scatter(report: dict[str, Any]) -> list[Figure]:
    return [_against(report["scatter"], "scatter", report["target"])]


def _scatters(report: dict[str, Any]) -> list[Figure]:
    """One chart for each of the first few numbers."""
    return [
        _against(chart, f"scatter-{at}", chart["output"])
        for at, chart in enumerate(report["scatters"], start=1)
    ]


def _against(chart: dict[str, Any], name: str, target: str) -> Figure:
    true, predicted = chart["true"], chart["predicted"]
    low, high = min((*true, *predicted)), max((*true, *predicted))
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
        name,
        _("Predicted against true") if name == "scatter" else target,
        _("Each point is a row of the test set"),
        _("Predicted against true %(target)s for %(count)s test rows, from %(low)s to %(high)s.")
        % {"target": target, "count": len(true), "low": as_text(low), "high": as_text(high)},
        data,
        layout(x, y, legend=True),
        [x, y],
        [[as_text(true[at]), as_text(predicted[at])] for at in spread(len(true), TABLE_ROWS)],
    )


def _residuals(report: dict[str, Any]) -> list[Figure]:
    edges, counts = report["residuals"]["edges"], report["residuals"]["counts"]
    middles = [(left + right) / 2 for left, right in pairwise(edges)]
    widths = [right - left for left, right in pairwise(edges)]
    x, y = _("Predicted minus true"), _("Rows")
    return [
        Figure(
            "residuals",
            _("How far off"),
            _("Zero is exactly right"),
            _("How many test rows are off by how much; the errors go from %(low)s to %(high)s.")
            % {"low": as_text(edges[0]), "high": as_text(edges[-1])},
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
            layout(x, y, legend=False),
            [_("From"), _("To"), y],
            [[as_text(edges[at]), as_text(edges[at + 1]), f"{count:,}"] for at, count in enumerate(counts)],
        )
    ]


def _band(report: dict[str, Any]) -> list[Figure]:
    """The predicted range of the test rows, in order of their median, with the truth as points."""
    chart = report["band"]
    x = list(range(1, len(chart["true"]) + 1))
    found, wanted = (f"{report['coverage'][key]:.0%}" for key in ("found", "wanted"))
    told = {"target": chart["output"], "found": found, "wanted": wanted}
    points = {
        "type": "scatter",
        "mode": "markers",
        "name": _("Truth"),
        "x": x,
        "y": chart["true"],
        "marker": {"color": "var(--d2)", "size": 5, "opacity": 0.7},
    }
    columns = [_("Row"), _("Low"), _("Median"), _("High"), _("Truth")]
    lines = (chart["low"], chart["median"], chart["high"], chart["true"])
    return [
        Figure(
            "band",
            _("Predicted range"),
            _("%(found)s of the true values lie within it, %(wanted)s shall") % told,
            _(
                "The predicted range of %(target)s for test rows in order of its median: it holds "
                "%(found)s of the true values, %(wanted)s is wanted."
            )
            % told,
            [*_range(x, chart["low"], chart["high"]), _line(_("Median"), x, chart["median"], 1), points],
            layout(_("Test rows, the smallest prediction first"), chart["output"], legend=True),
            columns,
            [[f"{x[at]:,}", *(_cell(line[at]) for line in lines)] for at in spread(len(x), TABLE_ROWS)],
        )
    ]


def _forecast(report: dict[str, Any]) -> list[Figure]:
    """Truth along a stretch of the test rows, what was predicted for it, and how errors grow by step."""
    chart = report["forecast"]
    output, steps = chart["output"], chart["steps"]
    data = _range(steps[0]["x"], steps[0]["low"], steps[0]["high"]) if "low" in steps[0] else []
    data.append(
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": _("Truth"),
            "x": chart["x"],
            "y": chart["true"],
            "line": {"color": "var(--ink)", "width": 1.5},
            "marker": {"color": "var(--ink)", "size": 5},
        }
    )
    data += [
        _line(_ahead(each["step"]), each["x"], each["predicted"], at)
        for at, each in enumerate(steps, start=1)
    ]
    predicted = [dict(zip(each["x"], each["predicted"], strict=True)) for each in steps]
    names = [_ahead(each["step"]) for each in steps]
    figure = Figure(
        "forecast",
        _("Forecast and truth"),
        _("%(target)s, along a stretch of the test rows") % {"target": output},
        _("True %(target)s over %(count)s rows of the test set, and what was predicted for them: %(steps)s.")
        % {"target": output, "count": len(chart["x"]), "steps": ", ".join(names)},
        data,
        layout(_("Row of the stretch"), output, legend=True),
        [_("Row"), _("Truth"), *names],
        [
            [
                f"{chart['x'][at]:,}",
                _cell(chart["true"][at]),
                *(_cell(each.get(chart["x"][at])) for each in predicted),
            ]
            for at in spread(len(chart["x"]), TABLE_ROWS)
        ],
    )
    return [figure, *([_errors(chart)] if chart["errors"] else [])]


def _errors(chart: dict[str, Any]) -> Figure:
    errors, baseline = chart["errors"]["mae"], chart["errors"]["baseline"]
    x = list(range(1, len(errors) + 1))
    columns = [_("Rows ahead"), _("Model"), _("Last seen value again")]
    return Figure(
        "errors",
        _("Error by step"),
        _("Mean distance to the truth of %(target)s") % {"target": chart["output"]},
        _("The mean error of %(target)s from 1 row ahead, %(first)s, to %(count)s rows ahead, %(last)s.")
        % {"target": chart["output"], "first": _cell(errors[0]), "count": len(x), "last": _cell(errors[-1])},
        [_line(columns[1], x, errors, 1), {**_line(columns[2], x, baseline, 6), "line": REFERENCE}],
        _counted(layout(columns[0], _("Mean error"), legend=True), len(x)),
        columns,
        [[f"{x[at]:,}", _cell(errors[at]), _cell(baseline[at])] for at in spread(len(x), TABLE_ROWS)],
    )


def _ahead(step: int) -> str:
    return ngettext("%(step)s row ahead", "%(step)s rows ahead", step) % {"step": f"{step:,}"}


def _line(name: str, x: list[int], y: list[float | None], colour: int) -> dict[str, Any]:
    line = {"color": f"var(--d{colour})", "width": 2, "dash": DASHES[colour % len(DASHES)]}
    return {"type": "scatter", "mode": "lines", "name": literal(name), "x": x, "y": y, "line": line}


def _range(x: list[int], low: list[float | None], high: list[float | None]) -> list[dict[str, Any]]:
    """The space between two lines that are not drawn."""
    hidden = {"type": "scatter", "mode": "lines", "x": x, "line": {"width": 0}, "hoverinfo": "skip"}
    below = {**hidden, "y": low, "showlegend": False}
    return [
        below,
        {**hidden, "y": high, "name": _("Range"), "fill": "tonexty", "fillcolor": "var(--accent-soft)"},
    ]


def _counted(layout: dict[str, Any], most: int) -> dict[str, Any]:
    """The layout with whole numbers below: 1 to ``most``."""
    return {**layout, "xaxis": {**layout["xaxis"], "tick0": 1, "dtick": max(1, round(most / 8))}}


def _cell(value: float | None) -> str:
    return "–" if value is None else as_text(value)


MAKERS = {
    "forecast": _forecast,
    "scatter": _scatter,
    "scatters": _scatters,
    "band": _band,
    "residuals": _residuals,
}
