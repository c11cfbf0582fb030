"""The layer catalogue.

To add a layer, write its class in the file of its family and list it in that file's LAYERS.
Form, validation, palette, shapes, code, module and the common test follow. A layer that PyTorch
lacks also needs its module in training/modules.
"""

from __future__ import annotations

from training.declared import Call, FieldInfo
from training.layers import activation, core, merge, normalisation, table
from training.layers.layer import Layer, Misfit
from training.layers.shape import Shape

FAMILIES: dict[str, str] = {
    "table": "Tables",
    "core": "Core",
    "activation": "Activation",
    "normalisation": "Normalisation",
    "merge": "Merge",
}

CATALOG: dict[str, type[Layer]] = {
    layer.name: layer for family in (table, core, activation, normalisation, merge) for layer in family.LAYERS
}

__all__ = ["CATALOG", "FAMILIES", "Call", "FieldInfo", "Layer", "Misfit", "Shape"]
