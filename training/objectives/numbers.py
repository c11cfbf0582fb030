"""Numbers, one or several: each is standardised for training, and predictions are turned back."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from training.declared import Call
from training.objectives.objective import Objective, Target, answers_in


class Numbers(Objective):
    """What all losses of numbers share."""

    tasks = ("regression", "forecast")
    headline = "r2"
    metrics: ClassVar[tuple[str, ...]] = ("rmse", "mae", "r2", "mase")

    def shift_and_scale(self, target: Target) -> tuple[list[float], list[float]]:
        return scale_of(target)

    def decode(self, target: Target) -> Call:
        return Call("Rescale", *scale_of(target))


class MSE(Numbers):
    """Makes the mean squared error small: predicts the mean, large errors count most (torch.nn.MSELoss)."""

    title = "Mean squared error"
    also = ("L2",)

    def loss(self, target: Target) -> Call:
        return Call("nn.MSELoss")


class MAE(Numbers):
    """Makes the mean absolute error small: predicts the median, outliers count little (torch.nn.L1Loss)."""

    title = "Mean absolute error"
    also = ("L1",)

    def loss(self, target: Target) -> Call:
        return Call("nn.L1Loss")


class Huber(Numbers):
    """Squared for small errors, absolute for large ones: a middle way (torch.nn.HuberLoss)."""

    title = "Huber"
    also = ("smooth L1",)

    delta: float = Field(
        1.0,
        gt=0.0,
        le=100.0,
        title="Delta",
        description="Errors above this, in deviations of the target, count as absolute.",
    )

    def loss(self, target: Target) -> Call:
        return Call("nn.HuberLoss", delta=self.delta)


class LogCosh(Numbers):
    """The logarithm of the error's hyperbolic cosine: like Huber, and smooth everywhere."""

    title = "Log-cosh"
    also = ("smooth", "hyperbolic cosine")

    def loss(self, target: Target) -> Call:
        return Call("LogCosh")


def scale_of(target: Target) -> tuple[list[float], list[float]]:
    """Mean and deviation by which each number is standardised; a constant one keeps its unit."""
    count = answers_in(target)
    means, deviations = target.get("mean") or [0.0] * count, target.get("std") or [1.0] * count
    return [float(mean) for mean in means], [float(std or 1.0) for std in deviations]
