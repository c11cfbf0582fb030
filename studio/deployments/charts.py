"""A chart in Plotly's JSON form, with its table for those who read it as one.

Colours are named, not given: ``"var(--d1)"`` stands for a token of the style sheet, which the
page looks up when it draws and again when the theme changes (static/js/report.js).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

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


def layout(x: str, y: str, *, x_range=None, y_range=None, legend: bool) -> dict[str, Any]:
    """The common look: margins and font of the design, names escaped by Plotly as text."""
    return {
        "xaxis": axis_of(x, x_range),
        "yaxis": axis_of(y, y_range),
        "margin": {"l": 52, "r": 14, "t": 10, "b": 44},
        "hovermode": "closest",
        "showlegend": legend,
        "legend": {
            "orientation": "h",
            "x": 0,
            "y": 1.02,
            "yanchor": "bottom",
            "font": {"size": 12},
            "traceorder": "normal",
        },
        "paper_bgcolor": "var(--surface)",
        "plot_bgcolor": "var(--surface)",
        "font": {"family": "var(--font-sans)", "size": 11, "color": "var(--ink-2)"},
        "bargap": 0.04,
    }


def axis_of(title: str, limits: list[float] | None) -> dict[str, Any]:
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


def spread(count: int, most: int) -> list[int]:
    """At most ``most`` positions out of ``count``, evenly spread, the first and last among them."""
    if count <= most:
        return list(range(count))
    return [round(at * (count - 1) / (most - 1)) for at in range(most)]


def as_text(value: float) -> str:
    return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
