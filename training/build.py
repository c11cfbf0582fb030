"""Checked networks and Calls -> PyTorch. Heavy: imports torch."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import nn

from training import modules
from training.declared import Call
from training.layers import Layer, Learning, Weighted
from training.network.code import LISTS, PADDING, attribute
from training.network.parts import Checked


def build(checked: Checked) -> Network:
    """The network as a module, with weights from torch's random state.

    ``module(*arrays)`` takes the arrays named in ``module.arrays``, in that order, and yields
    scores (B, outputs). Raises NetworkError when the network has problems.
    """
    if checked.problems:
        raise checked.problems[0].as_error()
    return Network(checked)


def construct(call: Call, *leading: Any) -> Any:
    """What a Call names, made with its arguments; ``leading`` ones come first (an optimizer's parameters)."""
    return target_of(call.name)(*leading, *call.args, **call.kwargs)


def target_of(name: str) -> Any:
    """The class or function of a Call's name."""
    room, _, last = name.rpartition(".")
    if room:
        return getattr({"nn": nn, "torch": torch, "optim": torch.optim}[room], last)
    return _own_modules()[last]


@functools.cache
def _own_modules() -> dict[str, type[nn.Module]]:
    found = {}
    for info in pkgutil.iter_modules(modules.__path__):
        room = importlib.import_module(f"{modules.__name__}.{info.name}")
        found.update(
            {
                name: each
                for name, each in vars(room).items()
                if isinstance(each, type) and each.__module__ == room.__name__
            }
        )
    return found


class Made(NamedTuple):
    """A step forward: ``id`` is what ``function``, or else module ``name``, makes of ``sources``."""

    id: str
    name: str
    function: Callable[..., torch.Tensor] | None
    sources: tuple[str, ...]


class Network(nn.Module):
    """The forward pass that the code view shows: one step after the other.

    arrays: names of the inputs, in the order of ``forward``'s arguments; steps: in their order.
    """

    def __init__(self, checked: Checked) -> None:
        super().__init__()
        self._arrays = checked.arrays
        self._is_padded = any(step.takes_padding for step in checked.steps)
        self.steps: list[Made] = []
        for step in checked.steps:
            call, name = step.call, attribute(step.id)
            if call.is_function:
                self.steps.append(Made(step.id, "", _function(call), step.sources))
            else:
                self.add_module(name, construct(call))
                _begin(getattr(self, name), step.layer)
                more = (PADDING,) if step.takes_padding else ()
                self.steps.append(Made(step.id, name, None, step.sources + more))

    @property
    def array_names(self) -> tuple[str, ...]:
        """Names of the inputs, in the order of ``forward``'s arguments."""
        return self._arrays

    def forward(self, *arrays: torch.Tensor) -> torch.Tensor:
        values = dict(zip(self._arrays, arrays, strict=True))
        if self._is_padded:
            values[PADDING] = values["text"] == 0
        modules = self._modules
        for id, name, function, sources in self.steps:
            taken = [values[source] for source in sources]
            values[id] = modules[name](*taken) if function is None else function(*taken)  # type: ignore[misc]
        return values[id]


def _begin(module: nn.Module, layer: Layer) -> None:
    """Weights as people want them to begin, as ``code`` prints it."""
    if isinstance(layer, Weighted) and layer.init != "default":
        begin = getattr(nn.init, f"{layer.init}_")
        for weight in module.parameters():
            if weight.dim() > 1:
                begin(weight)
    if isinstance(layer, Learning) and layer.frozen:
        module.requires_grad_(False)


def _function(call: Call) -> Callable[..., torch.Tensor]:
    function = functools.partial(target_of(call.name), *call.args, **call.kwargs)
    if call.name in LISTS:
        return lambda *inputs: function(inputs)
    return lambda *inputs: functools.reduce(function, inputs)
