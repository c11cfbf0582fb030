"""Several networks in one that share most weights: BatchEnsemble (arXiv 2002.06715), TabM (2410.24210)."""

from __future__ import annotations

import math

import torch
from torch import nn


class Ensemble(nn.Module):
    """Hands the row to k members, each with its own signs: (B, dim) to (B, k, dim)."""

    def __init__(self, dim: int, k: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.randint(0, 2, (k, dim)) * 2.0 - 1.0)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.unsqueeze(1) * self.scale


class BatchEnsembleLinear(nn.Module):
    """One Linear for all members, with scales and a bias of each: (B, k, inputs) to (B, k, units)."""

    def __init__(self, k: int, inputs: int, units: int, bias: bool = True) -> None:
        super().__init__()
        bound = 1 / math.sqrt(inputs)
        self.weight = nn.Parameter(torch.empty(units, inputs).uniform_(-bound, bound))
        self.scale_in = nn.Parameter(torch.ones(k, inputs))
        self.scale_out = nn.Parameter(torch.ones(k, units))
        self.bias = nn.Parameter(torch.empty(k, units).uniform_(-bound, bound)) if bias else None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = nn.functional.linear(x * self.scale_in, self.weight) * self.scale_out
        return x if self.bias is None else x + self.bias


class MemberLinear(nn.Module):
    """A Linear of each member's own: (B, k, inputs) to (B, k, units)."""

    def __init__(self, k: int, inputs: int, units: int, bias: bool = True) -> None:
        super().__init__()
        bound = 1 / math.sqrt(inputs)
        self.weight = nn.Parameter(torch.empty(k, inputs, units).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(k, units).uniform_(-bound, bound)) if bias else None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = (x.transpose(0, 1) @ self.weight).transpose(0, 1)
        return x if self.bias is None else x + self.bias


class MemberMean(nn.Module):
    """The mean of the members: (B, k, dim) to (B, dim)."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.mean(dim=1)
