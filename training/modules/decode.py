"""Scores to predictions: the end of an exported model."""

from __future__ import annotations

import torch
from torch import nn


class TwoClasses(nn.Module):
    """One logit (B, 1) to the probabilities of both classes (B, 2)."""

    def forward(self, scores: torch.Tensor) -> torch.Tensor:
        return torch.sigmoid(torch.cat([-scores, scores], dim=1))


class Rescale(nn.Module):
    """Standardised values (B, 1) to the target's own unit."""

    def __init__(self, mean: float, std: float) -> None:
        super().__init__()
        self.mean = mean
        self.std = std

    def forward(self, scores: torch.Tensor) -> torch.Tensor:
        return scores * self.std + self.mean
