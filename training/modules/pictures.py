"""Modules for pictures."""

from __future__ import annotations

import torch
from torch import nn


class Pixels(nn.Module):
    """Bytes (B, C, H, W) become numbers: divided by 255, then standardised per channel if asked for.

    ``prepare`` measures the channels' means and deviations on training pictures.
    """

    mean: torch.Tensor
    scale: torch.Tensor

    def __init__(self, channels: int, standardise: bool = True) -> None:
        super().__init__()
        self.standardise = standardise
        self.register_buffer("mean", torch.zeros(channels, 1, 1))
        self.register_buffer("scale", torch.full((channels, 1, 1), 255.0))

    def prepare(self, pictures: torch.Tensor) -> None:
        if self.standardise:
            values = pictures.to(torch.float64)
            deviation = values.std(dim=(0, 2, 3), correction=0)
            self.mean.copy_(values.mean(dim=(0, 2, 3))[:, None, None])
            self.scale.copy_(torch.where(deviation > 1e-3, deviation, 255.0)[:, None, None])

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        return (pictures.to(self.mean.dtype) - self.mean) / self.scale
