"""Blocks for rows and steps: one card, several layers."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field

from training.layers.layer import Block
from training.layers.shape import Shape

Nodes = list[dict[str, Any]]
Activation = Literal["ReLU", "GELU", "SiLU", "Mish", "SELU"]

_ACTIVATION: Any = Field("ReLU", title="Activation", description="What bends the values.")
_DROPOUT: Any = Field(
    0.1, ge=0.0, le=0.95, title="Dropout", description="Share of the values that is dropped."
)


def dropped(id: str, p: float) -> Nodes:
    """A dropout, where there is any."""
    return [{"id": id, "layer": "Dropout", "p": p}] if p > 0 else []


def added(body: Nodes, x: Shape, units: int) -> Nodes:
    """The body and a way past it, projected by a Linear where it makes another size."""
    last, past = body[-1]["id"], "in"
    if x.last != units:
        past = "project"
        body = [*body, {"id": past, "layer": "Linear", "units": units, "inputs": ["in"]}]
    return [*body, {"id": "add", "layer": "Add", "inputs": [last, past]}]


class ResidualMLP(Block):
    """Norm, widen, bend, narrow, and a way past them: deeper networks for tables learn with it.

    The ResNet for tables of arXiv 2106.11959.
    """

    title: ClassVar[str] = "Residual MLP"
    family = "block"
    also = ("ResNet", "skip connection", "residual block", "feed-forward")
    bends = True

    hidden: int = Field(128, ge=1, le=65_536, title="Hidden units", description="How wide its middle is.")
    norm: Literal["LayerNorm", "BatchNorm1d", "none"] = Field(
        "LayerNorm",
        title="Norm",
        description="What brings the values to a like size first.",
    )
    activation: Activation = _ACTIVATION
    dropout: float = _DROPOUT

    def nodes(self, x: Shape, /) -> Nodes:  # type: ignore[override]
        body: Nodes = [
            *([{"id": "norm", "layer": self.norm}] if self.norm != "none" else []),
            {"id": "widen", "layer": "Linear", "units": self.hidden},
            {"id": "activation", "layer": self.activation},
            *dropped("drop_1", self.dropout),
            {"id": "narrow", "layer": "Linear", "units": x.last},
            *dropped("drop_2", self.dropout),
        ]
        return added(body, x, x.last)


class GatedResidual(Block):
    """Learns how much of itself to let through, and can close where nothing is to be gained.

    The gated residual network of arXiv 1912.09363.
    """

    title: ClassVar[str] = "Gated residual"
    family = "block"
    also = ("GRN", "Temporal Fusion Transformer", "gate", "TFT")
    keeps_shape = False
    bends = True

    units: int = Field(64, ge=1, le=32_768, title="Units", description="How many outputs the block has.")
    dropout: float = _DROPOUT

    def nodes(self, x: Shape, /) -> Nodes:  # type: ignore[override]
        body: Nodes = [
            {"id": "hidden", "layer": "Linear", "units": self.units},
            {"id": "elu", "layer": "ELU"},
            {"id": "mix", "layer": "Linear", "units": self.units},
            *dropped("drop", self.dropout),
            {"id": "widen", "layer": "Linear", "units": 2 * self.units},
            {"id": "gate", "layer": "GLU"},
        ]
        return [*added(body, x, self.units), {"id": "norm", "layer": "LayerNorm"}]


class TemporalBlock(Block):
    """Two convolutions that look back along the steps, and a way past them: the brick of a TCN.

    Stack some and double the dilation in each: 1, 2, 4 … (arXiv 1803.01271).
    """

    title: ClassVar[str] = "Temporal convolution block"
    family = "block"
    also = ("TCN", "temporal convolutional network", "WaveNet", "dilated convolution")
    ranks = (2,)
    keeps_shape = False
    bends = True

    units: int = Field(64, ge=1, le=8_192, title="Filters", description="How many outputs each step has.")
    kernel_size: int = Field(
        3, ge=1, le=127, title="Kernel size", description="How many steps a filter spans."
    )
    dilation: int = Field(
        1, ge=1, le=1_024, title="Dilation", description="Gap between the steps that a filter looks at."
    )
    activation: Activation = _ACTIVATION
    dropout: float = _DROPOUT

    def nodes(self, x: Shape, /) -> Nodes:  # type: ignore[override]
        conv: dict[str, Any] = {
            "layer": "CausalConv1d",
            "units": self.units,
            "kernel_size": self.kernel_size,
            "dilation": self.dilation,
        }
        body: Nodes = []
        for number in (1, 2):
            body += [
                {"id": f"conv_{number}", **conv},
                {"id": f"activation_{number}", "layer": self.activation},
                *dropped(f"drop_{number}", self.dropout),
            ]
        return [*added(body, x, self.units), {"id": "activation", "layer": self.activation}]


LAYERS = (ResidualMLP, GatedResidual, TemporalBlock)
