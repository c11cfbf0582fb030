"""Normalisation: keeps values at a like size from layer to layer."""

from __future__ import annotations

import math

from pydantic import Field

from training.declared import Call
from training.layers.layer import Learning, Misfit
from training.layers.shape import Shape


class Normalisation(Learning):
    family = "normalisation"


class BatchNorm(Normalisation):
    also = ("batch normalisation", "batch norm")
    channels_first = True

    eps: float = Field(
        1e-5,
        gt=0.0,
        le=1.0,
        title="Epsilon",
        description="Guards against dividing by zero.",
        json_schema_extra={"advanced": True},
    )
    momentum: float = Field(
        0.1,
        gt=0.0,
        le=1.0,
        title="Momentum",
        description="How fast the running mean follows.",
        json_schema_extra={"advanced": True},
    )

    def construct(self, x: Shape, /) -> Call:  # type: ignore[override]
        return Call(f"nn.{self.name}", x.dims[0], eps=self.eps, momentum=self.momentum)

    def parameters(self, x: Shape, /) -> int:
        return 2 * x.dims[0]


class BatchNorm1d(BatchNorm):
    """Brings each value to mean 0 and deviation 1 over the batch, then rescales it (torch.nn.BatchNorm1d)."""

    ranks = (1, 2)


class BatchNorm2d(BatchNorm):
    """Brings each channel of pictures to mean 0 and deviation 1 over the batch (torch.nn.BatchNorm2d)."""

    ranks = (3,)


class BatchNorm3d(BatchNorm):
    """Brings each channel of volumes to mean 0 and deviation 1 over the batch (torch.nn.BatchNorm3d)."""

    ranks = (4,)


class LayerNorm(Normalisation):
    """Brings each row to mean 0 and deviation 1, then rescales it (torch.nn.LayerNorm)."""

    also = ("layer normalisation",)

    eps: float = Field(
        1e-5,
        gt=0.0,
        le=1.0,
        title="Epsilon",
        description="Guards against dividing by zero.",
        json_schema_extra={"advanced": True},
    )

    def construct(self, x: Shape, /) -> Call:  # type: ignore[override]
        return Call("nn.LayerNorm", x.last, eps=self.eps)

    def parameters(self, x: Shape, /) -> int:
        return 2 * x.last


class RMSNorm(Normalisation):
    """Divides each row by its root mean square: LayerNorm without the mean (torch.nn.RMSNorm)."""

    also = ("root mean square norm",)

    eps: float | None = Field(
        None,
        gt=0.0,
        le=1.0,
        title="Epsilon",
        description="Guards against dividing by zero; empty takes the smallest step of the number format.",
        json_schema_extra={"advanced": True},
    )

    def construct(self, x: Shape, /) -> Call:  # type: ignore[override]
        return Call("nn.RMSNorm", x.last, eps=self.eps)

    def parameters(self, x: Shape, /) -> int:
        return x.last


class GroupNorm(Normalisation):
    """Brings groups of channels to mean 0 and deviation 1, each row for itself (torch.nn.GroupNorm)."""

    also = ("group normalisation",)
    channels_first = True
    ranks = (1, 2, 3, 4)

    groups: int = Field(
        8, ge=1, le=8_192, title="Groups", description="How many groups the channels are split into."
    )
    eps: float = Field(
        1e-5,
        gt=0.0,
        le=1.0,
        title="Epsilon",
        description="Guards against dividing by zero.",
        json_schema_extra={"advanced": True},
    )

    def output(self, x: Shape, /) -> Shape:
        if x.dims[0] % self.groups:
            message = f"has {self.groups} groups, which must divide the {x.dims[0]} channels that reach it."
            raise Misfit(message, ("set", "groups", math.gcd(x.dims[0], self.groups)))
        if x.count == self.groups:
            message = "sees one value in each group, which leaves nothing to normalise."
            raise Misfit(message, ("exchange", "LayerNorm", {}))
        return x

    def construct(self, x: Shape, /) -> Call:  # type: ignore[override]
        return Call("nn.GroupNorm", self.groups, x.dims[0], eps=self.eps)

    def parameters(self, x: Shape, /) -> int:
        return 2 * x.dims[0]


class InstanceNorm(Normalisation):
    also = ("instance normalisation", "style transfer")
    channels_first = True

    eps: float = Field(
        1e-5,
        gt=0.0,
        le=1.0,
        title="Epsilon",
        description="Guards against dividing by zero.",
        json_schema_extra={"advanced": True},
    )
    affine: bool = Field(
        False, title="Rescale", description="Learns a factor and a shift for each channel afterwards."
    )

    def output(self, x: Shape, /) -> Shape:
        if x.count == x.dims[0]:
            message = "sees one place in each channel, which leaves nothing to normalise."
            raise Misfit(message, ("exchange", "LayerNorm", {}))
        return x

    def construct(self, x: Shape, /) -> Call:  # type: ignore[override]
        return Call(f"nn.{self.name}", x.dims[0], eps=self.eps, affine=self.affine)

    def parameters(self, x: Shape, /) -> int:
        return 2 * x.dims[0] * self.affine


class InstanceNorm1d(InstanceNorm):
    """Brings each channel of each sequence to mean 0 and deviation 1 (torch.nn.InstanceNorm1d)."""

    ranks = (2,)


class InstanceNorm2d(InstanceNorm):
    """Brings each channel of each picture to mean 0 and deviation 1 (torch.nn.InstanceNorm2d)."""

    ranks = (3,)


class InstanceNorm3d(InstanceNorm):
    """Brings each channel of each volume to mean 0 and deviation 1 (torch.nn.InstanceNorm3d)."""

    ranks = (4,)


LAYERS = (
    BatchNorm1d, LayerNorm, RMSNorm, BatchNorm2d, BatchNorm3d, GroupNorm, InstanceNorm1d, InstanceNorm2d,
    InstanceNorm3d,
)  # fmt: skip
