"""Objectives: what a network is trained for. Each says its head, its loss, its decoding and its metrics.

The torch parts are made from the Calls by training/losses.py.
"""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field

from training.declared import Call, Declared, clipped
from training.errors import SettingError
from training.layers import Layer
from training.layers.core import Linear
from training.recipe import Named, Task


class Objective(Declared):
    """What is made small, and how outputs become predictions.

    The network's head yields *scores*: (B, 1) logits for two classes, (B, classes) logits for
    more, (B, 1) standardised values for regression. ``decode`` turns scores into what people
    read, and is part of the exported model: (B, classes) probabilities, or (B, 1) values in the
    target's own unit.
    """

    tasks: ClassVar[tuple[Task, ...]]
    headline: ClassVar[str]  # the metric shown first
    metrics: ClassVar[tuple[str, ...]]
    target_type: ClassVar[str] = "float32"  # of the target that ``loss`` takes
    own_softmax: ClassVar[bool] = False  # the loss applies softmax or sigmoid itself

    @classmethod
    def outputs(cls, classes: int) -> int:
        """How many scores the head yields for a target with so many classes (0: a number)."""
        return 1

    def head(self, classes: int) -> Layer:
        """The last layer, which the objective owns."""
        return Linear(units=self.outputs(classes))

    def loss(self) -> Call:
        """The loss over scores and the prepared target (training.losses.prepare_target)."""
        raise NotImplementedError(type(self).__name__)

    def decode(self, target: dict[str, Any]) -> Call:
        """Scores to predictions. target: ``state["target"]``."""
        raise NotImplementedError(type(self).__name__)


class BinaryCrossEntropy(Objective):
    """Learns the probability of the second of two classes (torch.nn.BCEWithLogitsLoss)."""

    title = "Binary cross-entropy"
    also = ("log loss", "BCE", "logistic loss")
    tasks = ("binary",)
    headline = "roc_auc"
    metrics = ("accuracy", "balanced_accuracy", "precision", "recall", "f1", "roc_auc", "log_loss")
    own_softmax = True

    positive_weight: float = Field(
        1.0,
        gt=0.0,
        le=1000.0,
        title="Weight of the second class",
        description="More than 1 makes missing the second class cost more.",
        json_schema_extra={"advanced": True},
    )

    def loss(self) -> Call:
        return Call("BinaryCrossEntropy", positive_weight=self.positive_weight)

    def decode(self, target: dict[str, Any]) -> Call:
        return Call("TwoClasses")


class CrossEntropy(Objective):
    """Learns a probability for each class (torch.nn.CrossEntropyLoss)."""

    title = "Cross-entropy"
    also = ("log loss", "softmax loss", "negative log likelihood")
    tasks = ("multiclass",)
    headline = "accuracy"
    metrics = ("accuracy", "balanced_accuracy", "precision", "recall", "f1", "roc_auc", "log_loss")
    target_type = "int64"
    own_softmax = True

    label_smoothing: float = Field(
        0.0,
        ge=0.0,
        le=0.5,
        title="Label smoothing",
        description="Share of certainty taken from the true class, against overconfidence.",
        json_schema_extra={"advanced": True},
    )

    @classmethod
    def outputs(cls, classes: int) -> int:
        return max(classes, 2)

    def loss(self) -> Call:
        return Call("nn.CrossEntropyLoss", label_smoothing=self.label_smoothing)

    def decode(self, target: dict[str, Any]) -> Call:
        return Call("nn.Softmax", dim=1)


class Regression(Objective):
    """A number: the target is standardised for training and predictions are turned back."""

    tasks = ("regression",)
    headline = "r2"
    metrics = ("rmse", "mae", "r2")

    def decode(self, target: dict[str, Any]) -> Call:
        return Call("Rescale", *scale_of(target))


class MSE(Regression):
    """Makes the mean squared error small: predicts the mean, large errors count most (torch.nn.MSELoss)."""

    title = "Mean squared error"
    also = ("L2",)

    def loss(self) -> Call:
        return Call("nn.MSELoss")


class MAE(Regression):
    """Makes the mean absolute error small: predicts the median, outliers count little (torch.nn.L1Loss)."""

    title = "Mean absolute error"
    also = ("L1",)

    def loss(self) -> Call:
        return Call("nn.L1Loss")


class Huber(Regression):
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

    def loss(self) -> Call:
        return Call("nn.HuberLoss", delta=self.delta)


OBJECTIVES: dict[str, type[Objective]] = {
    objective.name: objective for objective in (BinaryCrossEntropy, CrossEntropy, MSE, MAE, Huber)
}


def objectives_for(task: Task) -> list[type[Objective]]:
    """The objectives that suit a task; the first is what "auto" takes."""
    return [objective for objective in OBJECTIVES.values() if task in objective.tasks]


def objective_of(named: Named, task: Task) -> Objective:
    """The objective that a recipe names; "auto" is the task's first.

    Raises SettingError when there is none of that name, it does not suit, or a field is wrong.
    """
    suited = objectives_for(task)
    if named.name == "auto":
        return suited[0].read(named.settings, "fit.objective")
    chosen = OBJECTIVES.get(named.name)
    choices = ", ".join(objective.name for objective in suited)
    if chosen is None:
        raise SettingError(
            f"There is no loss called “{clipped(named.name)}”.",
            where="fit.objective.name",
            hint=f"Choose auto, {choices}.",
        )
    if chosen not in suited:
        raise SettingError(
            f"{chosen.title} does not suit this task ({task}).",
            where="fit.objective.name",
            hint=f"Choose auto, {choices}.",
        )
    return chosen.read(named.settings, "fit.objective")


def scale_of(target: dict[str, Any]) -> tuple[float, float]:
    """Mean and deviation by which a regression target is standardised; a constant one keeps its unit."""
    return float(target.get("mean") or 0.0), float(target.get("std") or 1.0)
