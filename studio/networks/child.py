"""What searches: runs in a process of its own (studio.jobs), with no database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from studio.datasets.arrays import encoded_arrays
from training.recipe import Recipe

if TYPE_CHECKING:
    from studio.jobs.link import Link


def search(payload: dict[str, Any], link: Link) -> None:
    """Try learning rates or batch sizes on the recipe and send what was found."""
    from training.find import find_batch_size, find_lr

    recipe = Recipe.parse(payload["recipe"])
    encoded = encoded_arrays(
        recipe,
        table=payload["table"],
        info=payload["info"],
        cache=payload["arrays"],
        most_bytes=payload["arrays_bytes"],
        key=payload["hash_key"],
    )
    find = {"lr": find_lr, "batch_size": find_batch_size}[payload["kind"]]
    link.send({"found": find(recipe, encoded, payload["device"])})
