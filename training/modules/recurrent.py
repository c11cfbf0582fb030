"""Recurrent layers that know where a text ends, and convolution that does not look ahead."""

from __future__ import annotations

import torch
from torch import nn


class Recurrent(nn.Module):
    """RNN, LSTM or GRU over steps (B, L, inputs), read forwards and, if asked, backwards.

    padding: bool (B, L), True after a text's last step. The way back begins at that last step, so
    what follows a text does not change its result; a text without steps counts as one of padding.
    whole: answer every step, (B, L, units), zeros after the last; otherwise the last state of each way.
    """

    def __init__(
        self, kind: str, inputs: int, hidden_size: int, num_layers: int = 1, bidirectional: bool = False,
        dropout: float = 0.0, whole: bool = False, nonlinearity: str | None = None,
    ) -> None:  # fmt: skip
        super().__init__()
        self.ways = 2 if bidirectional else 1
        self.dropout = dropout
        self.whole = whole
        options = {"nonlinearity": nonlinearity} if nonlinearity else {}
        widths = [inputs, *[hidden_size * self.ways] * (num_layers - 1)]
        # One module for each way of each layer: the ways of a text turn round at its own end.
        self.layers = nn.ModuleList(
            getattr(nn, kind)(width, hidden_size, batch_first=True, **options)
            for width in widths
            for _ in range(self.ways)
        )

    def forward(self, x: torch.Tensor, padding: torch.Tensor | None = None) -> torch.Tensor:
        steps = torch.arange(x.shape[1], device=x.device)
        last = torch.full_like(steps[:1], x.shape[1] - 1).unsqueeze(0)
        if padding is not None:
            last = last - padding.sum(dim=1, keepdim=True).clamp(max=x.shape[1] - 1)
        turned = torch.where(steps <= last, last - steps, steps).unsqueeze(2).expand(x.shape[0], -1, -1)
        for number in range(0, len(self.layers), self.ways):
            if number:
                x = nn.functional.dropout(x, self.dropout, self.training)
            ways = [self.layers[number](x)[0]]
            if self.ways == 2:
                back = self.layers[number + 1](x.gather(1, turned.expand(-1, -1, x.shape[2])))[0]
                ways.append(back.gather(1, turned.expand(-1, -1, back.shape[2])))
            x = torch.cat(ways, dim=2) if self.ways == 2 else ways[0]
        if self.whole:
            return x * (steps <= last).unsqueeze(2)
        end = ways[0].gather(1, last.unsqueeze(2).expand(x.shape[0], -1, ways[0].shape[2])).squeeze(1)
        return torch.cat([end, ways[1][:, 0]], dim=1) if self.ways == 2 else end


class CausalConv1d(nn.Module):
    """Convolution over steps (B, L, inputs) that sees a step and those before it, never later ones."""

    def __init__(
        self, inputs: int, units: int, kernel_size: int, dilation: int = 1, bias: bool = True
    ) -> None:
        super().__init__()
        self.before = dilation * (kernel_size - 1)
        self.conv = nn.Conv1d(inputs, units, kernel_size, dilation=dilation, bias=bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.conv(nn.functional.pad(x.transpose(1, 2), (self.before, 0)))
        return x.transpose(1, 2)
