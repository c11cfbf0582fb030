"""A plain stack of Linear layers, forwards and backwards without autograd. Heavy: imports torch.

Every product writes into a buffer that is kept from step to step; all weights lie in one tensor,
so that the optimizer takes one step for all. Weights are kept transposed: ``x.T @ d`` is up to a
fifth faster than ``d.T @ x`` where a row's size is no multiple of the vector unit's.
"""

from __future__ import annotations

from typing import Any, cast

import torch
from torch import Tensor, nn

_aten = torch.ops.aten


class Sum:
    """A Linear layer: y = x W + b. weight (inputs, outputs) and bias (outputs,) with their gradients."""

    def __init__(self, layer: nn.Linear) -> None:
        self.weight = layer.weight.detach().t()
        self.weight_grad = _grad_of(layer.weight).t()
        has_bias = layer.bias is not None
        self.bias = layer.bias.detach() if has_bias else None
        self.bias_grad = _grad_of(layer.bias) if has_bias else None
        self.input = self.weight

    def forward(self, x: Tensor, out: Tensor) -> Tensor:
        self.input = x
        if self.bias is None:
            return torch.mm(x, self.weight, out=out)
        return torch.addmm(self.bias, x, self.weight, out=out)

    def backward(self, grad: Tensor, out: Tensor | None) -> Tensor | None:
        """Store the gradients of weight and bias; that of the input goes into ``out``."""
        torch.mm(self.input.t(), grad, out=self.weight_grad)
        if self.bias_grad is not None:
            torch.sum(grad, 0, out=self.bias_grad)
        return None if out is None else torch.mm(grad, self.weight.t(), out=out)


class Bend:
    """An activation whose slope follows from its output, in place."""

    def __init__(self, layer: nn.Module) -> None:
        self.is_relu, self.is_tanh = isinstance(layer, nn.ReLU), isinstance(layer, nn.Tanh)

    def forward(self, x: Tensor) -> None:
        if self.is_relu:
            x.relu_()
        elif self.is_tanh:
            x.tanh_()
        else:
            x.sigmoid_()
        self.output = x

    def backward(self, grad: Tensor) -> None:
        if self.is_relu:
            _aten.threshold_backward.grad_input(grad, self.output, 0, grad_input=grad)
        elif self.is_tanh:
            _aten.tanh_backward.grad_input(grad, self.output, grad_input=grad)
        else:
            _aten.sigmoid_backward.grad_input(grad, self.output, grad_input=grad)


class Drop:
    """Dropout in place, with the draws that torch.nn.Dropout makes.

    restores: whether what it overwrote is put back on the way back, for an activation before it whose
    slope is made from it. (What was dropped need not be: no gradient goes there.)
    """

    def __init__(self, layer: nn.Module) -> None:
        self.restores = False
        self.share = float(layer.p)  # type: ignore[arg-type]

    def forward(self, x: Tensor) -> None:
        if self.share:  # as torch does it: without a share nothing is drawn
            self.mask = torch.empty_like(x).bernoulli_(1 - self.share).div_(1 - self.share)
            x.mul_(self.mask)
            self.output = x

    def backward(self, grad: Tensor) -> None:
        if self.share:
            grad.mul_(self.mask)
            if self.restores:
                self.output.mul_(1 - self.share)


IN_PLACE: dict[type[nn.Module], Any] = {nn.ReLU: Bend, nn.Tanh: Bend, nn.Sigmoid: Bend, nn.Dropout: Drop}


class Stack:
    """Linear layers, each with what follows it in place. layers: the first and the last are Linear."""

    def __init__(self, layers: list[nn.Module]) -> None:
        self.blocks: list[tuple[Sum, list[Any]]] = []
        for layer in layers:
            if isinstance(layer, nn.Linear):
                self.blocks.append((Sum(layer), []))
            else:
                follow = self.blocks[-1][1]
                each = IN_PLACE[type(layer)](layer)
                if isinstance(each, Drop):
                    each.restores = any(isinstance(it, Bend) and not it.is_relu for it in follow)
                follow.append(each)
        self._buffers: dict[int, tuple[list[Tensor], list[Tensor]]] = {}

    def forward(self, x: Tensor) -> Tensor:
        """Scores (B, outputs) of x (B, inputs), in a buffer that the next step overwrites."""
        for (layer, follow), out in zip(self.blocks, self._buffers_for(x)[0], strict=True):
            x = layer.forward(x, out)
            for each in follow:
                each.forward(x)
        return x

    def backward(self, grad: Tensor, wants_input: bool) -> Tensor | None:
        """Store all gradients, given that of the scores; that of x (B, inputs) if wanted."""
        outs = self._buffers[len(grad)][1]
        for at in range(len(self.blocks) - 1, -1, -1):
            layer, follow = self.blocks[at]
            for each in reversed(follow):
                each.backward(grad)
            back = layer.backward(grad, outs[at] if at or wants_input else None)
            if back is None:
                return None
            grad = back
        return grad

    def _buffers_for(self, x: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        """One buffer for each layer's output and one for its input's gradient; an epoch has two sizes."""
        if len(x) not in self._buffers:
            shapes = [layer.weight.shape for layer, _ in self.blocks]
            self._buffers[len(x)] = (
                [x.new_empty(len(x), outputs) for _, outputs in shapes],
                [x.new_empty(len(x), inputs) for inputs, _ in shapes],
            )
        return self._buffers[len(x)]


def flatten(model: nn.Module) -> nn.Parameter:
    """Move all weights into one tensor, and their gradients too; the matrices of Linear transposed."""
    turned = {id(each.weight) for each in model.modules() if isinstance(each, nn.Linear)}
    weights = list(model.parameters())
    count = sum(weight.numel() for weight in weights)
    flat = nn.Parameter(weights[0].new_zeros(count))
    flat.grad = torch.zeros_like(flat)
    at = 0
    for weight in weights:
        end = at + weight.numel()
        value, grad = flat.detach()[at:end], flat.grad[at:end]
        if id(weight) in turned:
            value, grad = (each.view(weight.shape[::-1]).t() for each in (value, grad))
        else:
            value, grad = value.view(weight.shape), grad.view(weight.shape)
        value.copy_(weight.detach())
        weight.data, weight.grad = value, grad
        at = end
    return flat


def _grad_of(weight: Tensor) -> Tensor:
    return cast(Tensor, weight.grad)  # flatten gave it one
