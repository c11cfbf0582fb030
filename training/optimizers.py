"""Optimizers, with PyTorch's own fields and defaults."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field

from training.declared import Call, Declared, clipped
from training.errors import SettingError
from training.recipe import Named

_ADVANCED: dict[str, Any] = {"advanced": True}


def _rate(default: float) -> Any:
    return Field(
        default,
        gt=0.0,
        le=10.0,
        title="Learning rate",
        description="Size of each step. Too high and the loss jumps, too low and it crawls.",
    )


def _decay(default: float = 0.0) -> Any:
    return Field(default, ge=0.0, le=10.0, title="Weight decay", description="Pulls weights towards zero.")


def _share(default: float, title: str, description: str) -> Any:
    return Field(default, ge=0.0, lt=1.0, title=title, description=description, json_schema_extra=_ADVANCED)


def _eps(default: float = 1e-8) -> Any:
    return Field(
        default,
        gt=0.0,
        le=1.0,
        title="Epsilon",
        description="Guards against dividing by zero.",
        json_schema_extra=_ADVANCED,
    )


class Optimizer(Declared):
    """How weights follow the gradient; ``torch.optim`` has a class of the same name."""

    fuses: ClassVar[bool] = False  # PyTorch has a fused form, on CPU and CUDA
    slots: ClassVar[int] = 1  # numbers kept per parameter

    lr: float = _rate(1e-3)

    def construct(self) -> Call:  # type: ignore[override]  # pydantic's is deprecated
        """``optim.…`` with keyword arguments only; the parameters come first, by the caller."""
        return Call(f"optim.{self.name}", **self.arguments(), **({"fused": True} if self.fuses else {}))

    def arguments(self) -> dict[str, Any]:
        return self.model_dump()


class _Adaptive(Optimizer):
    slots = 2

    beta1: float = _share(0.9, "Beta 1", "How long the mean of the gradient is remembered.")
    beta2: float = _share(0.999, "Beta 2", "How long the size of the gradient is remembered.")
    eps: float = _eps()

    def arguments(self) -> dict[str, Any]:
        values = self.model_dump()
        return {"betas": (values.pop("beta1"), values.pop("beta2")), **values}


class Adam(_Adaptive):
    """Adapts the step of each weight: a good first choice (torch.optim.Adam)."""

    fuses = True
    weight_decay: float = _decay()


class AdamW(_Adaptive):
    """Adam with weight decay that does not mix with the gradient (torch.optim.AdamW)."""

    fuses = True
    weight_decay: float = _decay(0.01)


class NAdam(_Adaptive):
    """Adam with Nesterov's momentum (torch.optim.NAdam)."""

    lr: float = _rate(2e-3)
    weight_decay: float = _decay()


class RAdam(_Adaptive):
    """Adam that starts carefully by itself (torch.optim.RAdam)."""

    weight_decay: float = _decay()


class SGD(Optimizer):
    """Plain steps against the gradient, with momentum if you like (torch.optim.SGD)."""

    also = ("stochastic gradient descent", "momentum")
    fuses = True

    momentum: float = Field(
        0.0, ge=0.0, lt=1.0, title="Momentum", description="How much of the last step is kept."
    )
    nesterov: bool = Field(False, title="Nesterov", description="Looks ahead along the momentum.")
    weight_decay: float = _decay()

    def arguments(self) -> dict[str, Any]:
        # PyTorch refuses Nesterov without momentum, where it would do nothing.
        return {**self.model_dump(), "nesterov": self.nesterov and self.momentum > 0}


class RMSprop(Optimizer):
    """Divides each step by the recent size of its gradient (torch.optim.RMSprop)."""

    slots = 2

    lr: float = _rate(1e-2)
    alpha: float = _share(0.99, "Smoothing", "How long the size of the gradient is remembered.")
    momentum: float = Field(
        0.0, ge=0.0, lt=1.0, title="Momentum", description="How much of the last step is kept."
    )
    eps: float = _eps()
    weight_decay: float = _decay()


class Adagrad(Optimizer):
    """Divides each step by all gradients so far: steps shrink (torch.optim.Adagrad)."""

    lr: float = _rate(1e-2)
    lr_decay: float = Field(
        0.0,
        ge=0.0,
        le=1.0,
        title="Rate decay",
        description="Shrinks the rate each step.",
        json_schema_extra=_ADVANCED,
    )
    eps: float = _eps(1e-10)
    weight_decay: float = _decay()


class Adadelta(Optimizer):
    """Adapts the step from recent steps and gradients (torch.optim.Adadelta)."""

    slots = 2

    lr: float = _rate(1.0)
    rho: float = _share(0.9, "Smoothing", "How long gradients are remembered.")
    eps: float = _eps(1e-6)
    weight_decay: float = _decay()


OPTIMIZERS: dict[str, type[Optimizer]] = {
    optimizer.name: optimizer for optimizer in (Adam, AdamW, SGD, RMSprop, NAdam, RAdam, Adagrad, Adadelta)
}


def optimizer_of(named: Named) -> Optimizer:
    """The optimizer that a recipe names. Raises SettingError."""
    chosen = OPTIMIZERS.get(named.name)
    if chosen is None:
        raise SettingError(
            f"There is no optimizer called “{clipped(named.name)}”.",
            where="fit.optimizer.name",
            hint=f"Choose {', '.join(OPTIMIZERS)}.",
        )
    return chosen.read(named.settings, "fit.optimizer")
