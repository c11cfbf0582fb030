"""Merges: several wires in, one out."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from training.declared import Call
from training.layers.layer import Layer, Misfit
from training.layers.shape import Shape


class Merge(Layer):
    """Joins inputs of one shape, element by element."""

    family = "merge"
    least = 2
    most = 16

    def output(self, *inputs: Shape) -> Shape:
        return Shape(inputs[0].dims, about=any(x.about for x in inputs), padded=inputs[0].padded)

    def construct(self, *inputs: Shape) -> Call:  # type: ignore[override]
        raise NotImplementedError(type(self).__name__)

    def parameters(self, *inputs: Shape) -> int:
        return 0

    def multiply_adds(self, *inputs: Shape) -> int:
        return (len(inputs) - 1) * inputs[0].count


class Add(Merge):
    """Adds its inputs, which must have the same shape: the skip connection of residual networks."""

    also = ("sum", "skip connection", "residual", "plus")

    def construct(self, *inputs: Shape) -> Call:  # type: ignore[override]
        return Call("torch.add")


class Multiply(Merge):
    """Multiplies its inputs, which must have the same shape: one can gate the other."""

    also = ("product", "gate", "times")

    def construct(self, *inputs: Shape) -> Call:  # type: ignore[override]
        return Call("torch.mul")


class Subtract(Merge):
    """Takes the second input from the first; both must have the same shape."""

    also = ("minus", "difference")
    most = 2

    def construct(self, *inputs: Shape) -> Call:  # type: ignore[override]
        return Call("torch.sub")


class Maximum(Merge):
    """Keeps the larger value at each place; inputs must have the same shape."""

    also = ("max",)

    def construct(self, *inputs: Shape) -> Call:  # type: ignore[override]
        return Call("torch.maximum")


class Average(Merge):
    """The mean of its inputs, which must have the same shape."""

    also = ("mean",)

    def construct(self, *inputs: Shape) -> Call:  # type: ignore[override]
        return Call("Average")


class Scale(Layer):
    """Multiplies each channel of the first input by its value in the second."""

    title: ClassVar[str] = "Scale channels"
    family = "merge"
    also = ("channel gate", "excite", "broadcast")
    least = 2
    most = 2
    keeps_shape = False

    def output(self, *inputs: Shape) -> Shape:
        x, gate = inputs
        wanted = (x.dims[0], *[1] * (x.rank - 1))
        if gate.dims != wanted:
            message = f"needs one value for each channel, {Shape(wanted)}, but its second input is {gate}."
            raise Misfit(message, ("exchange", "Multiply", {}))
        return Shape(x.dims, about=x.about, padded=x.padded)

    def construct(self, *inputs: Shape) -> Call:  # type: ignore[override]
        return Call("torch.mul")

    def parameters(self, *inputs: Shape) -> int:
        return 0

    def multiply_adds(self, *inputs: Shape) -> int:
        return inputs[0].count


class Concatenate(Merge):
    """Puts its inputs side by side; all sizes but the one along which they are joined must be the same."""

    also = ("cat", "join", "stack")
    keeps_shape = False

    along: Literal["last", "first"] = Field(
        "last",
        title="Along",
        description="Last joins the last size; first joins the first one: the channels of pictures.",
    )

    def rest(self, x: Shape) -> tuple[int, ...]:
        """The sizes that have to be equal."""
        return x.dims[:-1] if self.along == "last" else x.dims[1:]

    def output(self, *inputs: Shape) -> Shape:
        about = any(x.about for x in inputs)
        if self.along == "last":
            return inputs[0].with_last(sum(x.last for x in inputs), about=about)
        return Shape((sum(x.dims[0] for x in inputs), *inputs[0].dims[1:]), about=about)

    def construct(self, *inputs: Shape) -> Call:  # type: ignore[override]
        return Call("torch.cat", dim=-1 if self.along == "last" else 1)

    def multiply_adds(self, *inputs: Shape) -> int:
        return 0


LAYERS = (Add, Concatenate, Multiply, Subtract, Maximum, Average, Scale)
