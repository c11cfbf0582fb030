"""What RealMLP is made of (arXiv 2407.04491)."""

from __future__ import annotations

import math

import torch
from torch import nn


class Scaling(nn.Module):
    """A learned factor for each value, 1 at first: a soft choice of columns."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(dim))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.scale


class NTKLinear(nn.Module):
    """A Linear whose weights begin at deviation 1 and are divided by the root of the inputs."""

    def __init__(self, inputs: int, units: int, bias: bool = True) -> None:
        super().__init__()
        self.factor = 1 / math.sqrt(inputs)
        self.weight = nn.Parameter(torch.randn(units, inputs))
        self.bias = nn.Parameter(torch.randn(units)) if bias else None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return nn.functional.linear(self.factor * x, self.weight, self.bias)


class ParametricActivation(nn.Module):
    """Each value learns how much of the activation it takes: x + share · (activation(x) − x), 1 at first."""

    def __init__(self, dim: int, activation: str = "Mish") -> None:
        super().__init__()
        self.share = nn.Parameter(torch.ones(dim))
        self.activation = getattr(nn, activation)()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        bent: torch.Tensor = self.activation(x)
        return x + self.share * (bent - x)
