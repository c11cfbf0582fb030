"""What trains: runs in a process of its own (studio.jobs), with no database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from studio.datasets.arrays import encoded_arrays
from training.recipe import Recipe

if TYPE_CHECKING:
    from studio.jobs.link import Link

ENDINGS = ("finished", "stopped", "paused", "failed")


def train(payload: dict[str, Any], link: Link) -> str:
    """Fit the recipe and send what it tells; how it ended ("left": the worker shuts down)."""
    from training.events import Progress
    from training.fit import fit

    recipe = Recipe.parse(payload["recipe"])
    encoded = encoded_arrays(
        recipe,
        table=payload["table"],
        info=payload["info"],
        cache=payload["arrays"],
        most_bytes=payload["arrays_bytes"],
        key=payload["hash_key"],
    )
    ending = ""
    told = fit(
        recipe,
        encoded,
        payload["folder"],
        control=lambda: CONTROL[link.wish()],
        device=payload["device"],
        resume=payload["resume"],
    )
    for event in told:
        if isinstance(event, Progress):
            link.send({"progress": event.as_dict()})
            continue
        if event.kind == "started":
            link.section("step")
        ending = event.kind if event.kind in ENDINGS else ending
        if ending == "paused" and link.wish() == "leave":
            return "left"  # nobody paused it: it goes on elsewhere
        link.send({"event": event.as_dict()})
    return ending or "discarded"


# A worker that shuts down saves and ends, as a pause does.
CONTROL = {"": "", "stop": "stop", "pause": "pause", "discard": "discard", "leave": "pause"}
