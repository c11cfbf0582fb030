"""The report: a trained network on the test split, beside a trivial baseline on the same rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch

from training.batches import rows_of
from training.curves import precision_recall_curves, residuals, roc_curves, scatter
from training.encode import Encoded
from training.errors import DataError
from training.headline import number, sentence
from training.judging import predictions_of, scores_on
from training.metrics import METRICS, Metric
from training.recipe import Recipe
from training.scores import confusion, per_class, scores
from training.weights import trained


def report(recipe: Recipe, encoded: Encoded, folder: Path) -> dict[str, Any]:
    """How good the best weights of ``folder`` are on rows that training never saw: plain, finite JSON.

    A metric that is undefined on these rows has value None and a ``reason``.
    Raises DataError without test rows, EngineError when the weights cannot be read.
    """
    if not (encoded.parts == 2).any():
        raise DataError(
            "There are no test rows to judge the model by.",
            where="data.split.test",
            hint="Raise the test share, or add rows.",
        )
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        parts = trained(recipe, encoded.state, folder)
        rows = rows_of(encoded.arrays, encoded.parts == 2, parts.arrays, "cpu", parts.prepare_target)
        predictions = predictions_of(parts, scores_on(parts, rows))
    finally:
        torch.set_num_threads(threads)
    return report_of(
        recipe, encoded, predictions, rows.truth, list(parts.objective.metrics), parts.objective.headline
    )


def report_of(
    recipe: Recipe,
    encoded: Encoded,
    predictions: np.ndarray,
    truth: np.ndarray,
    names: list[str],
    headline: str,
) -> dict[str, Any]:
    """The report of predictions (n, classes) or (n, 1) against the encoded target of the test rows."""
    task, target = recipe.data.task, encoded.state["target"]
    trivial, baseline = baseline_of(task, target, encoded, len(truth))
    ours = scores(task, predictions, truth, names)
    theirs = scores(task, trivial, truth, names)
    counts = np.bincount(encoded.parts, minlength=3).tolist()
    metric = METRICS[headline]
    is_number = task == "regression"
    return {
        "task": task,
        "target": target["name"],
        "rows": dict(zip(("training", "validation", "test"), counts, strict=True)),
        "classes": None if is_number else target["classes"],
        "headline": {
            "metric": headline,
            "title": metric.title,
            "value": ours[headline],
            "baseline": theirs[headline],
            "sentence": sentence(task, target["name"], ours, theirs, baseline, len(truth)),
        },
        "baseline": baseline,
        "metrics": [_metric(METRICS[name], ours[name], theirs[name]) for name in names],
        **(
            _of_numbers(predictions, truth)
            if is_number
            else _of_classes(predictions, truth, target["classes"])
        ),
    }


def baseline_of(
    task: str, target: dict[str, Any], encoded: Encoded, rows: int
) -> tuple[np.ndarray, dict[str, str]]:
    """What one would say without a model, for so many rows: the mean, or the shares of the classes."""
    known = np.asarray(encoded.arrays["target"][encoded.parts == 0]).reshape(-1)
    if task == "regression":
        mean = float(known.mean(dtype=np.float64))
        return np.full((rows, 1), mean), {
            "name": "mean",
            "title": f"Always saying the mean, {number(mean)}",
            "answer": number(mean),
        }
    shares = np.bincount(known.astype(np.int64), minlength=len(target["classes"])) / len(known)
    answer = target["classes"][int(shares.argmax())]
    return np.tile(shares, (rows, 1)), {
        "name": "majority",
        "title": f"Always saying {answer}",
        "answer": answer,
    }


def _metric(metric: Metric, value: float | None, baseline: float | None) -> dict[str, Any]:
    told = {
        "name": metric.name,
        "title": metric.title,
        "value": value,
        "baseline": baseline,
        "better": metric.better,
        "description": metric.description,
    }
    if value is None:
        told["reason"] = _UNDEFINED.get(metric.name, "It is not defined on these test rows.")
    return told


_UNDEFINED = {
    "roc_auc": "All test rows are of one class, so there is nothing to rank.",
    "r2": "The target is the same in all test rows, so there is no variation to explain.",
}


def _of_classes(shares: np.ndarray, truth: np.ndarray, classes: list[str]) -> dict[str, Any]:
    flat = truth.reshape(-1).astype(np.int64)
    matrix = confusion(shares, flat, len(classes))
    return {
        "confusion": matrix.tolist(),
        "per_class": [{"class": name, **row} for name, row in zip(classes, per_class(matrix), strict=True)],
        "roc": roc_curves(shares, flat, classes),
        "precision_recall": precision_recall_curves(shares, flat, classes),
        "scatter": None,
        "residuals": None,
    }


def _of_numbers(predictions: np.ndarray, truth: np.ndarray) -> dict[str, Any]:
    said, true = (values.reshape(-1).astype(np.float64) for values in (predictions, truth))
    finite = np.isfinite(said)
    said, true = said[finite], true[finite]
    return {
        "confusion": None,
        "per_class": None,
        "roc": None,
        "precision_recall": None,
        "scatter": scatter(said, true),
        "residuals": residuals(said, true),
    }
