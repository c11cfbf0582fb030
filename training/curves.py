"""The curves of a report, thinned so that a page can draw them. numpy only."""

from __future__ import annotations

from typing import Any

import numpy as np

from training.scores import roc_auc

POINTS = 200
MOST_SCATTERED = 2_000
_BINS = 30


def roc_curves(shares: np.ndarray, truth: np.ndarray, classes: list[str]) -> list[dict[str, Any]]:
    """One curve for each class that is there and not everywhere; of two classes, the second.

    shares: (n, classes) probabilities; truth: (n,) class numbers.
    """
    curves = []
    for k in _judged(classes):
        area = roc_auc(shares[:, k], truth == k)
        if area is None:
            continue
        hits, alarms, _ = _steps(shares[:, k], truth == k)
        keep = thinned(len(hits))
        curves.append(
            {
                "class": classes[k],
                "auc": area,
                "fpr": (alarms / alarms[-1])[keep].tolist(),
                "tpr": (hits / hits[-1])[keep].tolist(),
            }
        )
    return curves


def precision_recall_curves(
    shares: np.ndarray, truth: np.ndarray, classes: list[str]
) -> list[dict[str, Any]]:
    """As ``roc_curves``: recall, precision and average_precision of each class that is there."""
    curves = []
    for k in _judged(classes):
        if not (truth == k).any():
            continue
        hits, alarms, _ = _steps(shares[:, k], truth == k)
        recall = hits[1:] / hits[-1]
        precision = hits[1:] / (hits[1:] + alarms[1:])
        area = float(np.sum(np.diff(recall, prepend=0.0) * precision))
        keep = thinned(len(recall))
        curves.append(
            {
                "class": classes[k],
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


def thinned(count: int, most: int = POINTS) -> np.ndarray:
    """At most ``most`` places of 0 … count-1, evenly spread, both ends included."""
    return np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(np.int64))


def _judged(classes: list[str]) -> range:
    return range(1, 2) if len(classes) == 2 else range(len(classes))


def _steps(score: np.ndarray, positive: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Hits and false alarms at each distinct score as a limit, the highest first, from (0, 0) on."""
    order = np.argsort(-score, kind="stable")
    score, positive = score[order], positive[order]
    last = np.flatnonzero(np.diff(score, append=-np.inf))
    hits = np.cumsum(positive)[last]
    return np.append(0, hits), np.append(0, last + 1 - hits), score[last]
