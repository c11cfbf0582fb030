"""Recurrent layers as the one ONNX operator that each of them is. Heavy: torch.

PyTorch's exporter goes through every step of a sequence instead: a minute and thousands of
operators for an RNN of 256 steps.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

# Where PyTorch keeps the gates that ONNX wants, in ONNX's order.
_GATES = {"LSTM": (0, 3, 1, 2), "GRU": (1, 0, 2), "RNN_TANH": (0,), "RNN_RELU": (0,)}


class OneOperator(nn.Module):
    """Stands in for nn.RNN, LSTM or GRU of one layer and way, batch first."""

    weight: Tensor
    recurrence: Tensor
    bias: Tensor

    def __init__(self, real: nn.RNNBase) -> None:
        super().__init__()
        self.hidden_size = real.hidden_size
        self.operator, _, activation = real.mode.partition("_")
        self.options: dict[str, Any] = {"hidden_size": real.hidden_size}
        if real.mode == "GRU":
            self.options["linear_before_reset"] = 1
        if activation:
            self.options["activations"] = [activation.capitalize()]
        of = dict(real.named_parameters())
        biases = [_arranged(real.mode, of[name]) for name in ("bias_ih_l0", "bias_hh_l0")]
        self.register_buffer("weight", _arranged(real.mode, of["weight_ih_l0"])[None])
        self.register_buffer("recurrence", _arranged(real.mode, of["weight_hh_l0"])[None])
        self.register_buffer("bias", torch.cat(biases)[None])

    def forward(self, x: Tensor) -> tuple[Tensor, None]:
        steps = torch.onnx.ops.symbolic(
            self.operator,
            (x.transpose(0, 1), self.weight, self.recurrence, self.bias),
            self.options,
            dtype=x.dtype,
            shape=(x.shape[1], 1, x.shape[0], self.hidden_size),
        )
        return steps.squeeze(1).transpose(0, 1), None


def _arranged(mode: str, gates: Tensor) -> Tensor:
    parts = gates.detach().chunk(len(_GATES[mode]))
    return torch.cat([parts[place] for place in _GATES[mode]])


@contextlib.contextmanager
def as_operators(module: nn.Module) -> Iterator[None]:
    """While this lasts, the module's recurrent layers are what the exporter should see."""
    found = [
        (parent, name, child)
        for parent in module.modules()
        for name, child in parent.named_children()
        if isinstance(child, nn.RNNBase)
    ]
    for parent, name, child in found:
        setattr(parent, name, OneOperator(child))
    try:
        yield
    finally:
        for parent, name, child in found:
            setattr(parent, name, child)
