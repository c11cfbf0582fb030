"""Core layers: weighted sums, dropout, and what only passes values on."""

from __future__ import annotations

import math
import re
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from training.declared import Call
from training.layers.layer import Layer, Misfit, Weighted
from training.layers.shape import Shape


class Core(Layer):
    family = "core"


class Linear(Weighted):
    """Weighted sums of all inputs, plus a bias: the plain fully connected layer (torch.nn.Linear)."""

    family = "core"
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


_SIZES = re.compile(r" *-?[0-9]{1,7}( *[,×x ] *-?[0-9]{1,7}){0,4} *")


def _sizes(typed: str) -> str:
    """Raises ValueError where these are no sizes."""
    if not _SIZES.fullmatch(typed):
        raise ValueError("must be one to five whole numbers, such as 1, 28, 28")
    return typed


class Reshape(Core):
    """Puts a row's values into another form, such as 784 pixels into 1 × 28 × 28 (torch.nn.Unflatten)."""

    also = ("view", "unflatten")
    keeps_shape = False
    is_linear = True

    sizes: Annotated[str, AfterValidator(_sizes)] = Field(
        "1, -1",
        max_length=60,
        title="Sizes",
        description="The sizes of the new form, such as 1, 28, 28. One may be -1: it takes what is left.",
    )

    def wanted(self) -> list[int]:
        """The sizes as they are typed."""
        return [int(size) for size in re.findall(r"-?\d+", self.sizes)]

    def output(self, x: Shape, /) -> Shape:
        wanted = self.wanted()
        known = math.prod(size for size in wanted if size != -1)
        if wanted.count(-1) > 1 or any(size < 1 for size in wanted if size != -1):
            raise Misfit("needs sizes of 1 or more, of which one may be -1.", ("set", "sizes", "1, -1"))
        if x.count % known or (-1 not in wanted and known != x.count):
            message = f"cannot put {x.count:,} values into {' × '.join(map(str, wanted))}."
            raise Misfit(message, ("set", "sizes", "1, -1"))
        return Shape(tuple(x.count // known if size == -1 else size for size in wanted), about=x.about)

    def construct(self, x: Shape, /) -> Call:  # type: ignore[override]
        return Call("Reshape", *self.output(x).dims)

    def multiply_adds(self, x: Shape, /) -> int:
        return 0


class Permute(Core):
    """Turns the sizes of a row round, so that (length, channels) becomes (channels, length)."""

    also = ("transpose", "swap axes", "channels first")
    ranks = (2, 3, 4)
    keeps_shape = False
    is_linear = True

    def output(self, x: Shape, /) -> Shape:
        padded = None if x.padded is None else x.rank - 1 - x.padded
        return Shape(x.dims[::-1], about=x.about, padded=padded)

    def construct(self, x: Shape, /) -> Call:  # type: ignore[override]
        return Call("Permute", *range(x.rank, 0, -1))

    def multiply_adds(self, x: Shape, /) -> int:
        return 0


class Dropout(Core):
    """Sets a random share of the values to zero while training, against overfitting (torch.nn.Dropout)."""

    also: ClassVar[tuple[str, ...]] = ("regularise", "drop")

    p: float = Field(
        0.5, ge=0.0, le=0.95, title="Rate", description="Share of the values that is dropped at each step."
    )

    def construct(self, x: Shape, /) -> Call:  # type: ignore[override]
        return Call(f"nn.{self.name}", p=self.p)


class Dropout1d(Dropout):
    """Drops whole channels of a sequence while training (torch.nn.Dropout1d)."""

    also = ("spatial dropout", "SpatialDropout1D", "channel dropout", "regularise")
    ranks = (2,)
    channels_first = True


class Dropout2d(Dropout):
    """Drops whole channels of a picture while training (torch.nn.Dropout2d)."""

    also = ("spatial dropout", "SpatialDropout2D", "channel dropout", "regularise")
    ranks = (3,)
    channels_first = True


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


LAYERS = (Linear, Dropout, Flatten, Reshape, Permute, Dropout1d, Dropout2d, GaussianNoise, Identity)
