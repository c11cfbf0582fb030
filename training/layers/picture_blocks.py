"""Blocks for pictures: one card, several layers."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field

from training.layers.layer import Block
from training.layers.shape import Shape

Nodes = list[dict[str, Any]]
Activation = Literal["ReLU", "SiLU", "GELU", "LeakyReLU", "Hardswish"]

_UNITS = Field(64, ge=1, le=8_192, title="Filters", description="How many channels the output has.")
_STRIDE = Field(1, ge=1, le=8, title="Stride", description="2 halves the picture's height and width.")


def conv(
    id: str, units: int, kernel_size: int, stride: int = 1, groups: int = 1, **more: Any
) -> dict[str, Any]:
    """A convolution without bias, as normalisation follows; its size is the input's divided by the stride."""
    return {
        "id": id,
        "layer": "Conv2d",
        "units": units,
        "kernel_size": kernel_size,
        "stride": stride,
        "padding": "same",
        "groups": groups,
        "bias": False,
    } | more


def norm(id: str) -> dict[str, Any]:
    return {"id": id, "layer": "BatchNorm2d"}


class PictureBlock(Block):
    family = "block"
    ranks = (3,)
    channels_first = True
    keeps_shape = False
    bends = True


class ConvNormActivation(PictureBlock):
    """Convolution, batch normalisation and an activation: the brick of most picture networks."""

    title: ClassVar[str] = "Conv, norm, activation"
    also = ("ConvBNReLU", "conv block", "CBR")

    units: int = _UNITS
    kernel_size: int = Field(
        3, ge=1, le=31, title="Kernel size", description="How many places a filter spans."
    )
    stride: int = _STRIDE
    activation: Activation = Field("ReLU", title="Activation", description="What bends the values.")

    def nodes(self, x: Shape, /) -> Nodes:  # type: ignore[override]
        return [
            conv("conv", self.units, self.kernel_size, self.stride),
            norm("norm"),
            {"id": "activation", "layer": self.activation},
        ]


class ResNetBasic(PictureBlock):
    """Two convolutions and a way past them, as in ResNet-18 and ResNet-34 (arXiv 1512.03385)."""

    title: ClassVar[str] = "ResNet block"
    also = ("residual block", "basic block", "ResNet")

    units: int = _UNITS
    stride: int = _STRIDE

    def nodes(self, x: Shape, /) -> Nodes:  # type: ignore[override]
        body = [
            conv("conv_1", self.units, 3, self.stride),
            norm("norm_1"),
            {"id": "relu_1", "layer": "ReLU"},
            conv("conv_2", self.units, 3),
            norm("norm_2"),
        ]
        return residual(body, x, self.units, self.stride)


class ResNetBottleneck(PictureBlock):
    """Narrow, look, widen, and a way past: the block of ResNet-50 and larger (arXiv 1512.03385)."""

    title: ClassVar[str] = "ResNet bottleneck"
    also = ("residual block", "bottleneck", "ResNet-50")

    units: int = _UNITS
    squeeze: int = Field(
        4, ge=1, le=64, title="Narrowing", description="How many times narrower its middle is."
    )
    stride: int = _STRIDE

    def nodes(self, x: Shape, /) -> Nodes:  # type: ignore[override]
        middle = max(1, self.units // self.squeeze)
        body = [
            conv("conv_1", middle, 1),
            norm("norm_1"),
            {"id": "relu_1", "layer": "ReLU"},
            conv("conv_2", middle, 3, self.stride),
            norm("norm_2"),
            {"id": "relu_2", "layer": "ReLU"},
            conv("conv_3", self.units, 1),
            norm("norm_3"),
        ]
        return residual(body, x, self.units, self.stride)


def residual(body: Nodes, x: Shape, units: int, stride: int) -> Nodes:
    """The body beside a shortcut, which is projected by a 1×1 convolution where sizes differ."""
    last, shortcut = body[-1]["id"], "in"
    if x.dims[0] != units or stride != 1:
        project = conv("project", units, 1, stride, inputs=["in"])
        body = [*body, project, norm("project_norm")]
        shortcut = "project_norm"
    return [
        *body,
        {"id": "add", "layer": "Add", "inputs": [last, shortcut]},
        {"id": "relu", "layer": "ReLU"},
    ]


class InvertedResidual(PictureBlock):
    """Widen, look at each channel alone, narrow: the block of MobileNetV2 (arXiv 1801.04381)."""

    title: ClassVar[str] = "Inverted residual"
    also = ("MobileNetV2", "MBConv", "mobile block")

    units: int = _UNITS
    expand: int = Field(4, ge=1, le=16, title="Widening", description="How many times wider its middle is.")
    stride: int = _STRIDE

    def nodes(self, x: Shape, /) -> Nodes:  # type: ignore[override]
        middle = x.dims[0] * self.expand
        body = [
            conv("widen", middle, 1),
            norm("norm_1"),
            {"id": "relu_1", "layer": "ReLU"},
            conv("depthwise", middle, 3, self.stride, groups=middle),
            norm("norm_2"),
            {"id": "relu_2", "layer": "ReLU"},
            conv("narrow", self.units, 1),
            norm("norm_3"),
        ]
        if x.dims[0] != self.units or self.stride != 1:
            return body
        return [*body, {"id": "add", "layer": "Add", "inputs": ["norm_3", "in"]}]


class SqueezeExcite(PictureBlock):
    """Looks at the whole picture to make some channels louder and others quieter (arXiv 1709.01507)."""

    title: ClassVar[str] = "Squeeze and excite"
    also = ("SE block", "channel attention")
    keeps_shape = True

    squeeze: int = Field(
        16, ge=1, le=256, title="Narrowing", description="How many times narrower its middle is."
    )

    def nodes(self, x: Shape, /) -> Nodes:  # type: ignore[override]
        channels = x.dims[0]
        return [
            {"id": "pool", "layer": "AdaptiveAvgPool2d", "size": 1},
            conv("narrow", max(1, channels // self.squeeze), 1, bias=True),
            {"id": "relu", "layer": "ReLU"},
            conv("widen", channels, 1, bias=True),
            {"id": "sigmoid", "layer": "Sigmoid"},
            {"id": "scale", "layer": "Scale", "inputs": ["in", "sigmoid"]},
        ]


LAYERS = (ConvNormActivation, ResNetBasic, ResNetBottleneck, InvertedResidual, SqueezeExcite)
