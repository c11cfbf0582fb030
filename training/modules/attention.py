"""Attention over steps or columns, and what goes with it."""

from __future__ import annotations

import math

import torch
from torch import nn


class MultiheadSelfAttention(nn.Module):
    """Each step looks at all steps: (B, L, dim) to (B, L, dim) (arXiv 1706.03762).

    padding: bool (B, up to L), True where nothing is to be seen. It belongs to the last steps: what
    stands before them, such as a class token, is always seen, and so is the first step.
    """

    def __init__(self, dim: int, num_heads: int, dropout: float = 0.0, bias: bool = True) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.dropout = dropout
        self.in_proj = nn.Linear(dim, 3 * dim, bias=bias)
        self.out_proj = nn.Linear(dim, dim, bias=bias)

    def forward(self, x: torch.Tensor, padding: torch.Tensor | None = None) -> torch.Tensor:
        seen = None
        if padding is not None:
            # A row without a step that is seen would be NaN.
            seen = nn.functional.pad(~padding, (x.shape[1] - padding.shape[1], 0), value=True)
            seen = torch.cat([torch.ones_like(seen[:, :1]), seen[:, 1:]], dim=1)[:, None, None]
        q, k, v = self.in_proj(x).unflatten(2, (3, self.num_heads, -1)).permute(2, 0, 3, 1, 4).unbind(0)
        dropout = self.dropout if self.training else 0.0
        mixed = nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=seen, dropout_p=dropout)
        x = self.out_proj(mixed.transpose(1, 2).flatten(2))
        return x


class PositionalEncoding(nn.Module):
    """Adds a vector for each place to (B, up to length, dim): sines of many waves, or learned ones."""

    def __init__(self, length: int, dim: int, mode: str = "sinusoidal") -> None:
        super().__init__()
        if mode == "learned":
            self.table = nn.Parameter(0.02 * torch.randn(length, dim))
            return
        waves = torch.exp(-math.log(10_000.0) * torch.arange(0, dim, 2) / dim)
        angles = torch.arange(length)[:, None] * waves
        table = torch.stack([angles.sin(), angles.cos()], dim=2).flatten(1)[:, :dim]
        self.register_buffer("table", table, persistent=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.table[: x.shape[1]]


class ClassToken(nn.Module):
    """Puts a learned step in front of (B, L, dim): what attention gathers there stands for the row."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.token = nn.Parameter(0.02 * torch.randn(1, dim))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.cat([self.token.expand(x.shape[0], 1, -1), x], dim=1)


class SequencePooling(nn.Module):
    """One vector for all steps: (B, L, dim) to (B, dim), without those of padding (see Recurrent).

    mode: "mean", "max", "first", "last", or "attention": a mean whose weights are learned.
    """

    def __init__(self, dim: int, mode: str = "mean") -> None:
        super().__init__()
        self.mode = mode
        self.score = nn.Linear(dim, 1, bias=False) if mode == "attention" else None

    def forward(self, x: torch.Tensor, padding: torch.Tensor | None = None) -> torch.Tensor:
        if padding is None:
            padding = torch.zeros_like(x[:, :, 0], dtype=torch.bool)
        padding = nn.functional.pad(padding, (x.shape[1] - padding.shape[1], 0), value=False)
        # A text without steps counts as one of padding.
        over = torch.cat([torch.zeros_like(padding[:, :1]), padding[:, 1:]], dim=1).unsqueeze(2)
        if self.mode == "first":
            return x[:, 0]
        if self.mode == "max":
            return x.masked_fill(over, float("-inf")).amax(dim=1)
        if self.mode == "last":
            last = (~over).sum(dim=1, keepdim=True) - 1
            return x.gather(1, last.expand(-1, -1, x.shape[2])).squeeze(1)
        if self.score is not None:
            shares: torch.Tensor = self.score(x).masked_fill(over, float("-inf")).softmax(dim=1)
        else:
            shares = (~over).to(x.dtype) / (~over).sum(dim=1, keepdim=True)
        # Zero shares do not drop what is not finite.
        return (x.masked_fill(over, 0.0) * shares).sum(dim=1)
