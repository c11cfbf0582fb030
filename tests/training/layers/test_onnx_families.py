"""One exported graph for each family of layers, which says the same as PyTorch whatever the batch."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from tests.training.layers.test_onnx_steps import built, same_in_onnx
from training.layers import CATALOG, Shape

Nodes = list[dict[str, Any]]
COUNT = 512
FORMS = {0: "512", 1: "8, 64", 2: "8, 8, 8", 3: "8, 4, 4, 4"}  # sides -> sizes of the same row


def of(family: str, sides: int | None = None) -> list[str]:
    """Every layer of a family, so that a new one is exported too; with sides, of those for so many."""
    names = [name for name, layer in CATALOG.items() if layer.family == family]
    return names if sides is None else [name for name in names if name.endswith(f"{sides}d")]


def form(sides: int) -> dict[str, Any]:
    """The row with so many sides: ``x0`` … ``x3``."""
    return {"id": f"x{sides}", "layer": "Reshape", "sizes": FORMS[sides], "inputs": ["numbers"]}


def beside(source: str, *layers: str | dict[str, Any]) -> Nodes:
    """Layers next to each other on one wire."""
    nodes = [each if isinstance(each, dict) else {"layer": each} for each in layers]
    return [
        {"id": f"{source}_{each['layer'].lower()}_{number}", "inputs": [source]} | each
        for number, each in enumerate(nodes)
    ]


def row(*layers: str | dict[str, Any]) -> Nodes:
    """Layers one below the other."""
    return [
        {name: value for name, value in node.items() if name != "inputs"} for node in beside("row", *layers)
    ]


def joined(nodes: Nodes) -> Nodes:
    """All ends made rows of numbers and put side by side, sixteen at a time."""
    taken = {name for node in nodes for name in node.get("inputs", [])}
    ends = [node["id"] for node in nodes if node["id"] not in taken]
    flats = [{"id": f"flat_{end}"[:40], "layer": "Flatten", "inputs": [end]} for end in ends]
    groups = [flats[start : start + 16] for start in range(0, len(flats), 16)]
    joins = [
        {"id": f"join_{number}", "layer": "Concatenate", "inputs": [flat["id"] for flat in group]}
        for number, group in enumerate(groups)
        if len(group) > 1
    ]
    last = {"id": "all", "layer": "Concatenate", "inputs": [each["id"] for each in joins]}
    return [*nodes, *flats, *joins, *([last] if len(joins) > 1 else [])]


def convolutions() -> Nodes:
    nodes: Nodes = []
    for sides in (1, 2, 3):
        name, few = f"Conv{sides}d", {"units": 2}
        others = [{"layer": each, **few} for each in of("convolution", sides) if each != name]
        nodes += [form(sides), *beside(
            f"x{sides}", {"layer": name, **few}, {"layer": name, "kernel_size": 2, **few},
            {"layer": name, "padding": "valid", "stride": 2, "bias": False, **few},
            {"layer": name, "padding": "number", "zeros": 2, "dilation": 2, "groups": 2, **few}, *others,
        )]  # fmt: skip
    return nodes


def poolings() -> Nodes:
    nodes: Nodes = []
    for sides in (1, 2, 3):
        sized = [
            {"layer": each} | ({"size": 3} if "Adaptive" in each else {}) for each in of("pooling", sides)
        ]
        scaled = ["Upsample", {"layer": "Upsample", "mode": "linear"}, "GlobalAvgPool", "GlobalMaxPool"]
        nodes += [form(sides), *beside(f"x{sides}", *sized, *scaled)]
    return nodes


def norms() -> Nodes:
    nodes: Nodes = []
    for sides in (0, 1, 2, 3):
        own = ["BatchNorm1d"] if sides == 0 else of("normalisation", sides)
        nodes += [
            form(sides),
            *beside(f"x{sides}", *own, "LayerNorm", "RMSNorm", {"layer": "GroupNorm", "groups": 4}),
        ]
    return nodes


def blocks() -> Nodes:
    small: Nodes = [
        {"layer": name}
        | ({"units": 8} if "units" in CATALOG[name].model_fields else {})
        | ({"hidden": 8} if "hidden" in CATALOG[name].model_fields else {})
        for name in of("block")
    ]
    pictures = [node for node in small if CATALOG[node["layer"]].ranks == (3,)]
    steps = [node for node in small if node not in pictures]
    return [form(1), *beside("x1", *steps), form(2), *beside("x2", *pictures)]


def merges() -> Nodes:
    other = {"id": "y", "layer": "Sigmoid", "inputs": ["numbers"]}
    return [other, *beside("numbers", *({"layer": name, "inputs": ["numbers", "y"]} for name in of("merge")))]


CORE = row(
    "Linear", "Dropout", "GaussianNoise", {"layer": "Reshape", "sizes": "8, -1"}, "Permute", "Dropout1d",
    {"layer": "Reshape", "sizes": "1, 8, 8"}, "Dropout2d", "Flatten", "Identity",
)  # fmt: skip
NETWORKS = {
    "convolution": convolutions(), "pooling": poolings(), "normalisation": norms(), "block": blocks(),
    "merge": merges(), "activation": beside("numbers", *of("activation")), "core": CORE,
}  # fmt: skip


@pytest.mark.parametrize("family", NETWORKS)
@torch.no_grad()
def test_every_layer_of_a_family_gives_the_same_in_onnx(family):
    nodes = NETWORKS[family]
    module = built(nodes if nodes is CORE else joined(nodes), {"numbers": Shape((COUNT,))})
    rows = torch.randn(9, COUNT)

    same_in_onnx(module, (rows[:2],), (rows,))


@torch.no_grad()
def test_the_bytes_of_pictures_give_the_same_in_onnx():
    nodes = row("Pixels", {"layer": "Conv2d", "units": 4}, "ReLU", "GlobalAvgPool")
    module = built(nodes, {"picture": Shape((3, 8, 8), "picture")})
    pictures = torch.randint(0, 256, (9, 3, 8, 8)).to(torch.uint8)

    same_in_onnx(module, (pictures[:2],), (pictures,))


def test_every_family_is_exported_here_or_with_texts_and_tables():
    elsewhere = {"picture", "recurrent", "attention", "table", "embedding"}

    assert {layer.family for layer in CATALOG.values()} == {*NETWORKS, *elsewhere}
    for family in NETWORKS:
        exported = {node["layer"] for node in NETWORKS[family]}
        assert {name for name in of(family) if CATALOG[name].ranks != (2,)} <= exported
