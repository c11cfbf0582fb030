"""Objectives in PyTorch: the loss, the target that it takes, and the decoding. Heavy: imports torch."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from training.build import construct
from training.objectives import Objective, Regression, scale_of


def loss_of(objective: Objective) -> nn.Module:
    """A module ``(scores, prepared target) -> mean loss``, a scalar."""
    module: nn.Module = construct(objective.loss())
    return module


def prepare_target(objective: Objective, state: dict[str, Any], target: torch.Tensor) -> torch.Tensor:
    """The array ``target`` as the loss takes it; do it once for all rows.

    Two classes: float32 (n, 1); several: int64 (n,); regression: float32 (n, 1), standardised
    with ``state["target"]`` (computed in float64: a mean of millions would cost digits).
    """
    if isinstance(objective, Regression):
        mean, std = scale_of(state["target"])
        return ((target.double() - mean) / std).float()
    return target.to(getattr(torch, objective.target_type))


def decoder_of(objective: Objective, state: dict[str, Any]) -> nn.Module:
    """Scores to predictions: probabilities (B, classes), or values (B, 1) in the target's unit."""
    module: nn.Module = construct(objective.decode(state["target"]))
    return module
