"""One of several classes: a logit for each, softmax over them."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from training.declared import Call
from training.objectives.objective import (
    ClassWeight,
    Objective,
    Target,
    balanced,
    class_weight_field,
    focusing_field,
)


class SeveralClasses(Objective):
    """What all losses of several classes share."""

    tasks = ("multiclass",)
    headline = "accuracy"
    metrics = ("accuracy", "balanced_accuracy", "precision", "recall", "f1", "roc_auc", "log_loss")
    target_type = "int64"
    own_softmax = True

    class_weight: ClassWeight = class_weight_field()

    @classmethod
    def outputs(cls, answers: int) -> int:
        return max(answers, 2)

    def weights(self, target: Target) -> list[float] | None:
        """What a row of each class counts; None where all count alike."""
        return balanced(target) if self.class_weight == "balanced" else None

    def decode(self, target: Target) -> Call:
        return Call("nn.Softmax", dim=1)


class CrossEntropy(SeveralClasses):
    """Learns a probability for each class (torch.nn.CrossEntropyLoss)."""

    title = "Cross-entropy"
    also = ("log loss", "softmax loss", "negative log likelihood")

    label_smoothing: float = Field(
        0.0,
        ge=0.0,
        le=0.5,
        title="Label smoothing",
        description="Share of certainty taken from the true class, against overconfidence.",
        json_schema_extra={"advanced": True},
    )

    def loss(self, target: Target) -> Call:
        return Call("CrossEntropy", self.label_smoothing, self.weights(target))


class Focal(SeveralClasses):
    """Cross-entropy that leaves easy rows aside, for rare classes (arXiv 1708.02002)."""

    also: ClassVar[tuple[str, ...]] = ("imbalanced", "hard rows")

    gamma: float = focusing_field()

    def loss(self, target: Target) -> Call:
        return Call("Focal", self.gamma, self.weights(target))
