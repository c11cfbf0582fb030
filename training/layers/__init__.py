"""The layer catalogue.

To add a layer, write its class in the file of its family and list it in that file's LAYERS.
Form, validation, palette, shapes, code, module and the common test follow. A layer that PyTorch
lacks also needs its module in training/modules.
"""

from __future__ import annotations

from training.declared import Call, FieldInfo
from training.layers import (
    activation,
    attention,
    blocks,
    convolution,
    core,
    embedding,
    ensemble,
    merge,
    normalisation,
    picture,
    picture_blocks,
    pooling,
    recurrent,
    table,
)
from training.layers.layer import Block, Layer, Learning, Misfit, Weighted
from training.layers.shape import Shape

FAMILIES: dict[str, str] = {
    "table": "Tables",
    "embedding": "Embedding",
    "picture": "Pictures",
    "core": "Core",
    "activation": "Activation",
    "convolution": "Convolution",
    "pooling": "Pooling",
    "recurrent": "Recurrent",
    "attention": "Attention",
    "normalisation": "Normalisation",
    "block": "Blocks",
    "merge": "Merge",
}

_ROOMS = (
    table, ensemble, embedding, picture, core, activation, convolution, pooling, recurrent, attention,
    normalisation, blocks, picture_blocks, merge,
)  # fmt: skip

CATALOG: dict[str, type[Layer]] = {layer.name: layer for room in _ROOMS for layer in room.LAYERS}

__all__ = [
    "CATALOG", "FAMILIES", "Block", "Call", "FieldInfo", "Layer", "Learning", "Misfit", "Shape", "Weighted",
]  # fmt: skip
