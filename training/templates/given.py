"""What templates adapt to, and how they take in all of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from training.layers import Shape

Node = dict[str, Any]
Nodes = list[Node]

TABLE = ("numbers", "categories")
_FEW, _MANY = 1_000, 50_000  # rows
CLASSES = ("binary", "multiclass", "multilabel")


@dataclass(frozen=True)
class Given:
    """The data that a network is wanted for: its inputs by name, the task, and rows if they are known."""

    inputs: dict[str, Shape]
    task: str
    rows: int | None = None

    def has(self, *names: str) -> bool:
        """Whether any of these inputs is there."""
        return any(name in self.inputs for name in names)

    def these(self, *names: str) -> list[str]:
        """Those of these inputs that are there, in the order of the data."""
        return [name for name in self.inputs if name in names]

    def sized(self, small: int, usual: int, large: int | None = None) -> int:
        """A size by the rows: few rows take a small network, or it learns them by heart."""
        if self.rows is not None and self.rows < _FEW:
            return small
        return large if large and self.rows is not None and self.rows >= _MANY else usual

    @property
    def names_classes(self) -> bool:
        """Whether the task is a classification."""
        return self.task in CLASSES


def node(id: str, layer: str, **settings: Any) -> Node:
    """A node as a network stores it."""
    return {"id": id, "layer": layer, **settings}


def joined(given: Given, trunk: Nodes, *takes: str) -> Nodes:
    """A network that reads the inputs ``takes``, and the data's other inputs beside it.

    trunk: its nodes, the first of which takes these inputs; the last one yields a row of numbers.
    Others are brought to a row of numbers each and joined to it, with a layer that mixes all.
    """
    sides = sides_of(given, *takes)
    if not sides:
        return trunk
    first = {"inputs": given.these(*takes)} | trunk[0]
    ends = [trunk[-1]["id"], *(side[-1]["id"] for side in sides)]
    return [
        first,
        *trunk[1:],
        *(each for side in sides for each in side),
        node("joined", "Concatenate", inputs=ends),
        node("mixed", "Linear", units=64),
        node("mixed_relu", "ReLU"),
    ]


def sides_of(given: Given, *takes: str) -> list[Nodes]:
    """A short branch for each kind of input that is not among ``takes``, ending in a row of numbers."""
    sides = []
    if rest := given.these(*(name for name in TABLE if name not in takes)):
        sides.append([node("features", "Features", inputs=rest)])
    branches = {"text": _words, "picture": _picture, "series": _series}
    return sides + [branches[name](given) for name in given.these(*branches) if name not in takes]


def _words(given: Given) -> Nodes:
    return [
        node("words", "Embedding", width=given.sized(16, 32), inputs=["text"]),
        node("words_mean", "SequencePooling", mode="mean"),
    ]


def _picture(given: Given) -> Nodes:
    return [
        node("pixels", "Pixels", inputs=["picture"]),
        node("look_1", "ConvNormActivation", units=16, stride=first_stride(given.inputs["picture"], 16)),
        node("look_2", "ConvNormActivation", units=16, stride=2),
        node("look_pool", "MaxPool2d"),
        node("look_flat", "Flatten"),
    ]


def _series(given: Given) -> Nodes:
    return [node("past", "GRU", hidden_size=32, inputs=["series"])]


def first_stride(picture: Shape, side: int) -> int:
    """The stride of a first convolution that brings large pictures to about ``side`` places or more."""
    stride = 1
    while min(picture.dims[1:]) // (stride * 2) >= side and stride < 8:
        stride *= 2
    return stride
