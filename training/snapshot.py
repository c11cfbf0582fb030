"""A run's whole state as a checkpoint, and back: what makes a resume exact.

Weights, optimizer, random states, place in the epoch with what its steps left so far, best epoch
with its weights, patience, seconds and what "auto" had resolved to. The learning rate and the
order of rows follow from step and seed, so they need no state of their own.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from training.checkpoint import Checkpoint
from training.errors import RecipeError
from training.pace import Clock
from training.recipe import Recipe
from training.stopping import Best

if TYPE_CHECKING:
    from training.fit import Loop

# A run may go on for longer, or elsewhere, than it was meant to.
_MAY_CHANGE = ("epochs", "steps", "stopping", "device", "threads")


def capture(loop: Loop) -> Checkpoint:
    """The state between two steps, with all losses drained."""
    tensors = {f"model.{name}": value for name, value in loop.model.state_dict().items()}
    tensors |= {f"best.{name}": value for name, value in loop.best_weights.items()}
    plain: dict[str, dict[str, Any]] = {}
    for at, state in loop.optimizer.state_dict()["state"].items():
        for key, value in state.items():
            if isinstance(value, Tensor):
                tensors[f"optimizer.{at}.{key}"] = value
            else:
                plain.setdefault(str(at), {})[key] = value
    tensors["random.cpu"] = torch.get_rng_state()
    if loop.device.startswith("cuda"):
        tensors["random.cuda"] = torch.cuda.get_rng_state(loop.device)
    if loop.journal.losses:
        tensors["epoch.losses"] = torch.cat(loop.journal.losses)
        tensors["epoch.outputs"] = torch.cat(loop.journal.outputs)
    meta = {
        "step": loop.step,
        "epoch": loop.epochs_done,
        "batch": loop.batch,
        "elapsed": loop.clock.elapsed(),
        "best": loop.best.as_dict(),
        "resolved": loop.resolved,
        "optimizer": plain,
        "recipe": fingerprint(loop.recipe),
    }
    return Checkpoint(meta, tensors)


def restore(loop: Loop, kept: Checkpoint) -> None:
    """Put a freshly made loop where the checkpoint was taken."""
    meta, place = kept.meta, loop.device
    loop.model.load_state_dict(kept.part("model"))
    loop.best_weights = {name: value.to(place) for name, value in kept.part("best").items()}
    loop.optimizer.load_state_dict(
        {"state": _optimizer_state(kept), "param_groups": loop.optimizer.state_dict()["param_groups"]}
    )
    torch.set_rng_state(kept.tensors["random.cpu"])
    if place.startswith("cuda") and "random.cuda" in kept.tensors:
        torch.cuda.set_rng_state(kept.tensors["random.cuda"], place)
    if "epoch.losses" in kept.tensors:
        loop.journal.losses.append(kept.tensors["epoch.losses"])
        loop.journal.outputs.append(kept.tensors["epoch.outputs"].to(place))
    loop.step, loop.batch = meta["step"], meta["batch"]
    loop.best = Best(**meta["best"])
    loop.clock = Clock(meta["elapsed"])


def _optimizer_state(kept: Checkpoint) -> dict[int, dict[str, Any]]:
    state: dict[int, dict[str, Any]] = {
        int(at): dict(values) for at, values in kept.meta["optimizer"].items()
    }
    for name, value in kept.part("optimizer").items():
        at, _, key = name.partition(".")
        state.setdefault(int(at), {})[key] = value
    return state


def check_same(recipe: Recipe, kept: Checkpoint | None) -> None:
    """Raises RecipeError when the checkpoint was made with another recipe."""
    if kept and kept.meta["recipe"] != fingerprint(recipe):
        raise RecipeError(
            "The checkpoint in this folder belongs to another recipe, so training cannot go on from it.",
            hint="Resume with the recipe that it was started with, or train into an empty folder.",
        )


def fingerprint(recipe: Recipe) -> str:
    """sha256 of all that has to stay the same for a resume to make sense."""
    document = recipe.as_dict()
    for name in _MAY_CHANGE:
        document["fit"].pop(name, None)
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()
