"""Losses that PyTorch lacks, or has with other arguments: scores and prepared target to a mean, a scalar."""

from __future__ import annotations

import math

import torch
from torch import nn


class BinaryCrossEntropy(nn.Module):
    """Cross-entropy of logits and a target of 0 and 1, both (B, k), the ones weighted: [k] or [1]."""

    weight: torch.Tensor | None

    def __init__(self, positive_weight: list[float]) -> None:
        super().__init__()
        plain = all(weight == 1.0 for weight in positive_weight)
        self.register_buffer("weight", None if plain else torch.tensor(positive_weight), persistent=False)

    def forward(self, scores: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        return nn.functional.binary_cross_entropy_with_logits(scores, target, pos_weight=self.weight)


class CrossEntropy(nn.Module):
    """Cross-entropy of logits (B, classes) and class numbers (B,); weights: of each class."""

    weight: torch.Tensor | None

    def __init__(self, label_smoothing: float = 0.0, weights: list[float] | None = None) -> None:
        super().__init__()
        self.label_smoothing = label_smoothing
        self.register_buffer("weight", None if weights is None else torch.tensor(weights), persistent=False)

    def forward(self, scores: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        return nn.functional.cross_entropy(
            scores, target, weight=self.weight, label_smoothing=self.label_smoothing
        )


class BinaryFocal(nn.Module):
    """(1 - p)^gamma * -log p of the true one of two classes (arXiv 1708.02002), the ones weighted."""

    weight: torch.Tensor

    def __init__(self, gamma: float, positive_weight: list[float]) -> None:
        super().__init__()
        self.gamma = gamma
        self.register_buffer("weight", torch.tensor(positive_weight), persistent=False)

    def forward(self, scores: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        costs = nn.functional.binary_cross_entropy_with_logits(scores, target, reduction="none")
        # A power below 1 has an endless slope at 0.
        focus = (1 - torch.exp(-costs)).clamp_min(1e-7) ** self.gamma
        weights = 1 + (self.weight - 1) * target
        return (weights * focus * costs).mean()


class Focal(nn.Module):
    """(1 - p)^gamma * -log p of the true class (arXiv 1708.02002); weights: of each class."""

    weight: torch.Tensor | None

    def __init__(self, gamma: float, weights: list[float] | None = None) -> None:
        super().__init__()
        self.gamma = gamma
        self.register_buffer("weight", None if weights is None else torch.tensor(weights), persistent=False)

    def forward(self, scores: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        costs = nn.functional.cross_entropy(scores, target, reduction="none")
        focused = (1 - torch.exp(-costs)).clamp_min(1e-7) ** self.gamma * costs
        if self.weight is None:
            return focused.mean()
        weights = self.weight[target]
        return (weights * focused).sum() / weights.sum()  # as nn.CrossEntropyLoss does


class LogCosh(nn.Module):
    """log(cosh(error)), in a form that does not overflow."""

    def forward(self, scores: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        far = (scores - target).abs()
        return (far + nn.functional.softplus(-2 * far) - math.log(2)).mean()


class Pinball(nn.Module):
    """Scores (B, numbers * levels), those of a number side by side, against numbers (B, numbers)."""

    levels: torch.Tensor

    def __init__(self, levels: list[float]) -> None:
        super().__init__()
        self.register_buffer("levels", torch.tensor(levels), persistent=False)

    def forward(self, scores: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        under = target.unsqueeze(2) - scores.reshape(*target.shape, -1)
        return torch.maximum(self.levels * under, (self.levels - 1) * under).mean()
