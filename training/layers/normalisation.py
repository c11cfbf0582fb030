"""Normalisation: keeps values at a like size from layer to layer."""

from __future__ import annotations

from pydantic import Field

from training.declared import Call
from training.layers.layer import Layer
from training.layers.shape import Shape


class Normalisation(Layer):
    family = "normalisation"


class BatchNorm1d(Normalisation):
    """Brings each value to mean 0 and deviation 1 over the batch, then rescales it (torch.nn.BatchNorm1d)."""

    also = ("batch normalisation", "batch norm")
    ranks = (1,)

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
        return Call("nn.BatchNorm1d", x.dims[0], **self.model_dump())

    def parameters(self, x: Shape, /) -> int:
        return 2 * x.dims[0]


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

    eps: float = Field(
        1e-6,
        gt=0.0,
        le=1.0,
        title="Epsilon",
        description="Guards against dividing by zero.",
        json_schema_extra={"advanced": True},
    )

    def construct(self, x: Shape, /) -> Call:  # type: ignore[override]
        return Call("nn.RMSNorm", x.last, eps=self.eps)

    def parameters(self, x: Shape, /) -> int:
        return x.last


LAYERS = (BatchNorm1d, LayerNorm, RMSNorm)
