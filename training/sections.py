"""The parts of a report beside its figures: tables and curves, by what is predicted. numpy only.

Every report has every part; those that it has nothing for are None.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from training.curves import (
    band,
    forecast_curves,
    precision_recall_curves,
    residuals,
    roc_curves,
    scatter,
)
from training.encode import Encoded
from training.number_scores import Yardstick, number_figures, point_of, within
from training.scores import confusion, per_class, per_label

PARTS = ("confusion", "per_class", "roc", "precision_recall", "scatter", "residuals",
         "per_output", "scatters", "band", "forecast", "coverage")  # fmt: skip
_SCATTERED = 4  # numbers that have a chart of their own
_OF_OUTPUTS = ("rmse", "mae", "r2")


def sections_of(
    target: dict[str, Any], predictions: np.ndarray, trivial: np.ndarray, truth: np.ndarray, by: Yardstick
) -> dict[str, Any]:
    """The parts for these predictions of the test rows; ``forecast`` comes from ``forecast_of``."""
    if target["task"] in ("regression", "forecast"):
        made = _of_numbers(target, predictions, trivial, truth, by)
    elif target["task"] == "multilabel":
        made = _of_labels(predictions, truth.astype(bool), target["classes"])
    else:
        made = _of_classes(predictions, truth.reshape(-1).astype(np.int64), target["classes"])
    return dict.fromkeys(PARTS) | made


def _of_classes(shares: np.ndarray, truth: np.ndarray, classes: list[str]) -> dict[str, Any]:
    matrix = confusion(shares, truth, len(classes))
    judged = range(1, 2) if len(classes) == 2 else range(len(classes))
    kinds = {classes[k]: (shares[:, k], truth == k) for k in judged}
    return {
        "confusion": matrix.tolist(),
        "per_class": [{"class": name, **row} for name, row in zip(classes, per_class(matrix), strict=True)],
        "roc": roc_curves(kinds),
        "precision_recall": precision_recall_curves(kinds),
    }


def _of_labels(shares: np.ndarray, truth: np.ndarray, labels: list[str]) -> dict[str, Any]:
    kinds = {label: (shares[:, k], truth[:, k]) for k, label in enumerate(labels)}
    return {
        "per_class": [
            {"class": label, **row} for label, row in zip(labels, per_label(shares, truth), strict=True)
        ],
        "roc": roc_curves(kinds),
        "precision_recall": precision_recall_curves(kinds),
    }


def _of_numbers(
    target: dict[str, Any], predictions: np.ndarray, trivial: np.ndarray, truth: np.ndarray, by: Yardstick
) -> dict[str, Any]:
    names = target.get("names") or [target["name"]]
    said, true = point_of(predictions).astype(np.float64), truth.astype(np.float64)
    made: dict[str, Any] = {}
    if by.levels:
        made["coverage"] = {"found": float(within(predictions, truth).mean()), "wanted": by.coverage}
    if len(names) > 1:
        made["per_output"] = per_output(names, predictions, trivial, truth, by)
    if target["task"] == "regression":
        made |= _charts(names, said, true)
        if by.levels and np.isfinite(predictions).all():
            made["band"] = band(predictions[:, 0].astype(np.float64), true[:, 0]) | {"output": names[0]}
    finite = np.isfinite(said)
    if len(target.get("columns") or names) == 1 and finite.any():
        made["residuals"] = residuals(said[finite], true[finite])
    return made


def _charts(names: list[str], said: np.ndarray, true: np.ndarray) -> dict[str, Any]:
    """Predicted against true: of one number, or of the first few."""
    charts = []
    for k in range(min(len(names), _SCATTERED)):
        finite = np.isfinite(said[:, k])
        if finite.any():
            charts.append({"output": names[k], **scatter(said[finite, k], true[finite, k])})
    if not charts:
        return {}
    return {"scatters": charts} if len(names) > 1 else {"scatter": charts[0]}


def per_output(
    names: list[str], predictions: np.ndarray, trivial: np.ndarray, truth: np.ndarray, by: Yardstick
) -> list[dict[str, Any]]:
    """The figures of each number in its own unit, beside the mean error of the trivial answer."""
    lines = []
    for k, name in enumerate(names):
        ours, theirs, true = predictions[:, k : k + 1], trivial[:, k : k + 1], truth[:, k : k + 1]
        line: dict[str, Any] = {"output": name} | _first(number_figures(ours, true, _OF_OUTPUTS))
        line["baseline"] = _first(number_figures(theirs, true, ["mae"]))["mae"]
        if by.levels:
            line["coverage"] = float(within(ours, true).mean())
        lines.append(line)
    return lines


def _first(figures: dict[str, list[float]]) -> dict[str, float | None]:
    return {name: found[0] if found and np.isfinite(found[0]) else None for name, found in figures.items()}


def forecast_of(
    encoded: Encoded,
    predictions: np.ndarray,
    truth: np.ndarray,
    levels: tuple[float, ...],
    per_output: list[dict[str, Any]] | None,
) -> dict[str, Any] | None:
    """Of the first column: truth and predictions along a stretch of the test rows, and the error of each
    step beside the trivial answer's. None where nothing is forecast."""
    if encoded.order is None:
        return None
    target = encoded.state["target"]
    columns = len(target["columns"])
    place = np.empty(int(encoded.order.max()) + 1, dtype=np.int64)
    place[encoded.order] = np.arange(len(encoded.order))
    ends = place[np.asarray(encoded.rows[encoded.parts == 2])]
    ranges = predictions[:, ::columns] if levels else None
    said = point_of(predictions)[:, ::columns]
    lines = (per_output or [])[::columns]
    errors = {key: [line[key] for line in lines] for key in ("mae", "baseline")} if len(lines) > 1 else None
    curves = forecast_curves(ends, said, truth[:, ::columns], ranges)
    return {"output": target["name"], **curves, "errors": errors}
