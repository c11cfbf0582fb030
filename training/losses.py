"""Objectives in PyTorch: the loss, the target that it takes, and the decoding. Heavy: imports torch."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from training.build import construct
from training.objectives import Objective


def loss_of(objective: Objective, state: dict[str, Any]) -> nn.Module:
    """A module ``(scores, prepared target) -> mean loss``, a scalar."""
    module: nn.Module = construct(objective.loss(state["target"]))
    return module


def prepare_target(objective: Objective, state: dict[str, Any], target: torch.Tensor) -> torch.Tensor:
    """The array ``target`` as the loss takes it; do it once for all rows.

    Two classes: float32 (n, 1); several: int64 (n,); labels: float32 (n, labels); numbers: float32
    (n, numbers), standardised (computed in float64: a mean of millions would cost digits).
    """
    scaled = objective.shift_and_scale(state["target"])
    if scaled is not None:
        shift, scale = (torch.tensor(values, dtype=torch.float64) for values in scaled)
        return ((target.double() - shift) / scale).float()
    return target.to(getattr(torch, objective.target_type))


def decoder_of(objective: Objective, state: dict[str, Any]) -> nn.Module:
    """Scores to predictions: probabilities (B, classes or labels), values (B, numbers) or (B, numbers, 3)."""
    module: nn.Module = construct(objective.decode(state["target"]))
    return module
