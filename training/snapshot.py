"""A run's whole state as a checkpoint, and back: what makes a resume exact.

Weights, optimizer, random states, place in the epoch with what its steps left so far, best epoch
with its weights, patience, seconds and what "auto" had resolved to. The learning rate and the
order of rows follow from step and seed, so they need no state of their own.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from training.checkpoint import Checkpoint
from training.errors import RecipeError
from training.pace import Clock
from training.recipe import Recipe
from training.schedules import Plateau
from training.stopping import Best

if TYPE_CHECKING:
    from training.fit import Loop

# A run may go on for longer, or elsewhere, than it was meant to.
_MAY_CHANGE = ("epochs", "steps", "stopping", "device", "threads")
# What recipes got after the first checkpoints were written, which count defaults as well.
_LATER = {
    "data": ("series",),
    "encode": ("clip", "dates", "text", "picture"),
    "fit": (
        "sampling", "accumulation", "clip_norm", "clip_value", "augment", "channels_last", "compile",
        "deterministic",
    ),
}  # fmt: skip


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
    if loop.device == "mps":
        tensors["random.mps"] = torch.mps.get_rng_state()
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
        "scaler": loop.plan.scaler.state_dict() if loop.plan.scaler else {},
        "plateau": loop.plateau.as_dict() if loop.plateau else {},
        "recipe": fingerprint(loop.recipe),
    }
    return Checkpoint(meta, tensors)


def restore(loop: Loop, kept: Checkpoint) -> None:
    """Put a freshly made loop where the checkpoint was taken."""
    meta, place = kept.meta, loop.device
    loop.model.load_state_dict(kept.part("model"))
    loop.best_weights = {name: value.to(place) for name, value in kept.part("best").items()}
    loop.optimizer.load_state_dict(
        {
            "state": _optimizer_state(kept, loop.plan.weights),
            "param_groups": loop.optimizer.state_dict()["param_groups"],
        }
    )
    torch.set_rng_state(kept.tensors["random.cpu"])
    if place.startswith("cuda") and "random.cuda" in kept.tensors:
        torch.cuda.set_rng_state(kept.tensors["random.cuda"], place)
    if place == "mps" and "random.mps" in kept.tensors:
        torch.mps.set_rng_state(kept.tensors["random.mps"])
    if loop.plan.scaler and meta.get("scaler"):
        loop.plan.scaler.load_state_dict(meta["scaler"])
    if loop.plateau and meta.get("plateau"):
        loop.plateau = Plateau(**meta["plateau"])
    if "epoch.losses" in kept.tensors:
        loop.journal.losses.append(kept.tensors["epoch.losses"])
        loop.journal.outputs.append(kept.tensors["epoch.outputs"].to(place))
    loop.step, loop.batch = meta["step"], meta["batch"]
    loop.best = Best(**meta["best"])
    loop.clock = Clock(meta["elapsed"])


def _optimizer_state(kept: Checkpoint, weights: Sequence[Tensor]) -> dict[int, dict[str, Any]]:
    state: dict[int, dict[str, Any]] = {
        int(at): dict(values) for at, values in kept.meta["optimizer"].items()
    }
    for name, value in kept.part("optimizer").items():
        at, _, key = name.partition(".")
        weight = weights[int(at)]
        # Fused optimizers count on it lying in memory as its weight does.
        if value.shape == weight.shape:
            value = torch.empty_like(weight, dtype=value.dtype, device="cpu").copy_(value)
        state.setdefault(int(at), {})[key] = value
    return state


def check_same(recipe: Recipe, kept: Checkpoint | None) -> None:
    """Raises RecipeError when the checkpoint was made with another recipe."""
    if kept and kept.meta["recipe"] not in (fingerprint(recipe), _first_fingerprint(recipe)):
        raise RecipeError(
            "The checkpoint in this folder belongs to another recipe, so training cannot go on from it.",
            hint="Resume with the recipe that it was started with, or train into an empty folder.",
        )


def fingerprint(recipe: Recipe) -> str:
    """sha256 of all that has to stay the same for a resume to make sense."""
    # Without defaults, so that a setting that a later version knows besides changes nothing.
    return _digest(recipe.model_dump(mode="json", exclude_none=True, exclude_defaults=True))


def _first_fingerprint(recipe: Recipe) -> str:
    """As the first version took it: with all defaults of the settings that it knew."""
    document, chosen = recipe.as_dict(), recipe.model_dump(exclude_defaults=True)
    for part, names in _LATER.items():
        place = document["data"]["encode"] if part == "encode" else document[part]
        also = chosen["data"].get("encode", {}) if part == "encode" else chosen.get(part, {})
        for name in names:
            if name not in also:
                place.pop(name, None)
    return _digest(document)


def _digest(document: dict[str, Any]) -> str:
    fit = {name: value for name, value in document.get("fit", {}).items() if name not in _MAY_CHANGE}
    return hashlib.sha256(json.dumps({**document, "fit": fit}, sort_keys=True).encode()).hexdigest()
