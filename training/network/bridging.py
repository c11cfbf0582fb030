"""What has to stand between a shape and a layer that takes another one: no wires, no edits."""

from __future__ import annotations

import math
import re
from typing import Any

from training.layers import CATALOG, Layer, Shape

Piece = tuple[str, dict[str, Any]]  # a layer's name and its settings

READERS = {"tokens": "Embedding", "categories": "CategoryEmbedding", "picture": "Pixels"}  # first layers
_WIDE = 16_384  # more values than this are pooled, not flattened: the next layer's weights are as many


def bridge(x: Shape, layer: Layer, ranks: tuple[int, ...]) -> list[Piece] | None:
    """The layers that make of ``x`` what the layer takes; None where nothing makes that kind.

    ranks: how many sizes a row may have there; empty: any.
    """
    if x.kind in layer.takes and (not ranks or x.rank in ranks):
        return []
    if layer.maker and x.rank == 1 and x.kind in CATALOG[layer.maker].takes:
        return [(layer.maker, {})]
    pieces: list[Piece] = []
    if x.kind not in layer.takes:
        if "values" not in layer.takes:
            return None
        pieces = _reading(x, ranks, layer)
        x = after(x, pieces)
    if ranks and x.rank not in ranks:
        pieces = [*pieces, _reshaping(x, ranks, layer)]
    return pieces


def after(x: Shape, pieces: list[Piece]) -> Shape:
    """What these layers make of the shape."""
    for name, settings in pieces:
        x = CATALOG[name](**settings).output(x)
    return x


def vector(x: Shape) -> list[Piece]:
    """The layers that make a row of numbers of any shape."""
    pieces = _reading(x, (1,), None) if x.kind != "values" else []
    x = after(x, pieces)
    return pieces if x.rank == 1 else [*pieces, _flattening(x)]


def pooling(x: Shape) -> str:
    """The pooling that makes a row of numbers of values with several sizes; "" where there is none."""
    if x.rank == 2 and x.padded != 1:
        return "SequencePooling"
    return "GlobalAvgPool" if x.rank in (2, 3, 4) else ""


def sibling(layer: Layer, rank: int) -> str:
    """The like layer for rows of this many sizes: of Conv1d and 3 it is Conv2d; "" where there is none."""
    name = re.sub(r"\dd$", f"{rank - 1}d", layer.name)
    found = CATALOG.get(name)
    return name if found and found is not type(layer) and rank in found.ranks else ""


def _reading(x: Shape, ranks: tuple[int, ...], layer: Layer | None) -> list[Piece]:
    """What makes values of the data as it comes."""
    if x.kind == "categories":
        each = 2 in ranks and 1 not in ranks
        return [("CategoryEmbedding", {"flat": False})] if each else [("Features", {})]
    pieces: list[Piece] = [(READERS[x.kind], {})]
    if x.kind == "tokens" and layer and layer.channels_first and 2 in ranks:
        pieces.append(("Permute", {}))
    return pieces


def _reshaping(x: Shape, ranks: tuple[int, ...], layer: Layer) -> Piece:
    if 1 in ranks:
        return _flattening(x)
    larger = [rank for rank in ranks if rank > x.rank]
    if larger:
        return _reshape(_grown(x, min(larger), layer.channels_first))
    kept = x.dims[len(x.dims) - max(ranks) + 1 :]
    return _reshape([-1, *kept])


def _flattening(x: Shape) -> Piece:
    if pooling(x) and (x.padded is not None or x.count > _WIDE):
        return pooling(x), {}
    return "Flatten", {}


def _reshape(sizes: list[int]) -> Piece:
    return "Reshape", {"sizes": ", ".join(map(str, sizes))}


def _grown(x: Shape, rank: int, channels_first: bool) -> list[int]:
    """The same values with more sizes. One that a profile guessed is left open, as the run learns it."""
    if x.rank > 1:
        dims = list(x.dims)
        if x.about:
            dims[-2] = -1
        return [*[1] * (rank - x.rank), *dims]
    if rank == 2:
        return [1, -1] if channels_first else [-1, 1]
    return [*[1] * (rank - 3), *([1, 1, -1] if x.about else picture_of(x.last))]


def picture_of(count: int) -> list[int]:
    """Channels, height and width for so many values: one or three squares where they make these."""
    for channels in (1, 3):
        side = math.isqrt(count // channels)
        if channels * side * side == count:
            return [channels, side, side]
    height = next(side for side in range(math.isqrt(count), 0, -1) if count % side == 0)
    return [1, height, count // height]
