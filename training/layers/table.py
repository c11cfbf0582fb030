"""Layers for tables: number and category columns become one row of numbers."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from training.declared import Call
from training.layers.layer import Weighted
from training.layers.shape import Shape


class Features(Weighted):
    """Joins the number columns with the category columns, each one-hot or as a learned embedding.

    One-hot has a place per known value and is all zeros for an unknown or missing one; columns
    with more values get a learned vector each, as in RealMLP (arXiv 2407.04491).
    """

    family = "table"
    also = ("columns", "one-hot", "entity embedding", "category embedding", "input layer")
    takes = ("values", "categories")
    ranks = (1,)
    most = 2
    keeps_shape = False
    is_linear = True

    one_hot_up_to: int = Field(
        20,
        ge=0,
        le=65_536,
        title="One-hot up to",
        description="Category columns with more values than this get an embedding instead.",
    )
    width: int = Field(
        8,
        ge=1,
        le=512,
        title="Embedding size",
        description="How many numbers stand for one value of an embedded column.",
    )

    def output(self, *inputs: Shape) -> Shape:
        size = sum(self._width(x) for x in inputs)
        return Shape((size,), about=any(x.about for x in inputs))

    def construct(self, *inputs: Shape) -> Call:  # type: ignore[override]
        return Call("Features", list(_sizes(inputs)), one_hot_up_to=self.one_hot_up_to, width=self.width)

    def parameters(self, *inputs: Shape) -> int:
        return sum(size * self.width for size in _sizes(inputs) if size - 1 > self.one_hot_up_to)

    def multiply_adds(self, *inputs: Shape) -> int:
        return 0

    def _width(self, x: Shape) -> int:
        if x.kind == "values":
            return x.last
        return sum(size - 1 if size - 1 <= self.one_hot_up_to else self.width for size in x.sizes)


def _sizes(inputs: tuple[Shape, ...]) -> tuple[int, ...]:
    return tuple(size for x in inputs for size in x.sizes)


class Scaling(Weighted):
    """A learned factor for each value, 1 at first: a soft choice of columns.

    RealMLP's scaling layer (arXiv 2407.04491).
    """

    family = "table"
    also = ("ScalingLayer", "diagonal", "RealMLP", "feature selection")
    is_linear = True

    def construct(self, x: Shape, /) -> Call:  # type: ignore[override]
        return Call("Scaling", x.last)

    def parameters(self, x: Shape, /) -> int:
        return x.last


class NTKLinear(Weighted):
    """A Linear whose weights all begin at deviation 1 and are divided by the inputs' root, as in RealMLP.

    Neural tangent parametrisation, arXiv 1806.07572 and 2407.04491: one learning rate suits all widths.
    """

    title: ClassVar[str] = "NTK Linear"
    family = "table"
    also = ("RealMLP", "neural tangent")
    keeps_shape = False
    is_linear = True

    units: int = Field(64, ge=1, le=65_536, title="Units", description="How many outputs the layer has.")
    bias: bool = Field(True, title="Bias", description="Adds a learned number to each output.")

    def output(self, x: Shape, /) -> Shape:
        return x.with_last(self.units)

    def construct(self, x: Shape, /) -> Call:  # type: ignore[override]
        return Call("NTKLinear", x.last, self.units, bias=self.bias)

    def parameters(self, x: Shape, /) -> int:
        return self.units * (x.last + self.bias)

    def multiply_adds(self, x: Shape, /) -> int:
        return x.count * (1 + self.units)


class ParametricActivation(Weighted):
    """An activation of which each value learns how much it takes, as in RealMLP (arXiv 2407.04491)."""

    title: ClassVar[str] = "Parametric activation"
    family = "activation"
    also = ("RealMLP", "learned activation")
    bends = True

    activation: Literal["Mish", "SELU", "ReLU", "GELU", "SiLU"] = Field(
        "Mish",
        title="Activation",
        description="What bends the values; RealMLP has SELU for classes, Mish for numbers.",
    )

    def construct(self, x: Shape, /) -> Call:  # type: ignore[override]
        return Call("ParametricActivation", x.last, activation=self.activation)

    def parameters(self, x: Shape, /) -> int:
        return x.last


LAYERS = (Features, Scaling, NTKLinear, ParametricActivation)
