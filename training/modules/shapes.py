"""Modules that change how values are laid out."""

from __future__ import annotations

import torch
from torch import nn


class Reshape(nn.Module):
    """Each row in another form: (B, …) becomes (B, *sizes)."""

    def __init__(self, *sizes: int) -> None:
        super().__init__()
        self.sizes = sizes

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.reshape(x.shape[0], *self.sizes)


class Permute(nn.Module):
    """The sizes of a row in another order; ``order`` counts from 1, the batch stays in front."""

    def __init__(self, *order: int) -> None:
        super().__init__()
        self.order = order

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.permute(0, *self.order)
