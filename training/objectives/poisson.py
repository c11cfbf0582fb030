"""Counts: how often something happens, 0 or more."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from training.declared import Call
from training.errors import SettingError
from training.objectives.numbers import Numbers, scale_of
from training.objectives.objective import Target


class Poisson(Numbers):
    """For counts: predicts a mean above 0, and errors count relative to it (torch.nn.PoissonNLLLoss).

    Scores are the logarithm of the rate in multiples of the training rows' mean. That is the Poisson
    likelihood but for a constant factor, and large counts are learned as fast as small ones.
    """

    also = ("counts", "log link", "rate")
    headline = "poisson_deviance"
    metrics = ("poisson_deviance", *Numbers.metrics)

    def check(self, columns: Iterable[dict[str, Any]]) -> None:
        for column in columns:
            if (column.get("min") or 0) < 0:
                raise SettingError(
                    f"Poisson learns counts, which are 0 or more, and {column['name']} has values below 0.",
                    where="fit.objective.name",
                    hint="Choose another loss, such as the mean squared error, or another target.",
                )

    def shift_and_scale(self, target: Target) -> tuple[list[float], list[float]]:
        means, _ = scale_of(target)
        return [0.0] * len(means), [mean if mean > 0 else 1.0 for mean in means]

    def loss(self, target: Target) -> Call:
        return Call("nn.PoissonNLLLoss")

    def decode(self, target: Target) -> Call:
        return Call("Rate", self.shift_and_scale(target)[1])
