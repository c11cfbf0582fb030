"""Recurrent layers: they read steps one after the other and keep what matters in mind."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from training.declared import Call
from training.layers.layer import Weighted
from training.layers.shape import Shape


class Recurrent(Weighted):
    """Steps (L, values) to the last state, or to a state for each step."""

    family = "recurrent"
    ranks = (2,)
    keeps_shape = False
    bends = True
    masks = True
    gates: ClassVar[int] = 1  # weights for each unit and input

    hidden_size: int = Field(
        64, ge=1, le=4_096, title="Units", description="How much the layer keeps in mind."
    )
    num_layers: int = Field(
        1,
        ge=1,
        le=8,
        title="Layers",
        description="How many of them lie on each other, each reading the one below.",
    )
    bidirectional: bool = Field(
        False,
        title="Both ways",
        description="Also reads from the end to the beginning, which doubles the outputs.",
    )
    dropout: float = Field(
        0.0,
        ge=0.0,
        le=0.95,
        title="Dropout",
        description="Share of the values that is dropped between its layers.",
    )
    answer: Literal["last step", "all steps"] = Field(
        "last step",
        title="Answer",
        description="What it remembers at the end, or at every step, for a layer that reads steps.",
    )

    @property
    def ways(self) -> int:
        return 2 if self.bidirectional else 1

    def output(self, x: Shape, /) -> Shape:
        last = self.ways * self.hidden_size
        if self.answer == "last step":
            return Shape((last,))
        return x.with_last(last)

    def construct(self, x: Shape, /) -> Call:  # type: ignore[override]
        return Call(
            "Recurrent",
            self.name,
            x.last,
            self.hidden_size,
            num_layers=self.num_layers,
            bidirectional=self.bidirectional,
            dropout=self.dropout,
            whole=self.answer == "all steps",
        )

    def parameters(self, x: Shape, /) -> int:
        return self._weights(x) + 2 * self.gates * self.hidden_size * self.ways * self.num_layers

    def multiply_adds(self, x: Shape, /) -> int:
        return x.dims[0] * self._weights(x)

    def kept(self, x: Shape, /, *more: Shape) -> int:
        # Gates, state, cell and what the layer above reads; oneDNN keeps up to 5 numbers for a gate.
        return x.dims[0] * self.ways * self.num_layers * self.hidden_size * (5 * self.gates + 2)

    def _weights(self, x: Shape) -> int:
        reads = x.last + (self.num_layers - 1) * self.ways * self.hidden_size
        reads += self.num_layers * self.hidden_size
        return self.gates * self.hidden_size * self.ways * reads


class LSTM(Recurrent):
    """Reads a sequence step by step, with gates for what to keep, to forget and to say (torch.nn.LSTM)."""

    also = ("long short-term memory", "recurrent", "BiLSTM", "bidirectional", "time series")
    gates = 4


class GRU(Recurrent):
    """Reads a sequence step by step: an LSTM with fewer gates, faster and often as good (torch.nn.GRU)."""

    also = ("gated recurrent unit", "recurrent", "BiGRU", "bidirectional", "time series")
    gates = 3


class RNN(Recurrent):
    """Reads a sequence step by step without gates: simple, and forgets soon (torch.nn.RNN)."""

    also = ("recurrent", "Elman", "bidirectional", "SimpleRNN")

    nonlinearity: Literal["tanh", "relu"] = Field(
        "tanh", title="Activation", description="What bends the state at each step."
    )

    def construct(self, x: Shape, /) -> Call:  # type: ignore[override]
        call = super().construct(x)
        return Call(call.name, *call.args, **call.kwargs, nonlinearity=self.nonlinearity)


class CausalConv1d(Weighted):
    """Filters that slide along steps and see a step and those before it, never later ones.

    Steps are rows here, (L, values), as recurrent and attention layers have them. What follows a
    text does not change its result (WaveNet, arXiv 1609.03499).
    """

    title: ClassVar[str] = "Causal Conv1d"
    family = "convolution"
    also = ("temporal convolution", "dilated convolution", "WaveNet", "TCN")
    ranks = (2,)
    keeps_shape = False
    is_linear = True

    units: int = Field(
        64, ge=1, le=8_192, title="Filters", description="How many features the layer looks for at each step."
    )
    kernel_size: int = Field(
        3, ge=1, le=127, title="Kernel size", description="How many steps a filter spans."
    )
    dilation: int = Field(
        1, ge=1, le=1_024, title="Dilation", description="Gap between the steps that a filter looks at."
    )
    bias: bool = Field(
        True,
        title="Bias",
        description="Adds a learned number to each output.",
        json_schema_extra={"advanced": True},
    )

    def output(self, x: Shape, /) -> Shape:
        return x.with_last(self.units)

    def construct(self, x: Shape, /) -> Call:  # type: ignore[override]
        return Call(
            "CausalConv1d", x.last, self.units, self.kernel_size, dilation=self.dilation, bias=self.bias
        )

    def parameters(self, x: Shape, /) -> int:
        return self.units * (x.last * self.kernel_size + self.bias)

    def multiply_adds(self, x: Shape, /) -> int:
        return x.count * self.kernel_size * self.units


LAYERS = (LSTM, GRU, RNN, CausalConv1d)
