"""Any of several labels: a logit for each, and a yes or no for each by itself."""

from __future__ import annotations

from training.declared import Call
from training.objectives.objective import (
    ClassWeight,
    Objective,
    Target,
    class_weight_field,
    positive_weight_field,
    positive_weights,
)


class LabelCrossEntropy(Objective):
    """Learns the probability of each label by itself (torch.nn.BCEWithLogitsLoss)."""

    title = "Binary cross-entropy per label"
    also = ("log loss", "BCE", "multi-label")
    tasks = ("multilabel",)
    headline = "f1_micro"
    metrics = ("subset_accuracy", "hamming_loss", "f1_micro", "f1_macro", "roc_auc")
    own_softmax = True

    positive_weight: float = positive_weight_field("a label")
    class_weight: ClassWeight = class_weight_field()

    def loss(self, target: Target) -> Call:
        given = positive_weights(target) if self.class_weight == "balanced" else [1.0]
        return Call("BinaryCrossEntropy", [self.positive_weight * weight for weight in given])

    def decode(self, target: Target) -> Call:
        return Call("nn.Sigmoid")
