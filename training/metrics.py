"""Metrics by name: what they are called, which tasks they judge and which direction is better.

They are computed in training/scores.py from all predictions of a split, never averaged over batches.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from training.recipe import Task

if TYPE_CHECKING:
    from training.objectives import Objective

CLASSES: tuple[Task, ...] = ("binary", "multiclass")
LABELS: tuple[Task, ...] = ("multilabel",)
NUMBERS: tuple[Task, ...] = ("regression", "forecast")


@dataclass(frozen=True)
class Metric:
    """One figure. range: lowest and highest value that it can take, None where it has no end."""

    name: str
    title: str
    tasks: tuple[Task, ...]
    better: Literal["higher", "lower"]
    description: str
    range: tuple[float | None, float | None] = (0.0, 1.0)

    def is_gain(self, value: float, best: float, by: float = 0.0) -> bool:
        """Whether ``value`` beats ``best`` by more than ``by``. Not a number never does."""
        return value > best + by if self.better == "higher" else value < best - by


_ALL = (
    Metric("accuracy", "Accuracy", CLASSES, "higher", "Share of rows whose class is predicted right."),
    Metric("balanced_accuracy", "Balanced accuracy", CLASSES, "higher",
           "Share predicted right within each class, averaged, so that rare classes count as much."),
    Metric("precision", "Precision", CLASSES, "higher",
           "Of the rows predicted as a class, the share that is. Several classes: their mean."),
    Metric("recall", "Recall", CLASSES, "higher",
           "Of the rows of a class, the share that is found. Several classes: their mean."),
    Metric("f1", "F1", CLASSES, "higher",
           "One figure for precision and recall (harmonic mean). Several classes: their mean."),
    Metric("subset_accuracy", "Subset accuracy", LABELS, "higher",
           "Share of rows whose labels are all predicted right, none missing and none too many."),
    Metric("hamming_loss", "Hamming loss", LABELS, "lower",
           "Share of all yes and no answers, one a label, that are wrong."),
    Metric("f1_micro", "Micro F1", LABELS, "higher",
           "One figure for precision and recall (harmonic mean) over all labels together."),
    Metric("f1_macro", "Macro F1", LABELS, "higher",
           "The mean of each label's F1, so that rare labels count as much."),
    Metric("roc_auc", "ROC AUC", CLASSES + LABELS, "higher",
           "How often a row of a class is ranked above a row of another: 0.5 is guessing, 1 is perfect. "
           "Several classes or labels: their mean."),
    Metric("log_loss", "Log loss", CLASSES, "lower",
           "How surprised the predicted probabilities are by the truth.", (0.0, None)),
    Metric("rmse", "RMSE", NUMBERS, "lower",
           "Typical error in the target's own unit; large errors count more.", (0.0, None)),
    Metric("mae", "MAE", NUMBERS, "lower",
           "Mean distance to the truth in the target's own unit.", (0.0, None)),
    Metric("r2", "R²", NUMBERS, "higher",
           "Share of the target's variation that is explained: 1 is perfect, 0 is the mean.", (None, 1.0)),
    Metric("mase", "MASE", ("forecast",), "lower",
           "Mean distance to the truth in multiples of what saying the last seen value is off by on the "
           "training rows: below 1 is better than that (Hyndman and Koehler, 2006).", (0.0, None)),
    Metric("pinball", "Pinball loss", NUMBERS, "lower",
           "How far the predicted range and its median are from the truth, each weighted by its level.",
           (0.0, None)),
    Metric("coverage_error", "Coverage error", NUMBERS, "lower",
           "How far the share of true values within the predicted range is from the share that is wanted."),
    Metric("poisson_deviance", "Poisson deviance", NUMBERS, "lower",
           "Distance of counts from the predicted means, relative to these.", (0.0, None)),
)  # fmt: skip

METRICS: dict[str, Metric] = {metric.name: metric for metric in _ALL}

# The training loss itself can drive "best" and early stopping; it is no metric of a report.
LOSS = Metric(
    "loss",
    "Loss",
    CLASSES + LABELS + NUMBERS,
    "lower",
    "What training makes small.",
    (None, None),
)


def metrics_for(task: Task) -> list[Metric]:
    """The metrics of a task, the most telling first."""
    return [metric for metric in METRICS.values() if task in metric.tasks]


def metrics_of(objective: Objective | type[Objective], task: Task) -> list[Metric]:
    """The metrics that runs with this objective are judged by, in its order."""
    return [METRICS[name] for name in objective.metrics if task in METRICS[name].tasks]


def metric_named(name: str) -> Metric | None:
    """The metric of this name; "loss" is one too. None when there is none."""
    return LOSS if name == LOSS.name else METRICS.get(name)
