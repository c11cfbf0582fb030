"""Layer: the base of the catalogue's classes."""

from __future__ import annotations

from typing import Any, ClassVar

from training.declared import Call, Declared
from training.layers.shape import Kind, Shape


class Misfit(Exception):
    """What reaches a layer does not fit its settings.

    The message is a whole sentence without the layer's name. remedies: edits that mend it, each
    ``("insert", layer name, settings)`` before the layer or ``("set", field, value)`` on it.
    """

    def __init__(self, message: str, *remedies: tuple[str, str, Any]) -> None:
        super().__init__(message)
        self.message = message
        self.remedies = remedies


class Layer(Declared):
    """A layer: fields, a shape rule, and what to construct.

    A subclass states its fields, ``output`` where the shape changes, ``construct``, and
    ``parameters`` and ``multiply_adds`` where it has any. The rules are plain arithmetic on one
    row's shapes; the common test holds them to the real modules.
    """

    family: ClassVar[str]
    takes: ClassVar[tuple[Kind, ...]] = ("values",)
    ranks: ClassVar[tuple[int, ...]] = ()  # how many sizes a row may have; empty: any
    least: ClassVar[int] = 1  # inputs
    most: ClassVar[int] = 1
    keeps_shape: ClassVar[bool] = True  # output has the input's sizes, whatever they are
    is_linear: ClassVar[bool] = False  # two in a row are no more than one
    bends: ClassVar[bool] = False  # a non-linearity

    def output(self, x: Shape, /) -> Shape:
        """The shape of one output row. Raises Misfit."""
        return x

    def construct(self, x: Shape, /) -> Call:  # type: ignore[override]  # pydantic's is deprecated
        """What PyTorch is to make of it."""
        raise NotImplementedError(type(self).__name__)

    def parameters(self, x: Shape, /) -> int:
        """Trainable numbers."""
        return 0

    def multiply_adds(self, x: Shape, /) -> int:
        """Multiplications for one row."""
        return self.output(x).count

    @classmethod
    def input_sentence(cls) -> str:
        """What the layer takes, in words."""
        words = {"values": "numbers", "categories": "category codes"}
        return " or ".join(words[kind] for kind in cls.takes)
