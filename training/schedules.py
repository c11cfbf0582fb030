"""Schedules: how the learning rate moves over a run.

A schedule is a factor of the optimizer's rate by step: plain arithmetic, so that the page can
draw it and a resume needs nothing but the step number.
"""

from __future__ import annotations

import math

from pydantic import Field

from training.declared import Declared, clipped
from training.errors import SettingError
from training.recipe import Named


class Schedule(Declared):
    """The learning rate over a run."""

    def factor(self, step: int, steps: int, steps_per_epoch: int) -> float:
        """The factor of the rate at ``step`` (from 0) of ``steps`` in all."""
        raise NotImplementedError(type(self).__name__)


def _warm_up(default: float) -> float:
    value: float = Field(
        default,
        ge=0.0,
        le=0.5,
        title="Warm-up",
        description="Share of the run in which the rate rises from near zero.",
    )
    return value


class Constant(Schedule):
    """The same rate all the way."""

    def factor(self, step: int, steps: int, steps_per_epoch: int) -> float:
        return 1.0


class Cosine(Schedule):
    """Rises over the warm-up, then falls along a cosine: a good choice when the epochs are fixed."""

    also = ("cosine annealing",)

    warm_up: float = _warm_up(0.05)
    lowest: float = Field(0.0, ge=0.0, le=1.0, title="Lowest", description="Share of the rate at the end.")

    def factor(self, step: int, steps: int, steps_per_epoch: int) -> float:
        rise = self.warm_up * steps
        if step < rise:
            return (step + 1) / (rise + 1)
        way = min((step - rise) / max(steps - rise, 1), 1.0)
        return self.lowest + (1 - self.lowest) * 0.5 * (1 + math.cos(math.pi * way))


class Polynomial(Schedule):
    """Rises over the warm-up, then falls to zero; power 1 is a straight line."""

    also = ("linear decay",)

    warm_up: float = _warm_up(0.0)
    power: float = Field(1.0, gt=0.0, le=10.0, title="Power", description="1 falls straight, 2 falls early.")

    def factor(self, step: int, steps: int, steps_per_epoch: int) -> float:
        rise = self.warm_up * steps
        if step < rise:
            return (step + 1) / (rise + 1)
        return float((1 - min((step - rise) / max(steps - rise, 1), 1.0)) ** self.power)


class Step(Schedule):
    """Multiplies the rate by a factor every few epochs."""

    every: int = Field(30, ge=1, le=100_000, title="Every", description="Epochs between two falls.")
    gamma: float = Field(0.1, gt=0.0, le=1.0, title="Factor", description="What the rate is multiplied by.")

    def factor(self, step: int, steps: int, steps_per_epoch: int) -> float:
        return float(self.gamma ** (step // max(steps_per_epoch, 1) // self.every))


class Exponential(Schedule):
    """Multiplies the rate by a factor each epoch."""

    gamma: float = Field(0.98, gt=0.0, le=1.0, title="Factor", description="What the rate is multiplied by.")

    def factor(self, step: int, steps: int, steps_per_epoch: int) -> float:
        return float(self.gamma ** (step // max(steps_per_epoch, 1)))


SCHEDULES: dict[str, type[Schedule]] = {
    schedule.name: schedule for schedule in (Constant, Cosine, Polynomial, Step, Exponential)
}


def schedule_of(named: Named) -> Schedule:
    """The schedule that a recipe names. Raises SettingError."""
    chosen = SCHEDULES.get(named.name)
    if chosen is None:
        raise SettingError(
            f"There is no schedule called “{clipped(named.name)}”.",
            where="fit.schedule.name",
            hint=f"Choose {', '.join(SCHEDULES)}.",
        )
    return chosen.read(named.settings, "fit.schedule")
