"""Losses that PyTorch lacks, or has with other arguments."""

from __future__ import annotations

import torch
from torch import nn


class BinaryCrossEntropy(nn.Module):
    """Cross-entropy of one logit (B, 1) and a target of 0 and 1, the ones weighted."""

    weight: torch.Tensor | None

    def __init__(self, positive_weight: float = 1.0) -> None:
        super().__init__()
        weight = None if positive_weight == 1.0 else torch.tensor([positive_weight])
        self.register_buffer("weight", weight, persistent=False)

    def forward(self, scores: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        return nn.functional.binary_cross_entropy_with_logits(scores, target, pos_weight=self.weight)
