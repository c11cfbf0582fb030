"""Activations: what bends straight lines, so that layers in a row can learn more than one."""

from __future__ import annotations

from pydantic import Field

from training.declared import Call
from training.layers.layer import Layer, Learning, Misfit
from training.layers.shape import Shape


class Activation(Layer):
    """An element-wise function without settings; ``torch.nn`` has a module of the same name."""

    family = "activation"
    bends = True

    def construct(self, x: Shape, /) -> Call:  # type: ignore[override]
        return Call(f"nn.{self.name}", **self.model_dump())


class ReLU(Activation):
    """Keeps what is positive, turns the rest to zero: the usual first choice (torch.nn.ReLU)."""

    also = ("rectifier", "ramp")


class LeakyReLU(Activation):
    """Like ReLU, but lets a little of what is negative through (torch.nn.LeakyReLU)."""

    also = ("leaky rectifier",)

    negative_slope: float = Field(
        0.01, ge=0.0, le=1.0, title="Negative slope", description="How much of a negative value passes."
    )


class PReLU(Activation, Learning):
    """Like LeakyReLU, with a slope that is learned (torch.nn.PReLU)."""

    also = ("parametric ReLU",)

    init: float = Field(
        0.25, ge=0.0, le=1.0, title="First slope", description="The slope of negative values before training."
    )

    def construct(self, x: Shape, /) -> Call:  # type: ignore[override]
        return Call("nn.PReLU", init=self.init)

    def parameters(self, x: Shape, /) -> int:
        return 1


class ELU(Activation):
    """A ReLU whose negative side levels off smoothly (torch.nn.ELU)."""

    also = ("exponential linear unit",)

    alpha: float = Field(
        1.0, gt=0.0, le=10.0, title="Alpha", description="The negative side levels off at minus this."
    )


class SELU(Activation):
    """An ELU with fixed constants that keep values at a like size from layer to layer (torch.nn.SELU)."""

    also = ("self-normalising",)


class GELU(Activation):
    """A smooth ReLU, usual in Transformers (torch.nn.GELU)."""

    also = ("Gaussian error linear unit",)


class SiLU(Activation):
    """A smooth ReLU that dips a little below zero, also called Swish (torch.nn.SiLU)."""

    also = ("Swish",)


class Mish(Activation):
    """A smooth ReLU like SiLU, a little steeper (torch.nn.Mish)."""

    also = ("smooth ReLU",)


class Tanh(Activation):
    """Squeezes values into −1 to 1 (torch.nn.Tanh)."""

    also = ("hyperbolic tangent",)


class Sigmoid(Activation):
    """Squeezes values into 0 to 1 (torch.nn.Sigmoid)."""

    also = ("logistic",)


class Softplus(Activation):
    """A smooth ReLU that is always above zero (torch.nn.Softplus)."""

    also = ("smooth ReLU", "SoftReLU")

    beta: float = Field(1.0, gt=0.0, le=100.0, title="Beta", description="Higher is closer to ReLU.")


class Hardswish(Activation):
    """SiLU made of straight lines, cheap on small devices (torch.nn.Hardswish)."""

    also = ("hard swish",)


class Softmax(Activation):
    """Turns each row into shares that add up to 1 (torch.nn.Softmax)."""

    also = ("normalised exponential", "shares")

    def construct(self, x: Shape, /) -> Call:  # type: ignore[override]
        return Call("nn.Softmax", dim=-1)


class GLU(Activation):
    """Lets one half of the values open and close the other half, which halves the size (torch.nn.GLU)."""

    also = ("gated linear unit",)
    keeps_shape = False

    def output(self, x: Shape, /) -> Shape:
        if x.last % 2:
            raise Misfit(
                f"needs an even size to halve, but {x} ends in {x.last}.",
                ("insert", "Linear", {"units": x.last + 1}),
            )
        return x.with_last(x.last // 2, x.about)

    def construct(self, x: Shape, /) -> Call:  # type: ignore[override]
        return Call("nn.GLU")


LAYERS = (
    ReLU, LeakyReLU, PReLU, ELU, SELU, GELU, SiLU, Mish, Tanh, Sigmoid, Softplus, Hardswish, Softmax, GLU,
)  # fmt: skip
