"""Modules for tables."""

from __future__ import annotations

import torch
from torch import nn


class Features(nn.Module):
    """Number columns and category columns as one row of numbers.

    sizes: codes per category column, code 0 (unknown or missing) counted. A column of up to
    ``one_hot_up_to`` values is one-hot, with all zeros for code 0; a larger one is embedded.
    """

    column: torch.Tensor
    code: torch.Tensor
    embedded: torch.Tensor
    start: torch.Tensor

    def __init__(self, sizes: list[int], one_hot_up_to: int = 20, width: int = 8) -> None:
        super().__init__()
        hot = [column for column, size in enumerate(sizes) if size - 1 <= one_hot_up_to]
        places = [(column, code) for column in hot for code in range(1, sizes[column])]
        self.register_buffer("column", torch.tensor([place[0] for place in places]).long(), persistent=False)
        self.register_buffer("code", torch.tensor([place[1] for place in places]).long(), persistent=False)
        large = [column for column in range(len(sizes)) if column not in hot]
        starts = [sum(sizes[column] for column in large[:index]) for index in range(len(large))]
        self.register_buffer("embedded", torch.tensor(large).long(), persistent=False)
        self.register_buffer("start", torch.tensor(starts).long(), persistent=False)
        self.embedding = nn.Embedding(sum(sizes[column] for column in large), width) if large else None
        if self.embedding is not None:
            with torch.no_grad():
                self.embedding.weight[self.start] = 0.0

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        parts = [part for x in inputs for part in ([x] if x.is_floating_point() else self.encode(x))]
        return torch.cat(parts, dim=1) if len(parts) > 1 else parts[0]

    def encode(self, codes: torch.Tensor) -> list[torch.Tensor]:
        parts = []
        if len(self.column) or self.embedding is None:
            parts.append((codes[:, self.column] == self.code).to(torch.get_default_dtype()))
        if self.embedding is not None:
            parts.append(self.embedding(codes[:, self.embedded] + self.start).flatten(1))
        return parts
