"""The report: a trained network on the test split, beside a trivial baseline on the same rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch

from training.baselines import baseline_of
from training.batches import rows_of
from training.encode import Encoded
from training.encode.repeats import repeated
from training.errors import DataError
from training.headline import listed, sentence
from training.judging import predictions_of, scores_on
from training.metrics import METRICS, NUMBERS, Metric, metrics_of
from training.number_scores import yardstick_of
from training.objectives import objective_of
from training.recipe import Recipe
from training.scores import scores
from training.sections import forecast_of, sections_of
from training.weights import trained
from training.words import counted


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
    return report_of(recipe, encoded, predictions, rows.truth)


def report_of(recipe: Recipe, encoded: Encoded, predictions: np.ndarray, truth: np.ndarray) -> dict[str, Any]:
    """The report of the objective's predictions against the encoded target of the test rows."""
    task, target = recipe.data.task, encoded.state["target"]
    objective = objective_of(recipe.fit.objective, task)
    by = yardstick_of(target, objective.levels)
    judged = metrics_of(objective, task)
    names = [metric.name for metric in judged]
    trivial, baseline = baseline_of(objective, target, encoded)
    ours, theirs = (scores(task, said, truth, names, by) for said in (predictions, trivial))
    parts = sections_of(target, predictions, trivial, truth, by)
    counts = np.bincount(encoded.parts, minlength=3).tolist()
    main = objective.headline
    return {
        "task": task,
        "target": listed([column["name"] for column in target.get("columns") or [target]]),
        "outputs": target.get("names") or [target["name"]],
        "rows": dict(zip(("training", "validation", "test"), counts, strict=True)),
        "left_out": encoded.left_out,
        "repeated": repeated(encoded),
        "classes": target["classes"],
        "headline": {
            "metric": main,
            "title": METRICS[main].title,
            "value": ours[main],
            "baseline": theirs[main],
            "sentence": sentence(target, ours, theirs, baseline, len(truth), parts["coverage"]),
        },
        "baseline": baseline,
        "metrics": [_metric(metric, ours[metric.name], theirs[metric.name], target) for metric in judged],
        **parts,
        "forecast": forecast_of(encoded, predictions, truth, objective.levels, parts["per_output"]),
    }


def _metric(
    metric: Metric, value: float | None, baseline: float | None, target: dict[str, Any]
) -> dict[str, Any]:
    told = {
        "name": metric.name,
        "title": metric.title,
        "value": value,
        "baseline": baseline,
        "better": metric.better,
        "description": _description(metric, target),
    }
    if value is None:
        told["reason"] = _UNDEFINED.get(
            f"{metric.name} of {target['task']}",
            _UNDEFINED.get(metric.name, "It is not defined on these test rows."),
        )
    return told


def _description(metric: Metric, target: dict[str, Any]) -> str:
    """What a figure says; of several numbers it is their mean."""
    count, columns = len(target.get("names") or [""]), len(target.get("columns") or [""])
    if count == 1 or not set(metric.tasks) & set(NUMBERS):
        return metric.description
    text = metric.description
    if columns > 1:
        text = text.replace("in the target's own unit", "in deviations of each target")
    return f"{text} The mean of {counted(count, 'number')}."


_UNDEFINED = {
    "roc_auc": "All test rows are of one class, so there is nothing to rank.",
    "roc_auc of multilabel": "Every label is in all test rows or in none, so there is nothing to rank.",
    "r2": "The target is the same in all test rows, so there is no variation to explain.",
    "mase": "The target never changes in the training rows, so there is nothing to compare with.",
    "poisson_deviance": "A predicted mean is not above 0.",
}
