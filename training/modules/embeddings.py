"""Vectors for numbers, categories and columns."""

from __future__ import annotations

import math

import torch
from torch import nn


class CategoryEmbedding(nn.Module):
    """A learned vector for each value of each column: codes (B, columns) to (B, columns, width).

    sizes: codes per column, code 0 (unknown or missing) counted; its vector begins at zero.
    """

    start: torch.Tensor

    def __init__(self, sizes: list[int], width: int, flat: bool = True) -> None:
        super().__init__()
        self.flat = flat
        starts = torch.tensor([0, *sizes[:-1]]).cumsum(0)
        self.register_buffer("start", starts, persistent=False)
        self.embedding = nn.Embedding(sum(sizes), width)
        with torch.no_grad():
            self.embedding.weight[starts] = 0.0

    def forward(self, codes: torch.Tensor) -> torch.Tensor:
        x: torch.Tensor = self.embedding(codes + self.start)
        return x.flatten(1) if self.flat else x


class PeriodicEmbedding(nn.Module):
    """Sines and cosines of learned waves of each number, mixed to (B, columns, width) (arXiv 2203.05556).

    sigma: deviation of the first frequencies; lite: all columns share one mixing layer.
    """

    def __init__(
        self, columns: int, width: int, frequencies: int = 48, sigma: float = 0.01, lite: bool = False,
        flat: bool = True,
    ) -> None:  # fmt: skip
        super().__init__()
        self.flat = flat
        self.frequency = nn.Parameter(sigma * torch.randn(columns, frequencies).clamp(-3.0, 3.0))
        bound = 1 / math.sqrt(2 * frequencies)
        share = 1 if lite else columns
        self.weight = nn.Parameter(torch.empty(share, 2 * frequencies, width).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(share, width).uniform_(-bound, bound))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        angles = 2 * math.pi * self.frequency * x.unsqueeze(2)
        waves = torch.cat([angles.cos(), angles.sin()], dim=2)
        # Columns first: the product would copy the weights for every row otherwise.
        x = torch.relu((waves.transpose(0, 1) @ self.weight).transpose(0, 1) + self.bias)
        return x.flatten(1) if self.flat else x


class PiecewiseLinearEmbedding(nn.Module):
    """How far each number has come in each of its bins, mixed to (B, columns, width) (arXiv 2203.05556).

    The bins hold like shares of the training rows: ``prepare`` learns their edges. Quantiles that
    coincide leave an empty bin, which is always 0.
    """

    left: torch.Tensor
    scale: torch.Tensor
    low: torch.Tensor
    high: torch.Tensor

    def __init__(
        self, columns: int, width: int, bins: int = 48, activation: bool = True, flat: bool = True
    ) -> None:
        super().__init__()
        self.activation = activation
        self.flat = flat
        for name in ("left", "scale", "low", "high"):
            self.register_buffer(name, torch.zeros(columns, bins))
        self.set_edges(torch.linspace(-2.0, 2.0, bins + 1).expand(columns, -1))
        bound = 1 / math.sqrt(bins)
        self.weight = nn.Parameter(torch.empty(columns, bins, width).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(columns, width).uniform_(-bound, bound))

    def prepare(self, x: torch.Tensor) -> None:
        """Learn the bins from training rows (n, columns), n >= 1."""
        places = torch.linspace(0, len(x) - 1, self.left.shape[1] + 1, device=x.device).round().long()
        self.set_edges(x.detach().sort(dim=0).values[places].T.to(self.left.dtype))

    def set_edges(self, edges: torch.Tensor) -> None:
        """edges: (columns, bins + 1), rising. What lies outside goes on in the first or last bin."""
        sizes = edges.diff(dim=1)
        real = sizes > 0
        self.left.copy_(edges[:, :-1])
        self.scale.copy_(torch.where(real, 1 / sizes, 0.0))
        first = real & (real.cumsum(1) == 1)
        last = real & (real.flip(1).cumsum(1).flip(1) == 1)
        self.low.copy_(torch.where(first, float("-inf"), 0.0))
        self.high.copy_(torch.where(last, float("inf"), 1.0))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        way = (x.unsqueeze(2) - self.left) * self.scale
        way = torch.minimum(torch.maximum(way, self.low), self.high)
        # Columns first: the product would copy the weights for every row otherwise.
        x = (way.transpose(0, 1) @ self.weight).transpose(0, 1) + self.bias
        x = torch.relu(x) if self.activation else x
        return x.flatten(1) if self.flat else x


class FeatureTokenizer(nn.Module):
    """A vector for each column, as in FT-Transformer (arXiv 2106.11959): (B, columns, width).

    Numbers scale a learned vector and add another; categories choose one. With a class token, a
    learned vector stands in front. numbers: how many; sizes: codes per category column.
    """

    start: torch.Tensor

    def __init__(self, numbers: int, sizes: list[int], width: int, class_token: bool = True) -> None:
        super().__init__()
        bound = 1 / math.sqrt(width)
        self.scale = nn.Parameter(torch.empty(numbers, width).uniform_(-bound, bound)) if numbers else None
        self.shift = nn.Parameter(torch.empty(numbers, width).uniform_(-bound, bound)) if numbers else None
        self.register_buffer("start", torch.tensor([0, *sizes[:-1]]).cumsum(0), persistent=False)
        self.embedding = nn.Embedding(sum(sizes), width) if sizes else None
        if self.embedding is not None:
            nn.init.uniform_(self.embedding.weight, -bound, bound)
        self.token = nn.Parameter(torch.empty(1, width).uniform_(-bound, bound)) if class_token else None

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        tokens = []
        if self.token is not None:
            tokens.append(self.token.expand(inputs[0].shape[0], 1, -1))
        numbers = [x for x in inputs if x.is_floating_point()]
        if self.scale is not None and self.shift is not None:
            tokens.append(torch.cat(numbers, dim=1).unsqueeze(2) * self.scale + self.shift)
        codes = [x for x in inputs if not x.is_floating_point()]
        if self.embedding is not None:
            tokens.append(self.embedding(torch.cat(codes, dim=1) + self.start))
        return torch.cat(tokens, dim=1)
