"""The best epoch so far, and when to stop waiting for a better one."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from typing import Any

from training.errors import SettingError
from training.metrics import LOSS, Metric, metrics_for, metrics_of
from training.objectives import objective_of
from training.recipe import Recipe, Stopping

Metrics = dict[str, dict[str, float | None]]


@dataclass
class Best:
    """The best epoch by one metric.

    epoch: 0 until an epoch had a finite value. reference: the value that the next gain is
    measured from; it moves only by gains that count, so that many tiny ones do not keep a run alive.
    """

    value: float | None = None
    epoch: int = 0
    metrics: Metrics = field(default_factory=dict)
    reference: float | None = None
    stale: int = 0

    def judge(self, epoch: int, value: float | None, metrics: Metrics, metric: Metric, least: float) -> bool:
        """Take an epoch's value into account. Returns whether it is the best so far."""
        if value is None or not math.isfinite(value):
            self.stale += 1
            return False
        if self.reference is None or metric.is_gain(value, self.reference, least):
            self.reference, self.stale = value, 0
        else:
            self.stale += 1
        if self.value is not None and not metric.is_gain(value, self.value):
            return False
        self.value, self.epoch, self.metrics = value, epoch, metrics
        return True

    def is_over(self, stopping: Stopping) -> bool:
        """Whether patience has run out."""
        return stopping.enabled and self.stale >= stopping.patience

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def metric_to_judge_by(recipe: Recipe) -> Metric:
    """The metric that says which epoch is best. Raises SettingError when it does not suit task and loss."""
    task, name = recipe.data.task, recipe.fit.stopping.metric
    known = [LOSS, *metrics_of(objective_of(recipe.fit.objective, task), task)]
    for metric in known:
        if metric.name == name:
            return metric
    suits_task = name in (metric.name for metric in metrics_for(task))
    raise SettingError(
        f"An epoch cannot be judged by {name!r} {'with this loss' if suits_task else 'in this task'}.",
        where="fit.stopping.metric",
        hint=f"Choose {', '.join(metric.name for metric in known)}.",
    )
