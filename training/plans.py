"""Equivalent, faster ways to run a network: same weights, same function, same gradients up to rounding.

The built module is the reference, and what is exported; tests hold each plan to it. A run keeps
the plan that it began with, so that a resume repeats it bit for bit. Heavy: imports torch.
"""

from __future__ import annotations

import copy
import ctypes
import itertools
import platform
from collections.abc import Callable, Iterable
from typing import Any, cast

import torch
from torch import Tensor, nn

from training.build import Network
from training.by_hand import IN_PLACE, Stack, flatten

EAGER, COMPILED, BY_HAND = "eager", "compiled", "by hand"
CHANNELS_LAST, POOL_FIRST = "channels last", "pool first, channels last"

Inputs = Iterable[Tensor]
Loss = Callable[[Tensor, Tensor], Tensor]

# Optimizers that treat every number alike, so that all weights can lie in one tensor.
_ELEMENTWISE = ("Adam", "AdamW", "SGD", "RMSprop", "NAdam", "RAdam", "Adagrad", "Adadelta")
_MONOTONE = (nn.ReLU, nn.LeakyReLU)
# Layers that do not need their own output to go backwards.
_FORGETS_OUTPUT = (nn.Conv2d, nn.Linear, nn.MaxPool2d, nn.BatchNorm2d)
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3


def keep_pages() -> None:
    """Ask glibc to keep freed memory for this process instead of giving it back after every step.

    Fetching the pages of large activations again costs up to a fifth of the time. No other libc has the
    call; there nothing happens.
    """
    if platform.libc_ver()[0] == "glibc":
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_M_MMAP_THRESHOLD, 1 << 30)
        mallopt(_M_TRIM_THRESHOLD, (1 << 31) - 1)


def best_plan(network: Network, optimizer: str, *, device: str, plain: bool) -> str:
    """The fastest plan that suits. plain: nothing is asked of a step but loss, gradient and clipping."""
    if any(isinstance(module, nn.Conv2d) for module in network.modules()):
        return POOL_FIRST if rearranged(network)[1] else CHANNELS_LAST
    by_hand = device == "cpu" and plain and optimizer in _ELEMENTWISE and stack_of(network)
    return BY_HAND if by_hand else EAGER


def stack_of(network: Network) -> tuple[nn.Module, list[nn.Module]] | None:
    """The Linear layers and activations at the end, in one line, and before them what makes their input.

    None where the end is something else, holds less than half of the weights, or some weight is frozen.
    """
    if not all(weight.requires_grad for weight in network.parameters()):
        return None
    steps = network.steps
    at = len(steps)
    while at and _is(network, steps[at - 1], (nn.Linear, *IN_PLACE)) and _follows(network, at - 1):
        at -= 1
    while at < len(steps) and not _is(network, steps[at], nn.Linear):
        at += 1
    layers = [network.get_submodule(step.name) for step in steps[at:]]
    weights = [sum(each.numel() for each in module.parameters()) for module in (network, *layers)]
    # In place, a second activation would overwrite what the first one's slope is made from.
    bends = [type(layer) for layer in layers if not isinstance(layer, nn.Dropout)]
    twice = any(nn.Linear not in pair for pair in itertools.pairwise(bends))
    if len(layers) < 2 or bends[-1] is not nn.Linear or twice or 2 * sum(weights[1:]) < weights[0]:
        return None
    return _until(network, at), layers


def _follows(network: Network, at: int) -> bool:
    """Whether a step takes what is made just before it, or the arrays, and nothing else."""
    before = (network.steps[at - 1].id,) if at else network.array_names
    return len(before) == 1 and tuple(network.steps[at].sources) == before


def _until(network: Network, at: int) -> nn.Module:
    """The network's first steps, with the same modules."""
    if not at:
        return nn.Identity()
    front = copy.copy(network)
    front.steps = network.steps[:at]
    return front


def rearranged(network: Network) -> tuple[Network, bool]:
    """The network with each ReLU that stands before a max pooling behind it, and whether there was one.

    max(relu(a), relu(b)) is relu(max(a, b)), gradients included, on a quarter of the numbers. What a
    ReLU takes is overwritten where nobody needs it any more.
    """
    steps = list(network.steps)
    found = False
    for at in range(len(steps) - 1):
        bend, pool = steps[at], steps[at + 1]
        fits = _is(network, bend, _MONOTONE) and _is(network, pool, nn.MaxPool2d)
        if fits and pool.sources == (bend.id,) and _readers(network, bend.id) == 1:
            # Each keeps its module and takes the other's place and id, which later steps read.
            steps[at] = bend._replace(name=pool.name)
            steps[at + 1] = pool._replace(name=bend.name)
            found = True
    other = copy.copy(network)
    other.steps = [_overwriting(network, steps, step) for step in steps]
    return other, found


def _overwriting(network: Network, steps: list[Any], step: Any) -> Any:
    if not _is(network, step, nn.ReLU) or _readers(network, step.sources[0]) != 1:
        return step
    before = next((each for each in steps if each.id == step.sources[0]), None)
    if before is None or not _is(network, before, _FORGETS_OUTPUT):
        return step
    return step._replace(name="", function=torch.relu_)


def _is(network: Network, step: Any, kind: Any) -> bool:
    return bool(step.name) and isinstance(network.get_submodule(step.name), kind)


def _readers(network: Network, id: str) -> int:
    return sum(step.sources.count(id) for step in network.steps)


