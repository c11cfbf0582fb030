"""The curves of a report, thinned so that a page can draw them. numpy only."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from training.scores import roc_auc

POINTS = 200
MOST_SCATTERED = 2_000
_BINS = 30
_MOST_WINDOWS = 200

# Name of a class or label -> (probabilities (n,), whether rows are of it (n,)).
Kinds = dict[str, tuple[np.ndarray, np.ndarray]]


def roc_curves(kinds: Kinds) -> list[dict[str, Any]]:
    """One curve for each class or label that some rows are of and some are not."""
    curves = []
    for name, (share, positive) in kinds.items():
        area = roc_auc(share, positive)
        if area is None:
            continue
        hits, alarms, _ = _steps(share, positive)
        keep = thinned(len(hits))
        curves.append(
            {
                "class": name,
                "auc": area,
                "fpr": (alarms / alarms[-1])[keep].tolist(),
                "tpr": (hits / hits[-1])[keep].tolist(),
            }
        )
    return curves


def precision_recall_curves(kinds: Kinds) -> list[dict[str, Any]]:
    """As ``roc_curves``: recall, precision and average_precision of each class or label that is there."""
    curves = []
    for name, (share, positive) in kinds.items():
        if not positive.any():
            continue
        hits, alarms, _ = _steps(share, positive)
        recall = hits[1:] / hits[-1]
        precision = hits[1:] / (hits[1:] + alarms[1:])
        area = float(np.sum(np.diff(recall, prepend=0.0) * precision))
        keep = thinned(len(recall))
        curves.append(
            {
                "class": name,
                "average_precision": area,
                "recall": recall[keep].tolist(),
                "precision": precision[keep].tolist(),
            }
        )
    return curves


def scatter(said: np.ndarray, truth: np.ndarray) -> dict[str, list[float]]:
    """True and predicted values (n,) of at most MOST_SCATTERED rows, evenly spread over the split."""
    keep = thinned(len(truth), MOST_SCATTERED)
    return {"true": truth[keep].tolist(), "predicted": said[keep].tolist()}


def residuals(said: np.ndarray, truth: np.ndarray) -> dict[str, list[float]]:
    """A histogram of predicted minus true."""
    counts, edges = np.histogram(said - truth, bins=_BINS)
    return {"edges": edges.tolist(), "counts": counts.tolist()}


def band(ranges: np.ndarray, truth: np.ndarray) -> dict[str, list[float]]:
    """Truth (n,) and ranges (n, 3) of at most POINTS rows, evenly spread over the predicted medians."""
    finite = np.isfinite(ranges).all(axis=1)
    ranges, truth = ranges[finite], truth[finite]
    order = np.argsort(ranges[:, 1], kind="stable")
    keep = order[thinned(len(order))]
    low, median, high = ranges[keep].T.tolist()
    return {"true": truth[keep].tolist(), "low": low, "median": median, "high": high}


def forecast_curves(
    ends: np.ndarray, said: np.ndarray, truth: np.ndarray, ranges: np.ndarray | None = None
) -> dict[str, Any]:
    """The longest run of windows that follow one another: truth, and predictions so many steps ahead.

    ends: (n,) places in time of the windows' last rows; said, truth: (n, horizon); ranges: (n, horizon, 3).
    ``x`` counts rows from the first one that is predicted, which is 1.
    """
    gaps = np.diff(ends)
    breaks = np.flatnonzero(gaps != min(gaps.tolist(), default=0)) + 1
    run = max(np.split(np.arange(len(ends)), breaks), key=len)[-_MOST_WINDOWS:]
    horizon = truth.shape[1]
    x = ends[run][:, None] - ends[run[0]] + np.arange(1, horizon + 1)
    places, first = np.unique(x, return_index=True)
    made: dict[str, Any] = {"x": places.tolist(), "true": truth[run].reshape(-1)[first].tolist(), "steps": []}
    for step in sorted({1, (horizon + 1) // 2, horizon}):
        curve = {"step": step, "x": x[:, step - 1].tolist(), "predicted": _finite(said[run, step - 1])}
        if ranges is not None:
            curve |= {"low": _finite(ranges[run, step - 1, 0]), "high": _finite(ranges[run, step - 1, -1])}
        made["steps"].append(curve)
    return made


def _finite(values: np.ndarray) -> list[float | None]:
    return [value if math.isfinite(value) else None for value in values.tolist()]


def thinned(count: int, most: int = POINTS) -> np.ndarray:
    """At most ``most`` places of 0 … count-1, evenly spread, both ends included."""
    return np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(np.int64))


def _steps(score: np.ndarray, positive: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Hits and false alarms at each distinct score as a limit, the highest first, from (0, 0) on."""
    order = np.argsort(-score, kind="stable")
    score, positive = score[order], positive[order]
    last = np.flatnonzero(np.diff(score, append=-np.inf))
    hits = np.cumsum(positive)[last]
    return np.append(0, hits), np.append(0, last + 1 - hits), score[last]
