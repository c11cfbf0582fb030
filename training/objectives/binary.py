"""One of two classes: one logit, the probability of the second class."""

from __future__ import annotations

from typing import ClassVar

from training.declared import Call
from training.objectives.objective import (
    ClassWeight,
    Objective,
    Target,
    class_weight_field,
    focusing_field,
    positive_weight_field,
    positive_weights,
)


class TwoClasses(Objective):
    """What all losses of two classes share."""

    tasks = ("binary",)
    headline = "roc_auc"
    metrics = ("accuracy", "balanced_accuracy", "precision", "recall", "f1", "roc_auc", "log_loss")
    own_softmax = True

    positive_weight: float = positive_weight_field("the second class")
    class_weight: ClassWeight = class_weight_field()

    @classmethod
    def outputs(cls, answers: int) -> int:
        return 1

    def weights(self, target: Target) -> list[float]:
        """What a row of the second class counts, one of the first being 1."""
        given = positive_weights(target) if self.class_weight == "balanced" else [1.0]
        return [self.positive_weight * weight for weight in given]

    def decode(self, target: Target) -> Call:
        return Call("TwoClasses")


class BinaryCrossEntropy(TwoClasses):
    """Learns the probability of the second of two classes (torch.nn.BCEWithLogitsLoss)."""

    title = "Binary cross-entropy"
    also = ("log loss", "BCE", "logistic loss")

    def loss(self, target: Target) -> Call:
        return Call("BinaryCrossEntropy", self.weights(target))


class BinaryFocal(TwoClasses):
    """Cross-entropy that leaves easy rows aside, for rare classes (arXiv 1708.02002)."""

    title = "Focal"
    also: ClassVar[tuple[str, ...]] = ("imbalanced", "hard rows")

    gamma: float = focusing_field()

    def loss(self, target: Target) -> Call:
        return Call("BinaryFocal", self.gamma, self.weights(target))
