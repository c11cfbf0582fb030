"""Convolutions: filters that slide along a sequence, over a picture or through a volume.

Sizes follow the formulas of torch.nn.Conv2d and torch.nn.ConvTranspose2d.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar, Literal

from pydantic import Field

from training.declared import Call
from training.layers.layer import Misfit, Weighted
from training.layers.shape import Shape

SIDES = {1: ("long",), 2: ("high", "wide"), 3: ("deep", "high", "wide")}
THINGS = {1: "sequence", 2: "picture", 3: "volume"}


def slid(size: int, kernel: int, stride: int, padding: int, dilation: int = 1) -> int:
    """How often a window fits: the size of the output along one side (torch.nn.Conv2d's formula)."""
    return (size + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1


def too_small(
    sizes: tuple[int, ...], kernel: int, dilation: int, padding: int, *remedies: tuple[str, str, Any]
) -> Misfit:
    """A window larger than what it slides over; remedies: those that are better than a smaller window."""
    side = SIDES[len(sizes)][sizes.index(min(sizes))]
    reach = dilation * (kernel - 1) + 1
    fits = max(1, (min(sizes) + 2 * padding - 1) // dilation + 1)
    message = (
        f"needs a {THINGS[len(sizes)]} at least {reach - 2 * padding} {side}, "
        f"but what reaches it is {min(sizes)} {side}."
    )
    return Misfit(message, *remedies, ("set", "kernel_size", fits))


class Convolution(Weighted):
    """Filters that slide over (channels, …); a subclass says along how many sides."""

    family = "convolution"
    channels_first = True
    keeps_shape = False
    is_linear = True
    sides: ClassVar[int] = 0

    units: int = Field(
        32,
        ge=1,
        le=8_192,
        title="Filters",
        description="How many features the layer looks for: its channels.",
    )
    kernel_size: int = Field(
        3, ge=1, le=127, title="Kernel size", description="How many places a filter spans."
    )
    stride: int = Field(1, ge=1, le=64, title="Stride", description="How far the filter moves at each step.")
    padding: Literal["same", "valid", "number"] = Field(
        "valid",
        title="Padding",
        description="Same keeps the size where the stride is 1, valid adds nothing at the edges, "
        "number adds as many zeros as you say.",
    )
    zeros: int = Field(
        1,
        ge=0,
        le=63,
        title="Zeros at each edge",
        description="With padding by number: how many zeros are added at every edge.",
        json_schema_extra={"advanced": True},
    )
    dilation: int = Field(
        1,
        ge=1,
        le=64,
        title="Dilation",
        description="Gap between the places that a filter looks at.",
        json_schema_extra={"advanced": True},
    )
    groups: int = Field(
        1,
        ge=1,
        le=8_192,
        title="Groups",
        description="Splits channels into groups that do not see each other.",
        json_schema_extra={"advanced": True},
    )
    bias: bool = Field(
        True,
        title="Bias",
        description="Adds a learned number to each output.",
        json_schema_extra={"advanced": True},
    )

    @property
    def edge(self) -> int:
        """Zeros added at every edge. "Same" with a stride gives the size divided by it, rounded up."""
        if self.padding == "same":
            return self.dilation * (self.kernel_size - 1) // 2
        return 0 if self.padding == "valid" else self.zeros

    @property
    def is_exact(self) -> bool:
        """Whether PyTorch's own "same" is needed: an even window has no middle."""
        return self.padding == "same" and self.stride == 1

    def output(self, x: Shape, /) -> Shape:
        channels, *sizes = x.dims
        self._grouped(channels)
        if self.is_exact:
            slides = sizes
        else:
            slides = [slid(size, self.kernel_size, self.stride, self.edge, self.dilation) for size in sizes]
        if min(slides) < 1:
            wider = [] if self.padding == "same" else [("set", "padding", "same")]
            raise too_small(tuple(sizes), self.kernel_size, self.dilation, self.edge, *wider)
        padded = x.padded if self.is_exact and x.padded == 1 else None
        return Shape((self.units, *slides), about=x.about and x.rank > 1, padded=padded)

    def _grouped(self, channels: int) -> None:
        if channels % self.groups or self.units % self.groups:
            message = (
                f"has {self.groups} groups, which must divide its {self.units} filters and the {channels} "
                f"channels that reach it."
            )
            raise Misfit(message, ("set", "groups", math.gcd(channels, self.units, self.groups)))

    def construct(self, x: Shape, /) -> Call:  # type: ignore[override]
        padding = "same" if self.is_exact else self.edge
        return Call(
            f"nn.Conv{self.sides}d",
            x.dims[0],
            self.units,
            self.kernel_size,
            stride=self.stride,
            padding=padding,
            dilation=self.dilation,
            groups=self.groups,
            bias=self.bias,
        )

    def parameters(self, x: Shape, /) -> int:
        window: int = self.kernel_size**self.sides
        return self.units * (x.dims[0] // self.groups * window + self.bias)

    def multiply_adds(self, x: Shape, /) -> int:
        window: int = self.kernel_size**self.sides
        return self.output(x).count * (x.dims[0] // self.groups) * window


class Conv1d(Convolution):
    """Filters that slide along a sequence of (channels, length) (torch.nn.Conv1d)."""

    also = ("convolution", "CNN", "filter", "temporal convolution")
    ranks = (2,)
    sides = 1


class Conv2d(Convolution):
    """Filters that slide over a picture of (channels, height, width) (torch.nn.Conv2d)."""

    also = ("convolution", "CNN", "filter")
    ranks = (3,)
    sides = 2


class Conv3d(Convolution):
    """Filters that slide through a volume of (channels, depth, height, width) (torch.nn.Conv3d)."""

    also = ("convolution", "CNN", "filter", "volume", "video")
    ranks = (4,)
    sides = 3


class Transposed(Weighted):
    """A convolution backwards: each value paints a window, so that the output is larger."""

    family = "convolution"
    channels_first = True
    keeps_shape = False
    is_linear = True
    sides: ClassVar[int] = 0

    units: int = Field(32, ge=1, le=8_192, title="Filters", description="How many channels the output has.")
    kernel_size: int = Field(
        2, ge=1, le=127, title="Kernel size", description="How many places a filter paints."
    )
    stride: int = Field(
        1,
        ge=1,
        le=64,
        title="Stride",
        description="How far the painted windows lie apart: 2 doubles the size.",
    )
    zeros: int = Field(
        0,
        ge=0,
        le=63,
        title="Cut at each edge",
        description="How many places are cut off at every edge of the output (PyTorch's padding).",
        json_schema_extra={"advanced": True},
    )
    bias: bool = Field(
        True,
        title="Bias",
        description="Adds a learned number to each output.",
        json_schema_extra={"advanced": True},
    )

    def output(self, x: Shape, /) -> Shape:
        sizes = [(size - 1) * self.stride - 2 * self.zeros + self.kernel_size for size in x.dims[1:]]
        if min(sizes) < 1:
            side = SIDES[self.sides][sizes.index(min(sizes))]
            message = f"cuts {self.zeros} places at each edge, which leaves nothing: {min(sizes)} {side}."
            raise Misfit(message, ("set", "zeros", 0))
        return Shape((self.units, *sizes), about=x.about)

    def construct(self, x: Shape, /) -> Call:  # type: ignore[override]
        return Call(
            f"nn.ConvTranspose{self.sides}d",
            x.dims[0],
            self.units,
            self.kernel_size,
            stride=self.stride,
            padding=self.zeros,
            bias=self.bias,
        )

    def parameters(self, x: Shape, /) -> int:
        window: int = self.kernel_size**self.sides
        return self.units * (x.dims[0] * window + self.bias)

    def multiply_adds(self, x: Shape, /) -> int:
        window: int = self.kernel_size**self.sides
        return x.count * self.units * window


class ConvTranspose1d(Transposed):
    """Makes a sequence longer: a convolution backwards (torch.nn.ConvTranspose1d)."""

    also = ("deconvolution", "upsampling", "decoder", "Conv1DTranspose")
    ranks = (2,)
    sides = 1


class ConvTranspose2d(Transposed):
    """Makes a picture larger: a convolution backwards (torch.nn.ConvTranspose2d)."""

    also = ("deconvolution", "upsampling", "decoder", "Conv2DTranspose")
    ranks = (3,)
    sides = 2


class DepthwiseSeparableConv2d(Weighted):
    """A filter for each channel, then a mix of the channels: a convolution at a fraction of the cost.

    As in MobileNets (arXiv 1704.04861).
    """

    title: ClassVar[str] = "Depthwise separable Conv2d"
    family = "convolution"
    also = ("separable convolution", "SeparableConv2D", "MobileNet", "Xception", "depthwise")
    ranks = (3,)
    channels_first = True
    keeps_shape = False
    is_linear = True

    units: int = Field(32, ge=1, le=8_192, title="Filters", description="How many channels the output has.")
    kernel_size: int = Field(
        3, ge=1, le=127, title="Kernel size", description="How many places a filter spans."
    )
    stride: int = Field(1, ge=1, le=64, title="Stride", description="How far the filter moves at each step.")

    def output(self, x: Shape, /) -> Shape:
        edge = self.kernel_size // 2
        sizes = [slid(size, self.kernel_size, self.stride, edge) for size in x.dims[1:]]
        return Shape((self.units, *sizes), about=x.about)

    def construct(self, x: Shape, /) -> Call:  # type: ignore[override]
        return Call("DepthwiseSeparableConv2d", x.dims[0], self.units, self.kernel_size, stride=self.stride)

    def parameters(self, x: Shape, /) -> int:
        channels = x.dims[0]
        return channels * self.kernel_size**2 + channels * self.units + self.units

    def multiply_adds(self, x: Shape, /) -> int:
        places = self.output(x).count // self.units
        return places * x.dims[0] * (self.kernel_size**2 + self.units)


LAYERS = (
    Conv2d, Conv1d, Conv3d, ConvTranspose2d, ConvTranspose1d, DepthwiseSeparableConv2d,
)  # fmt: skip
