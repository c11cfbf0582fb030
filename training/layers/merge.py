"""Merges: several wires in, one out."""

from __future__ import annotations

from training.declared import Call
from training.layers.layer import Layer
from training.layers.shape import Shape


class Merge(Layer):
    """Joins inputs of one shape, element by element."""

    family = "merge"
    least = 2
    most = 16

    def output(self, *inputs: Shape) -> Shape:
        return Shape(inputs[0].dims, about=any(x.about for x in inputs))

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


class Concatenate(Merge):
    """Puts its inputs side by side; all sizes but the last must be the same (torch.cat)."""

    also = ("cat", "join", "stack")
    keeps_shape = False

    def output(self, *inputs: Shape) -> Shape:
        last = sum(x.last for x in inputs)
        return inputs[0].with_last(last, about=any(x.about for x in inputs))

    def construct(self, *inputs: Shape) -> Call:  # type: ignore[override]
        return Call("torch.cat", dim=-1)

    def multiply_adds(self, *inputs: Shape) -> int:
        return 0


LAYERS = (Add, Concatenate, Multiply, Subtract, Maximum, Average)
