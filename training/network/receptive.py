"""How much of a picture each place of a network sees."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from training.layers import Shape
from training.layers.convolution import Transposed
from training.layers.core import Flatten
from training.layers.pooling import Adaptive, Global, Upsample
from training.network.parts import Problem, Step

_STILL = ("activation", "normalisation")  # families that look at one place


@dataclass(frozen=True)
class _Field:
    """side: pixels that one place sees along each side; apart: pixels between two places; whole: pooled."""

    side: float = 1
    apart: float = 1
    whole: bool = False


def short_sighted(steps: list[Step], inputs: dict[str, Shape]) -> Iterator[Problem]:
    """A warning where a picture's places are pooled into one that have each seen only a part of it.

    The receptive field of distill.pub/2019/computing-receptive-fields, along the longer side.
    """
    sides = {name: max(shape.dims[1:]) for name, shape in inputs.items() if shape.kind == "picture"}
    fields = {name: (_Field(), side) for name, side in sides.items()}
    for step in steps:
        above = [fields[name] for name in step.sources if name in fields]
        if not above:
            continue
        if step.layer.family in _STILL:
            fields[step.id] = above[0]
            continue
        field, picture = max(above, key=lambda each: (each[0].side, not each[0].whole))
        ends = isinstance(step.layer, Global) or (isinstance(step.layer, Flatten) and field.whole)
        if ends and field.side < picture:
            yield _warning(step, int(field.side), picture)
        elif step.layer.channels_first or step.layer.keeps_shape or step.layer.family == "merge":
            fields[step.id] = (_seen(step, field), picture)


def _seen(step: Step, field: _Field) -> _Field:
    layer = step.layer
    settings = vars(layer)
    if "kernel_size" in settings and not isinstance(layer, Transposed):
        kernel = settings["kernel_size"]
        stride = settings.get("stride", 1) or kernel  # of pooling, None is its window
        reach = (kernel - 1) * settings.get("dilation", 1)
        return _Field(field.side + reach * field.apart, field.apart * stride, field.whole)
    if isinstance(layer, Upsample):
        return _Field(field.side, field.apart / layer.scale)
    if isinstance(layer, Transposed):
        return _Field(field.side, field.apart / layer.stride)
    if isinstance(layer, Adaptive):
        return _Field(field.side, field.apart, whole=layer.size == 1)
    return field


def _warning(step: Step, side: int, picture: int) -> Problem:
    return Problem(
        f"What reaches {step.layer.title} “{step.id}” has seen {side} of the picture's {picture} pixels in a "
        f"row: it knows parts of things, not how they lie together.",
        f"network.main.{step.id}",
        "Add convolutions or pooling above it, or give them a stride of 2.",
        node=step.id,
    )
