"""Pooling: fewer places, each with the largest or the mean value of several; and its opposite, Upsample."""

from __future__ import annotations

import math
from typing import ClassVar, Literal

from pydantic import Field

from training.declared import Call
from training.layers.convolution import slid, too_small
from training.layers.layer import Layer, Misfit
from training.layers.shape import Shape


class Pooling(Layer):
    """Windows over (channels, …), each of which becomes one value."""

    family = "pooling"
    channels_first = True
    keeps_shape = False
    sides: ClassVar[int] = 0
    sees_no_edge: ClassVar[bool] = False  # PyTorch does not count the added places as room for a window

    kernel_size: int = Field(
        2, ge=1, le=127, title="Window", description="How many places along each side become one."
    )
    stride: int | None = Field(
        None,
        ge=1,
        le=127,
        title="Stride",
        description="How far the window moves; empty for windows that do not overlap.",
        json_schema_extra={"advanced": True},
    )
    zeros: int = Field(
        0,
        ge=0,
        le=63,
        title="Padding",
        description="Places added at every edge: at most half of the window.",
        json_schema_extra={"advanced": True},
    )

    def output(self, x: Shape, /) -> Shape:
        if self.zeros > self.kernel_size // 2:
            message = f"may add at most half of its window at the edges, which is {self.kernel_size // 2}."
            raise Misfit(message, ("set", "zeros", self.kernel_size // 2))
        channels, *sizes = x.dims
        stride = self.stride or self.kernel_size
        slides = [slid(size, self.kernel_size, stride, self.zeros) for size in sizes]
        if min(slides) < 1 or (self.sees_no_edge and min(sizes) < self.kernel_size):
            raise too_small(tuple(sizes), self.kernel_size, 1, 0 if self.sees_no_edge else self.zeros)
        return Shape((channels, *slides), about=x.about)

    def construct(self, x: Shape, /) -> Call:  # type: ignore[override]
        return Call(f"nn.{self.name}", self.kernel_size, stride=self.stride, padding=self.zeros)

    def multiply_adds(self, x: Shape, /) -> int:
        window: int = self.kernel_size**self.sides
        return self.output(x).count * window


class MaxPool1d(Pooling):
    """Keeps the largest value of each stretch of a sequence (torch.nn.MaxPool1d)."""

    also = ("max pooling", "downsample", "subsample", "MaxPooling1D")
    ranks = (2,)
    sides = 1


class MaxPool2d(Pooling):
    """Keeps the largest value of each window of a picture (torch.nn.MaxPool2d)."""

    also = ("max pooling", "downsample", "subsample", "MaxPooling2D")
    ranks = (3,)
    sides = 2


class MaxPool3d(Pooling):
    """Keeps the largest value of each block of a volume (torch.nn.MaxPool3d)."""

    also = ("max pooling", "downsample", "MaxPooling3D")
    ranks = (4,)
    sides = 3


class AvgPool1d(Pooling):
    """Keeps the mean of each stretch of a sequence (torch.nn.AvgPool1d)."""

    also = ("average pooling", "mean pooling", "downsample", "AveragePooling1D")
    is_linear = True
    ranks = (2,)
    sides = 1


class AvgPool2d(Pooling):
    """Keeps the mean of each window of a picture (torch.nn.AvgPool2d)."""

    also = ("average pooling", "mean pooling", "downsample", "AveragePooling2D")
    is_linear = True
    ranks = (3,)
    sides = 2


class AvgPool3d(Pooling):
    """Keeps the mean of each block of a volume (torch.nn.AvgPool3d)."""

    also = ("average pooling", "mean pooling", "downsample", "AveragePooling3D")
    is_linear = True
    ranks = (4,)
    sides = 3
    sees_no_edge = True


class Adaptive(Layer):
    """As many windows as are wanted, whatever the size that comes."""

    family = "pooling"
    channels_first = True
    keeps_shape = False
    sides: ClassVar[int] = 0

    size: int = Field(1, ge=1, le=512, title="Size", description="How many places remain along each side.")

    def output(self, x: Shape, /) -> Shape:
        return Shape((x.dims[0], *[self.size] * self.sides), about=x.about)

    def construct(self, x: Shape, /) -> Call:  # type: ignore[override]
        if self.sides == 3 or not self.is_linear:
            return Call("AdaptivePool", self.size, mode="mean" if self.is_linear else "max")
        return Call(f"nn.{self.name}", self.size)

    def multiply_adds(self, x: Shape, /) -> int:
        return max(x.count, self.output(x).count)


class AdaptiveAvgPool1d(Adaptive):
    """Means over as many stretches of a sequence as you say (torch.nn.AdaptiveAvgPool1d)."""

    title: ClassVar[str] = "Adaptive AvgPool1d"
    also = ("adaptive average pooling",)
    is_linear = True
    ranks = (2,)
    sides = 1


class AdaptiveAvgPool2d(Adaptive):
    """Means over as many windows of a picture as you say (torch.nn.AdaptiveAvgPool2d)."""

    title: ClassVar[str] = "Adaptive AvgPool2d"
    also = ("adaptive average pooling",)
    is_linear = True
    ranks = (3,)
    sides = 2


class AdaptiveAvgPool3d(Adaptive):
    """Means over as many blocks of a volume as you say (torch.nn.AdaptiveAvgPool3d)."""

    title: ClassVar[str] = "Adaptive AvgPool3d"
    also = ("adaptive average pooling",)
    is_linear = True
    ranks = (4,)
    sides = 3


class AdaptiveMaxPool1d(Adaptive):
    """Largest values of as many stretches of a sequence as you say (torch.nn.AdaptiveMaxPool1d)."""

    title: ClassVar[str] = "Adaptive MaxPool1d"
    also = ("adaptive max pooling",)
    ranks = (2,)
    sides = 1


class AdaptiveMaxPool2d(Adaptive):
    """Largest values of as many windows of a picture as you say (torch.nn.AdaptiveMaxPool2d)."""

    title: ClassVar[str] = "Adaptive MaxPool2d"
    also = ("adaptive max pooling",)
    ranks = (3,)
    sides = 2


class AdaptiveMaxPool3d(Adaptive):
    """Largest values of as many blocks of a volume as you say (torch.nn.AdaptiveMaxPool3d)."""

    title: ClassVar[str] = "Adaptive MaxPool3d"
    also = ("adaptive max pooling",)
    ranks = (4,)
    sides = 3


class Global(Layer):
    """One value for each channel, whatever the size: (channels, …) becomes a row of channels."""

    family = "pooling"
    ranks = (2, 3, 4)
    channels_first = True
    keeps_shape = False

    def output(self, x: Shape, /) -> Shape:
        return Shape((x.dims[0],), about=x.about and x.rank == 1)

    def construct(self, x: Shape, /) -> Call:  # type: ignore[override]
        return Call(self.name)

    def multiply_adds(self, x: Shape, /) -> int:
        return x.count


class GlobalAvgPool(Global):
    """The mean of each channel over all of its places; a text's padding does not count."""

    title: ClassVar[str] = "Global average pooling"
    also = ("GAP", "global average pooling", "GlobalAveragePooling1D", "GlobalAveragePooling2D", "mean")
    is_linear = True
    masks = True


class GlobalMaxPool(Global):
    """The largest value of each channel over all of its places; a text's padding does not count."""

    title: ClassVar[str] = "Global max pooling"
    also = ("global max pooling", "GlobalMaxPooling1D", "GlobalMaxPooling2D", "max over time")
    masks = True


class Upsample(Layer):
    """Makes a sequence, picture or volume larger by repeating or blending its places (torch.nn.Upsample)."""

    family = "pooling"
    also = ("resize", "UpSampling2D", "interpolate", "decoder")
    ranks = (2, 3, 4)
    channels_first = True
    keeps_shape = False
    is_linear = True

    scale: int = Field(2, ge=1, le=64, title="Scale", description="How many times larger each side becomes.")
    mode: Literal["nearest", "linear"] = Field(
        "nearest", title="Mode", description="Nearest repeats places, linear blends between them."
    )

    def output(self, x: Shape, /) -> Shape:
        channels, *sizes = x.dims
        if math.prod(sizes) * self.scale ** len(sizes) > 2**31:
            raise Misfit("makes more places than a wire can hold.", ("set", "scale", 2))
        return Shape((channels, *[size * self.scale for size in sizes]), about=x.about)

    def construct(self, x: Shape, /) -> Call:  # type: ignore[override]
        blends = {2: "linear", 3: "bilinear", 4: "trilinear"}[x.rank]
        return Call(
            "nn.Upsample", scale_factor=self.scale, mode="nearest" if self.mode == "nearest" else blends
        )


LAYERS = (
    MaxPool2d, AvgPool2d, GlobalAvgPool, GlobalMaxPool, AdaptiveAvgPool2d, AdaptiveMaxPool2d, MaxPool1d,
    AvgPool1d, AdaptiveAvgPool1d, AdaptiveMaxPool1d, MaxPool3d, AvgPool3d, AdaptiveAvgPool3d,
    AdaptiveMaxPool3d, Upsample,
)  # fmt: skip
