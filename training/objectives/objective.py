"""What an objective is: the head that it asks for, its loss, its decoding and the figures that judge it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from pydantic import Field

from training.declared import Call, Declared
from training.layers import Layer
from training.layers.core import Linear
from training.recipe import Task

ClassWeight = Literal["none", "balanced"]
Target = dict[str, Any]  # ``state["target"]``


class Objective(Declared):
    """What is made small, and how the network's scores become predictions.

    The head yields scores (B, outputs); ``decode`` turns them into what people read, and is part of
    the exported model:

        two classes       (B, 1) logits                  -> (B, 2) probabilities
        several classes   (B, classes) logits            -> (B, classes) probabilities
        several labels    (B, labels) logits             -> (B, labels) probabilities, each by itself
        numbers           (B, numbers) standardised      -> (B, numbers) in the users' units
        quantiles         (B, numbers * 3) standardised  -> (B, numbers, 3): low, median, high

    A forecast's numbers are horizon * targets, the next row's targets first.
    """

    tasks: ClassVar[tuple[Task, ...]]
    headline: ClassVar[str]  # the metric shown first; what better means is said by training.metrics
    metrics: ClassVar[tuple[str, ...]]
    target_type: ClassVar[str] = "float32"  # of the target that ``loss`` takes
    own_softmax: ClassVar[bool] = False  # the loss applies softmax or sigmoid itself

    @classmethod
    def outputs(cls, answers: int) -> int:
        """How many scores the head yields. answers: how many classes, labels or numbers are predicted."""
        return answers

    def head(self, answers: int) -> Layer:
        """The last layer, which the objective owns."""
        return Linear(units=self.outputs(answers))

    def check(self, columns: Iterable[dict[str, Any]]) -> None:
        """Raises SettingError for targets that the loss cannot learn. columns: their name, and min."""

    def shift_and_scale(self, target: Target) -> tuple[list[float], list[float]] | None:
        """What is taken off each number and what it is then divided by, before the loss; None for classes."""
        return None

    @property
    def levels(self) -> tuple[float, ...]:
        """The quantiles that each number is predicted at; none where it is one value."""
        return ()

    def loss(self, target: Target) -> Call:
        """The loss over scores and the prepared target (training.losses.prepare_target)."""
        raise NotImplementedError(type(self).__name__)

    def decode(self, target: Target) -> Call:
        """Scores to predictions."""
        raise NotImplementedError(type(self).__name__)


def answers_in(target: Target) -> int:
    """How many classes, labels or numbers a target has."""
    return len(target.get("classes") or target.get("names") or [target["name"]])


def class_weight_field() -> Any:
    return Field(
        "none",
        title="Class weights",
        description="Balanced: an error on a rare class costs more, so that every class counts alike.",
        json_schema_extra={"advanced": True},
    )


def focusing_field() -> Any:
    return Field(
        2.0,
        ge=0.0,
        le=10.0,
        title="Focus",
        description="How much rows that are right already are left aside; 0 is plain cross-entropy.",
    )


def positive_weight_field(of: str) -> Any:
    return Field(
        1.0,
        gt=0.0,
        le=1000.0,
        title=f"Weight of {of}",
        description="More than 1 makes missing it cost more.",
        json_schema_extra={"advanced": True},
    )


def balanced(target: Target) -> list[float]:
    """A weight for each class, n / (classes * rows of it): scikit-learn's "balanced"."""
    counts = [max(count, 1) for count in target["counts"]]
    return [target["rows"] / (len(counts) * count) for count in counts]


def positive_weights(target: Target) -> list[float]:
    """For each label, or the second of two classes: rows without it per row with it, of the training rows."""
    counts = target["counts"] if target["task"] == "multilabel" else target["counts"][1:]
    return [max(target["rows"] - count, 1) / max(count, 1) for count in counts]
