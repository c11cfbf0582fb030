"""Blocks: one card, whose layers stand in its place in the forward pass."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from training.layers import Block, Shape
from training.layers.layer import Inner
from training.network.parts import Card, Edit, Step

_LONGEST = 40  # characters of a node's id


@dataclass(frozen=True)
class Unfolded:
    """What a block holds.

    steps: of its layers, the last one with the block's id, so that wires stay as they are; cards: one
    for each; opening: the edit that puts its layers in its place.
    """

    steps: list[Step]
    cards: tuple[Card, ...]
    opening: Edit


def unfolded(block: Step, taken: set[str], explicit: bool) -> Unfolded:
    """The block's layers. taken: ids in use, to which theirs are added; explicit: it names its inputs."""
    layer = block.layer
    if not isinstance(layer, Block):
        raise TypeError(f"{layer.name} is no block")
    ids = _ids(block.id, layer.walked(*block.shapes), taken)
    return _unfolded(layer, block.id, block.sources, block.shapes, explicit, tuple(ids.items()))


@lru_cache(maxsize=4096)  # nearly all blocks are the same at the next edit
def _unfolded(
    layer: Block, id: str, sources: tuple[str, ...], shapes: tuple[Shape, ...], explicit: bool,
    ids: tuple[tuple[str, str], ...],
) -> Unfolded:  # fmt: skip
    steps = _steps(layer.walked(*shapes), sources, dict(ids))
    return Unfolded(steps, _cards(steps), _opening(id, sources, steps, explicit))


def _steps(inner: tuple[Inner, ...], sources: tuple[str, ...], ids: dict[str, str]) -> list[Step]:
    taken = {"in": sources} | {each.id: (ids[each.id],) for each in inner}
    return [
        Step(
            ids[each.id],
            each.layer,
            tuple(name for source in each.sources for name in taken[source]),
            each.shapes,
            each.shape,
        )
        for each in inner
    ]


def _ids(id: str, inner: tuple[Inner, ...], taken: set[str]) -> dict[str, str]:
    ids = {}
    for each in inner[:-1]:
        stem = f"{id[: _LONGEST - len(each.id) - 4]}_{each.id}"
        free, number = stem, 2
        while free in taken:
            free, number = f"{stem}_{number}", number + 1
        taken.add(free)
        ids[each.id] = free
    return ids | {inner[-1].id: id}


def _cards(steps: list[Step]) -> tuple[Card, ...]:
    return tuple(
        Card(
            id=step.id,
            kind="inner",
            layer=step.layer.name,
            title=step.layer.title,
            family=step.layer.family,
            inputs=step.sources,
            settings=step.layer.model_dump(),
            shape=step.shape,
            parameters=step.parameters,
            about=step.shape.about,
        )
        for step in steps
    )


def _opening(id: str, sources: tuple[str, ...], steps: list[Step], explicit: bool) -> Edit:
    nodes: list[dict[str, Any]] = []
    for step in steps:
        node: dict[str, Any] = {"id": step.id, "layer": step.layer.name}
        above = (nodes[-1]["id"],) if nodes else (() if explicit else sources)
        if step.sources != above:
            node["inputs"] = list(step.sources)
        nodes.append(node | step.layer.model_dump(exclude_defaults=True))
    return {"do": "open", "node": id, "nodes": nodes}
