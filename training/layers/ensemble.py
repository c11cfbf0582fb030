"""Ensembles in one network: k members that share most weights (TabM, arXiv 2410.24210).

Ensemble makes the members, Linear layers between treat all alike (TabM-mini), BatchEnsembleLinear
lets each have scales of its own (TabM), and MemberMean joins them before the output.
"""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from training.declared import Call
from training.layers.layer import Layer, Weighted
from training.layers.shape import Shape


class Ensemble(Weighted):
    """Hands the row to several members in one network, each seeing it in its own way."""

    family = "table"
    also = ("TabM", "BatchEnsemble", "members", "bagging")
    ranks = (1,)
    keeps_shape = False
    is_linear = True

    k: int = Field(32, ge=1, le=256, title="Members", description="How many networks are in one.")

    def output(self, x: Shape, /) -> Shape:
        return Shape((self.k, x.last), about=x.about)

    def construct(self, x: Shape, /) -> Call:  # type: ignore[override]
        return Call("Ensemble", x.last, self.k)

    def parameters(self, x: Shape, /) -> int:
        return self.k * x.last


class BatchEnsembleLinear(Weighted):
    """Weighted sums that all members share, with each member's own scales and bias (arXiv 2002.06715)."""

    title: ClassVar[str] = "Batch ensemble Linear"
    family = "table"
    also = ("TabM", "BatchEnsemble")
    ranks = (2,)
    maker = "Ensemble"
    keeps_shape = False
    is_linear = True

    units: int = Field(64, ge=1, le=65_536, title="Units", description="How many outputs each member has.")
    bias: bool = Field(True, title="Bias", description="Adds a learned number to each output.")

    def output(self, x: Shape, /) -> Shape:
        return x.with_last(self.units)

    def construct(self, x: Shape, /) -> Call:  # type: ignore[override]
        return Call(self.name, *x.dims, self.units, bias=self.bias)

    def parameters(self, x: Shape, /) -> int:
        k, inputs = x.dims
        return self.units * inputs + k * (inputs + self.units * (1 + self.bias))

    def multiply_adds(self, x: Shape, /) -> int:
        k, inputs = x.dims
        return k * (inputs * self.units + inputs + self.units)


class MemberLinear(BatchEnsembleLinear):
    """Weighted sums of each member's own: nothing is shared."""

    title: ClassVar[str] = "Member Linear"
    also = ("packed ensemble", "deep ensemble")

    def parameters(self, x: Shape, /) -> int:
        k, inputs = x.dims
        return k * self.units * (inputs + self.bias)

    def multiply_adds(self, x: Shape, /) -> int:
        return x.count * self.units


class MemberMean(Layer):
    """The mean of all members: one row of numbers again."""

    title: ClassVar[str] = "Member mean"
    family = "table"
    also = ("TabM", "ensemble mean", "average")
    ranks = (2,)
    maker = "Ensemble"
    keeps_shape = False
    is_linear = True

    def output(self, x: Shape, /) -> Shape:
        return Shape((x.last,), about=x.about)

    def construct(self, x: Shape, /) -> Call:  # type: ignore[override]
        return Call("MemberMean")

    def multiply_adds(self, x: Shape, /) -> int:
        return x.count


LAYERS = (Ensemble, BatchEnsembleLinear, MemberLinear, MemberMean)