class Eager:
    """The network as it stands, or another one that computes the same with the same weights.

    autocast: bfloat16 or float16 for the products; scaler: of the loss, for float16; penalty: what is
    added to the loss besides.
    """

    def __init__(
        self,
        network: Callable[..., Any],
        loss_of: Loss,
        optimizer: torch.optim.Optimizer,
        *,
        channels_last: bool = False,
        autocast: torch.dtype | None = None,
        scaler: torch.amp.GradScaler | None = None,
        penalty: Callable[[], Tensor] | None = None,
    ) -> None:
        self.network, self.loss_of, self.optimizer = network, loss_of, optimizer
        self.weights = [weight for group in optimizer.param_groups for weight in group["params"]]
        self.autocast, self.scaler, self.penalty = autocast, scaler, penalty
        self._channels_last = channels_last

    def scores(self, inputs: Inputs) -> Tensor:
        """Scores (B, outputs) in float32."""
        if self._channels_last:
            inputs = [x.contiguous(memory_format=torch.channels_last) if x.dim() == 4 else x for x in inputs]
        if self.autocast is None:
            return self.network(*inputs)  # type: ignore[no-any-return]
        with torch.autocast(self.weights[0].device.type, self.autocast):
            return self.network(*inputs).float()  # type: ignore[no-any-return]

    def gradients(self, inputs: Inputs, target: Tensor, share: float = 1.0) -> tuple[Tensor, Tensor]:
        """Add the gradients of ``share`` times the loss; the loss () and the scores, detached."""
        output = self.scores(inputs)
        loss = self.loss_of(output, target)
        whole = loss if self.penalty is None else loss + self.penalty()
        if share != 1.0:
            whole = whole * share
        (whole if self.scaler is None else self.scaler.scale(whole)).backward()  # type: ignore[no-untyped-call]
        return loss.detach(), output.detach()

    def forget(self) -> None:
        """Drop the gradients, after a step of the optimizer."""
        self.optimizer.zero_grad()


class ByHand:
    """A stack of Linear layers without autograd, but for the loss and for what is before the stack."""

    scaler = None

    def __init__(
        self,
        network: Network,
        loss_of: Loss,
        optimizer_of: Callable[[list[nn.Parameter]], torch.optim.Optimizer],
    ) -> None:
        found = stack_of(network)
        if found is None:
            raise ValueError("this network is no stack of Linear layers")  # best_plan looks first
        self.network, self.loss_of = network, loss_of
        self.weights = [flatten(network)]
        self.optimizer = optimizer_of(self.weights)
        self.front, layers = found
        self.stack = Stack(layers)
        stacked = {id(weight) for layer in layers for weight in layer.parameters()}
        before = [weight for weight in network.parameters() if id(weight) not in stacked]
        self._learns = [weight.grad for weight in before if weight.grad is not None]
        self._is_fresh = True

    def scores(self, inputs: Inputs) -> Tensor:
        """Scores (B, outputs) of the reference, for judging."""
        return self.network(*inputs)  # type: ignore[no-any-return]

    def gradients(self, inputs: Inputs, target: Tensor, share: float = 1.0) -> tuple[Tensor, Tensor]:
        """Add the gradients of ``share`` times the loss; the loss () and the scores, detached."""
        gradient = cast(Tensor, self.weights[0].grad)  # flatten gave it one
        before = None if self._is_fresh else gradient.clone()
        told = self._overwrite(inputs, target)
        if share != 1.0:
            gradient.mul_(share)
        if before is not None:
            gradient.add_(before)
        self._is_fresh = False
        return told

    def _overwrite(self, inputs: Inputs, target: Tensor) -> tuple[Tensor, Tensor]:
        """Write the gradients of the loss over those that are there."""
        if not self._learns:
            with torch.no_grad():
                loss, output, _ = self._stacked(self.front(*inputs), target)
            return loss, output
        for grad in self._learns:
            grad.zero_()
        x = self.front(*inputs)
        with torch.no_grad():
            loss, output, back = self._stacked(x.detach(), target)
        x.backward(back)
        return loss, output

    def _stacked(self, x: Tensor, target: Tensor) -> tuple[Tensor, Tensor, Tensor | None]:
        output = self.stack.forward(x).clone()
        with torch.enable_grad():
            scores = output.requires_grad_()
            loss = self.loss_of(scores, target)
            (grad,) = torch.autograd.grad(loss, scores)
        return loss.detach(), output.detach(), self.stack.backward(grad, bool(self._learns))

    def forget(self) -> None:
        """Drop the gradients: the next ones overwrite them."""
        self._is_fresh = True


Plan = Eager | ByHand


def plan_of(
    name: str,
    network: Network,
    loss_of: Loss,
    optimizer_of: Callable[[list[nn.Parameter]], torch.optim.Optimizer],
    **options: Any,
) -> Plan:
    """The plan of this name. options: of ``Eager``; what is asked by hand has none."""
    if name == BY_HAND:
        return ByHand(network, loss_of, optimizer_of)
    runs: Callable[..., Any] = network
    channels_last = name in (CHANNELS_LAST, POOL_FIRST)
    if channels_last:
        for weight in network.parameters():
            if weight.dim() == 4:
                # contiguous() would leave a single channel as it lies, and its convolution as slow.
                weight.data = torch.empty_like(weight, memory_format=torch.channels_last).copy_(weight.data)
        runs = rearranged(network)[0]
    elif name == COMPILED:
        runs = torch.compile(network)
    weights = [weight for weight in network.parameters() if weight.requires_grad]
    return Eager(runs, loss_of, optimizer_of(weights), channels_last=channels_last, **options)
