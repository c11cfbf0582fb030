"""Augmentation: training batches changed at random, on the device. Heavy: imports torch.

All draws come from torch's random state, which checkpoints hold, so that a resume repeats them.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn

from training.recipe import Augment

Inputs = tuple[Tensor, ...]


class Mixed(nn.Module):
    """A loss that also takes the targets of two blended rows and the share of the first."""

    def __init__(self, loss: nn.Module) -> None:
        super().__init__()
        self.loss = loss

    def forward(self, scores: Tensor, target: Any) -> Tensor:
        if isinstance(target, Tensor):
            return self.loss(scores, target)  # type: ignore[no-any-return]
        first, second, share = target
        whole: Tensor = share * self.loss(scores, first) + (1 - share) * self.loss(scores, second)
        return whole


def is_on(settings: Augment) -> bool:
    """Whether anything is changed at all."""
    return settings != Augment()


def augmented(settings: Augment, inputs: Inputs, target: Tensor) -> tuple[Inputs, Any]:
    """A batch, changed: pictures uint8 (B, C, H, W) and numbers float32 (B, …); codes stay as they are.

    Pictures come back as float32, 0 to 255. With mixup the target is ``(target, target, share)``.
    """
    inputs = tuple(_changed(settings, x) for x in inputs)
    if not settings.mixup:
        return inputs, target
    draw = float(torch.distributions.Beta(settings.mixup, settings.mixup).sample())
    share = max(draw, 1 - draw)  # a row stays mostly itself, so that its codes are right
    other = torch.randperm(len(target), device=target.device)
    blended = tuple(share * x + (1 - share) * x[other] if x.is_floating_point() else x for x in inputs)
    return blended, (target, target[other], share)


def _changed(settings: Augment, x: Tensor) -> Tensor:
    if x.dtype == torch.uint8:
        return _picture(settings, x.float())
    if settings.noise and x.is_floating_point():
        return x + settings.noise * torch.randn_like(x)
    return x


def _picture(settings: Augment, pictures: Tensor) -> Tensor:
    if settings.shift or settings.rotate or settings.crop or settings.flip != "none":
        grid = nn.functional.affine_grid(
            _moves(settings, pictures), list(pictures.shape), align_corners=False
        )
        pictures = nn.functional.grid_sample(
            pictures, grid, mode="bilinear", padding_mode="border", align_corners=False
        )
    if settings.noise:
        pictures = (pictures + 255 * settings.noise * torch.randn_like(pictures)).clamp(0, 255)
    return pictures


def _moves(settings: Augment, pictures: Tensor) -> Tensor:
    """One affine map (2, 3) a picture, from the places of the new one to those of the old, -1 to 1."""
    count, height, width = len(pictures), pictures.shape[2], pictures.shape[3]

    def drawn(most: float) -> Tensor:
        return (2 * torch.rand(count, device=pictures.device) - 1) * most

    turn = drawn(math.radians(settings.rotate))
    size = 1 - drawn(settings.crop).abs()
    across, down = (_signs(settings.flip in (axis, "both"), pictures) for axis in ("horizontal", "vertical"))
    ratio = height / width
    first = torch.stack(
        [size * turn.cos() * across, -size * turn.sin() * down * ratio, drawn(2 * settings.shift)], 1
    )
    second = torch.stack(
        [size * turn.sin() * across / ratio, size * turn.cos() * down, drawn(2 * settings.shift)], 1
    )
    return torch.stack([first, second], 1)


def _signs(flips: bool, pictures: Tensor) -> Tensor:
    if not flips:
        return torch.ones(len(pictures), device=pictures.device)
    return 1.0 - 2.0 * torch.randint(0, 2, (len(pictures),), device=pictures.device)
