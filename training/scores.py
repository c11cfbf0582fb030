"""Metrics computed from all predictions of a split. numpy only; torch tensors on the CPU are taken too.

predictions: what the objective's decoder yields: (n, classes) or (n, labels) probabilities, (n, numbers)
values in each number's own unit, or (n, numbers, 3) with a low, a median and a high one. target: the
array ``target``: uint8 (n, 1) or (n, labels), int64 (n,) or float32 (n, numbers).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.number_scores import ONE_UNIT, Yardstick, number_figures
from training.recipe import Task

Numbers = NDArray[np.float64]
Codes = NDArray[np.int64]

# Probabilities are float32: nothing closer to 0 than this can be told from 0.
_SMALLEST = float(np.finfo(np.float32).eps)
LIKELY = 0.5  # a label with a larger probability is said


def scores(
    task: Task, predictions: Any, target: Any, names: Iterable[str], by: Yardstick = ONE_UNIT
) -> dict[str, float | None]:
    """The named metrics; None where one is undefined (no rows, one class only, a constant target)."""
    said, truth = np.asarray(predictions, dtype=np.float64), np.asarray(target)
    if not len(truth):
        return dict.fromkeys(names)
    if task in ("regression", "forecast"):
        return {name: _finite(_mean(found)) for name, found in number_figures(said, truth, names, by).items()}
    functions = _LABELS if task == "multilabel" else _CLASSES
    known = truth.astype(bool) if task == "multilabel" else truth.reshape(-1).astype(np.int64)
    return {name: _finite(functions[name](said, known)) for name in names}


def confusion(predictions: Any, target: Any, classes: int) -> Codes:
    """(classes, classes) counts: row = true class, column = predicted class."""
    truth = np.asarray(target).reshape(-1).astype(np.int64)
    said = np.asarray(predictions).argmax(axis=1)
    return np.bincount(truth * classes + said, minlength=classes * classes).reshape(classes, classes)


def label_counts(predictions: Any, target: Any) -> NDArray[np.int64]:
    """(labels, 2, 2) counts of each label: row = truly without it and with it, column = said."""
    said, truth = np.asarray(predictions) > LIKELY, np.asarray(target).astype(bool)
    cells = [[(~truth & ~said), (~truth & said)], [(truth & ~said), (truth & said)]]
    return np.array([[cell.sum(axis=0) for cell in row] for row in cells]).transpose(2, 0, 1)


def per_label(predictions: Any, target: Any) -> list[dict[str, float | int | None]]:
    """As ``per_class``, of each label: rows are those that have it."""
    return [per_class(matrix)[1] for matrix in label_counts(predictions, target)]


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


def _subset_accuracy(said: Numbers, truth: NDArray[np.bool_]) -> float:
    return float(((said > LIKELY) == truth).all(axis=1).mean())


def _hamming_loss(said: Numbers, truth: NDArray[np.bool_]) -> float:
    return float(((said > LIKELY) != truth).mean())


def _f1_micro(said: Numbers, truth: NDArray[np.bool_]) -> float | None:
    return per_class(label_counts(said, truth).sum(axis=0))[1]["f1"]


def _f1_macro(said: Numbers, truth: NDArray[np.bool_]) -> float | None:
    """The mean over labels that are there or predicted."""
    found = [row["f1"] for row in per_label(said, truth)]
    return _mean([value for value in found if value is not None])


def _label_auc(said: Numbers, truth: NDArray[np.bool_]) -> float | None:
    """The mean over labels that some rows have and some do not."""
    areas = [roc_auc(said[:, k], truth[:, k]) for k in range(said.shape[1])]
    return _mean([area for area in areas if area is not None])


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
_LABELS: dict[str, Callable[..., float | None]] = {
    "subset_accuracy": _subset_accuracy,
    "hamming_loss": _hamming_loss,
    "f1_micro": _f1_micro,
    "f1_macro": _f1_macro,
    "roc_auc": _label_auc,
}
