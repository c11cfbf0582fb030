"""The trained network of a run: its recipe's parts with the best weights in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from torch import Tensor

from training import checkpoint
from training.assembly import Assembled, assemble
from training.errors import EngineError
from training.recipe import Recipe


def trained(recipe: Recipe, state: dict[str, Any], folder: Path) -> Assembled:
    """The parts of a recipe with the best weights of ``folder``, on the CPU, ready to judge.

    Raises EngineError when the folder holds no weights that can be read, or those of another network.
    """
    parts = assemble(recipe, state)
    try:
        parts.model.load_state_dict(best_weights(folder))
    except RuntimeError:
        raise EngineError(
            "The saved weights belong to another network than the recipe's.", hint="Train this recipe again."
        ) from None
    parts.model.eval()
    return parts


def best_weights(folder: Path) -> dict[str, Tensor]:
    """The best weights by name: from ``best``, or the copy in ``last`` where ``best`` cannot be read."""
    best, _ = checkpoint.load(folder, "best")
    if best:
        return best.tensors
    last, _ = checkpoint.load(folder, "last")
    weights = last.part("best") if last else {}
    if not weights:
        raise EngineError(
            "This run has no trained weights that can be read.",
            hint="Train again: the files were deleted, damaged or never written.",
        )
    return weights
