"""Pooling over all places, which leaves out a text's padding."""

from __future__ import annotations

import torch
from torch import nn


class GlobalAvgPool(nn.Module):
    """The mean over all places of (B, channels, …); ``padding`` bool (B, L) says which do not count."""

    def forward(self, x: torch.Tensor, padding: torch.Tensor | None = None) -> torch.Tensor:
        if padding is None:
            return x.flatten(2).mean(dim=2)
        kept = (~padding).to(x.dtype).unsqueeze(1)
        return (x * kept).sum(dim=2) / kept.sum(dim=2).clamp_min(1.0)


class GlobalMaxPool(nn.Module):
    """The largest over all places of (B, channels, …); ``padding`` bool (B, L) says which do not count."""

    def forward(self, x: torch.Tensor, padding: torch.Tensor | None = None) -> torch.Tensor:
        if padding is None:
            return x.flatten(2).amax(dim=2)
        least = torch.finfo(x.dtype).min
        highest = x.masked_fill(padding.unsqueeze(1), least).amax(dim=2)
        return torch.where(padding.all(dim=1, keepdim=True), torch.zeros_like(highest), highest)


class AdaptivePool(nn.Module):
    """As many windows along each side as are wanted: (B, C, …) to (B, C, size, …).

    torch.nn.AdaptiveMaxPool1d to 3d and AdaptiveAvgPool3d, one side after the other, as ONNX has no
    operator for these. mode: ``"mean"`` or ``"max"``.
    """

    def __init__(self, size: int, *, mode: str) -> None:
        super().__init__()
        self.size, self.mode = size, mode

    def extra_repr(self) -> str:
        return f"{self.size}, mode={self.mode!r}"

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for side in range(2, x.dim()):
            x = self._along(x, side)
        return x

    def _along(self, x: torch.Tensor, side: int) -> torch.Tensor:
        size, length = self.size, x.shape[side]
        windows = [range(place * length // size, -(-(place + 1) * length // size)) for place in range(size)]
        # Windows differ in length by one at most: short ones see their last place again, with weight 0.
        most = max(map(len, windows))
        places = [min(window.start + step, window.stop - 1) for window in windows for step in range(most)]
        seen = x.index_select(side, torch.tensor(places, device=x.device))
        seen = seen.reshape(*x.shape[:side], size, most, *x.shape[side + 1 :])
        if self.mode == "max":
            return seen.amax(dim=side + 1)
        shares = [[(step < len(window)) / len(window) for step in range(most)] for window in windows]
        weights = torch.tensor(shares, dtype=x.dtype, device=x.device)
        return (seen * weights.reshape(size, most, *[1] * (x.dim() - side - 1))).sum(dim=side + 1)
