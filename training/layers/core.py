"""Core layers: weighted sums, dropout, and what only passes values on."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from training.declared import Call
from training.layers.layer import Layer
from training.layers.shape import Shape


class Core(Layer):
    family = "core"


class Linear(Core):
    """Weighted sums of all inputs, plus a bias: the plain fully connected layer (torch.nn.Linear)."""

    also = ("Dense", "fully connected", "affine", "perceptron")
    keeps_shape = False
    is_linear = True

    units: int = Field(64, ge=1, le=65_536, title="Units", description="How many outputs the layer has.")
    bias: bool = Field(True, title="Bias", description="Adds a learned number to each output.")

    def output(self, x: Shape, /) -> Shape:
        return x.with_last(self.units)

    def construct(self, x: Shape, /) -> Call:  # type: ignore[override]
        return Call("nn.Linear", x.last, self.units, bias=self.bias)

    def parameters(self, x: Shape, /) -> int:
        return self.units * (x.last + self.bias)

    def multiply_adds(self, x: Shape, /) -> int:
        return x.count * self.units


class Flatten(Core):
    """Puts all values of a row into one line of numbers (torch.nn.Flatten)."""

    also = ("ravel", "unroll")
    keeps_shape = False
    is_linear = True

    def output(self, x: Shape, /) -> Shape:
        return x.flat()

    def construct(self, x: Shape, /) -> Call:  # type: ignore[override]
        return Call("nn.Flatten")

    def multiply_adds(self, x: Shape, /) -> int:
        return 0


class Dropout(Core):
    """Sets a random share of the values to zero while training, against overfitting (torch.nn.Dropout)."""

    also = ("regularise", "drop")

    p: float = Field(
        0.1, ge=0.0, le=0.95, title="Rate", description="Share of the values that is dropped at each step."
    )

    def construct(self, x: Shape, /) -> Call:  # type: ignore[override]
        return Call("nn.Dropout", p=self.p)


class GaussianNoise(Core):
    """Adds random noise while training, so that the network relies less on exact values."""

    title: ClassVar[str] = "Gaussian noise"
    also = ("noise", "jitter")

    std: float = Field(0.1, ge=0.0, le=10.0, title="Deviation", description="Size of the noise.")

    def construct(self, x: Shape, /) -> Call:  # type: ignore[override]
        return Call("GaussianNoise", std=self.std)


class Identity(Core):
    """Passes values on as they are: a place to name, or to connect to (torch.nn.Identity)."""

    also = ("pass through", "nothing")

    def construct(self, x: Shape, /) -> Call:  # type: ignore[override]
        return Call("nn.Identity")

    def multiply_adds(self, x: Shape, /) -> int:
        return 0


LAYERS = (Linear, Dropout, Flatten, GaussianNoise, Identity)
