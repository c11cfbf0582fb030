"""Scores to predictions: the end of an exported model."""

from __future__ import annotations

import torch
from torch import nn


class TwoClasses(nn.Module):
    """One logit (B, 1) to the probabilities of both classes (B, 2)."""

    def forward(self, scores: torch.Tensor) -> torch.Tensor:
        return torch.sigmoid(torch.cat([-scores, scores], dim=1))


class Rescale(nn.Module):
    """Standardised values (B, numbers) to each number's own unit."""

    mean: torch.Tensor
    std: torch.Tensor

    def __init__(self, mean: list[float], std: list[float]) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(mean), persistent=False)
        self.register_buffer("std", torch.tensor(std), persistent=False)

    def forward(self, scores: torch.Tensor) -> torch.Tensor:
        return scores * self.std + self.mean


class Quantiles(nn.Module):
    """Standardised values (B, numbers * levels) to (B, numbers, levels) in each number's own unit, in order.

    Sorting what crosses never makes it worse (Chernozhukov and others, Econometrica 78, 2010).
    """

    mean: torch.Tensor
    std: torch.Tensor

    def __init__(self, mean: list[float], std: list[float], levels: int) -> None:
        super().__init__()
        self.levels = levels
        self.register_buffer("mean", torch.tensor(mean).unsqueeze(1), persistent=False)
        self.register_buffer("std", torch.tensor(std).unsqueeze(1), persistent=False)

    def forward(self, scores: torch.Tensor) -> torch.Tensor:
        values = scores.reshape(-1, *self.mean.shape[:1], self.levels) * self.std + self.mean
        return torch.sort(values, dim=2).values


class Rate(nn.Module):
    """The logarithm of a rate (B, numbers) in multiples of a mean, to the rate."""

    mean: torch.Tensor

    def __init__(self, mean: list[float]) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(mean), persistent=False)

    def forward(self, scores: torch.Tensor) -> torch.Tensor:
        return torch.exp(scores) * self.mean
