"""Metrics computed from all predictions of a split. numpy only; torch tensors on the CPU are taken too.

predictions: what the objective's decoder yields: (n, classes) probabilities, or (n, 1) values in
the target's own unit. target: the array ``target``: uint8 (n, 1), int64 (n,) or float32 (n, 1).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.recipe import Task

Numbers = NDArray[np.float64]
Codes = NDArray[np.int64]

# Probabilities are float32: nothing closer to 0 than this can be told from 0.
_SMALLEST = float(np.finfo(np.float32).eps)


def scores(task: Task, predictions: Any, target: Any, names: Iterable[str]) -> dict[str, float | None]:
    """The named metrics; None where one is undefined (no rows, one class only, a constant target)."""
    functions = _REGRESSION if task == "regression" else _CLASSES
    if task == "regression":
        truth, said = _flat(target), _flat(predictions)
    else:
        truth = np.asarray(target).reshape(-1).astype(np.int64)
        said = np.asarray(predictions, dtype=np.float64)
    if not len(truth):
        return dict.fromkeys(names)
    return {name: _finite(functions[name](said, truth)) for name in names}


def confusion(predictions: Any, target: Any, classes: int) -> Codes:
    """(classes, classes) counts: row = true class, column = predicted class."""
    truth = np.asarray(target).reshape(-1).astype(np.int64)
    said = np.asarray(predictions).argmax(axis=1)
    return np.bincount(truth * classes + said, minlength=classes * classes).reshape(classes, classes)


def per_class(matrix: Codes) -> list[dict[str, float | int | None]]:
    """Rows, precision, recall and F1 of each class; None where a class is never there or never predicted."""
    hits, rows, predicted = matrix.diagonal(), matrix.sum(axis=1), matrix.sum(axis=0)
    return [
        {
            "rows": int(rows[k]),
            "precision": _share(hits[k], predicted[k]),
            "recall": _share(hits[k], rows[k]),
            "f1": _share(2 * hits[k], rows[k] + predicted[k]),
        }
        for k in range(len(matrix))
    ]


def roc_auc(score: Numbers, positive: NDArray[np.bool_]) -> float | None:
    """Chance that a positive row has a higher score than a negative one, ties counting half.

    score, positive: (n,). None when all rows are of one kind.
    """
    count = int(positive.sum())
    others = len(positive) - count
    if not count or not others:
        return None
    _, place, ties = np.unique(score, return_inverse=True, return_counts=True)
    # Rows of one score share the mean of their ranks (from 1).
    mean_rank = np.cumsum(ties) - (ties - 1) / 2
    rank_sum = float(mean_rank[place][positive].sum())
    return (rank_sum - count * (count + 1) / 2) / (count * others)


def _flat(values: Any) -> Numbers:
    return np.asarray(values, dtype=np.float64).reshape(-1)


def _finite(value: float | None) -> float | None:
    return float(value) if value is not None and np.isfinite(value) else None


def _share(part: Any, whole: Any) -> float | None:
    return float(part / whole) if whole else None


def _accuracy(said: Numbers, truth: Codes) -> float:
    return float((said.argmax(axis=1) == truth).mean())


def _balanced(said: Numbers, truth: Codes) -> float | None:
    recalls = [row["recall"] for row in per_class(confusion(said, truth, said.shape[1]))]
    return _mean([value for value in recalls if value is not None])


def _of_classes(field: str) -> Callable[[Numbers, Codes], float | None]:
    """Two classes: of the second one. More: the mean over classes that are there or predicted."""

    def score(said: Numbers, truth: Codes) -> float | None:
        rows = per_class(confusion(said, truth, said.shape[1]))
        if len(rows) == 2:
            return float(rows[1][field] or 0.0)
        return _mean([row[field] or 0.0 for row in rows if row["f1"] is not None])

    return score


def _auc(said: Numbers, truth: Codes) -> float | None:
    classes = [1] if said.shape[1] == 2 else range(said.shape[1])
    areas = [roc_auc(said[:, k], truth == k) for k in classes]
    return _mean([area for area in areas if area is not None])


def _log_loss(said: Numbers, truth: Codes) -> float:
    chosen = np.take_along_axis(said, truth[:, None], axis=1)
    return float(-np.log(np.clip(chosen, _SMALLEST, 1.0)).mean())


def _rmse(said: Numbers, truth: Numbers) -> float:
    return float(np.sqrt(np.square(said - truth).mean()))


def _mae(said: Numbers, truth: Numbers) -> float:
    return float(np.abs(said - truth).mean())


def _r2(said: Numbers, truth: Numbers) -> float | None:
    spread = float(np.square(truth - truth.mean()).sum())
    return 1 - float(np.square(said - truth).sum()) / spread if spread else None


def _mean(values: list[Any]) -> float | None:
    return sum(values) / len(values) if values else None


_CLASSES: dict[str, Callable[..., float | None]] = {
    "accuracy": _accuracy,
    "balanced_accuracy": _balanced,
    "precision": _of_classes("precision"),
    "recall": _of_classes("recall"),
    "f1": _of_classes("f1"),
    "roc_auc": _auc,
    "log_loss": _log_loss,
}
_REGRESSION: dict[str, Callable[..., float | None]] = {"rmse": _rmse, "mae": _mae, "r2": _r2}
