"""Schedules: how the learning rate moves over a run.

A schedule is a factor of the optimizer's rate by step: plain arithmetic, so that the page can
draw it and a resume needs nothing but the step number. Only one follows the epochs' figures, and
what it remembers of them (``Plateau``) is in the checkpoint. The numbers are those of
torch.optim.lr_scheduler.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, Literal

from pydantic import Field

from training.declared import Declared, clipped
from training.errors import SettingError
from training.recipe import Named


class Schedule(Declared):
    """The learning rate over a run."""

    def factor(self, step: int, steps: int, steps_per_epoch: int) -> float:
        """The factor of the rate at ``step`` (from 0) of ``steps`` in all."""
        raise NotImplementedError(type(self).__name__)

    def plateau(self) -> Plateau | None:
        """What follows the epochs' figures and gives the factor instead, where the schedule does so."""
        return None


@dataclass
class Plateau:
    """The factor of a rate that falls when a figure stops gaining, and what it remembers of the figure.

    A gain is a change of more than ``threshold`` times the best value so far; bad: epochs without one.
    """

    gamma: float
    patience: int
    threshold: float
    cooldown: int
    lowest: float
    factor: float = 1.0
    best: float | None = None
    bad: int = 0
    resting: int = 0

    def judge(self, value: float | None, better: str) -> None:
        """Take an epoch's figure into account. better: ``"higher"`` or ``"lower"``."""
        if value is not None and math.isfinite(value) and self._is_gain(value, better):
            self.best, self.bad = value, 0
        else:
            self.bad += 1
        if self.resting:
            self.resting -= 1
            self.bad = 0
        if self.bad > self.patience:
            self.factor = max(self.factor * self.gamma, self.lowest)
            self.resting, self.bad = self.cooldown, 0

    def _is_gain(self, value: float, better: str) -> bool:
        if self.best is None:
            return True
        least = self.threshold * abs(self.best)
        return value > self.best + least if better == "higher" else value < self.best - least

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


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


class CosineRestarts(Schedule):
    """Falls along a cosine again and again, each time from the full rate (arXiv 1608.03983)."""

    title = "Cosine with restarts"
    also = ("warm restarts", "SGDR")

    first: int = Field(
        10, ge=1, le=100_000, title="First", description="Epochs from the start to the first restart."
    )
    longer: int = Field(
        1, ge=1, le=10, title="Longer", description="How many times as long each further one takes."
    )
    lowest: float = Field(
        0.0, ge=0.0, le=1.0, title="Lowest", description="Share of the rate before each restart."
    )

    def factor(self, step: int, steps: int, steps_per_epoch: int) -> float:
        epoch, length = step / max(steps_per_epoch, 1), float(self.first)
        if self.longer == 1:
            epoch %= length
        else:
            done = int(math.log(epoch / self.first * (self.longer - 1) + 1, self.longer) + 1e-9)
            epoch -= self.first * (self.longer**done - 1) / (self.longer - 1)
            length *= self.longer**done
        return self.lowest + (1 - self.lowest) * 0.5 * (1 + math.cos(math.pi * epoch / length))


class OneCycle(Schedule):
    """Rises to the rate, then falls to almost nothing: allows high rates (arXiv 1708.07120)."""

    title = "One cycle"
    also = ("1cycle", "super-convergence")

    rise: float = Field(
        0.3, gt=0.0, lt=1.0, title="Rise", description="Share of the run in which the rate rises."
    )
    start: float = Field(
        25.0, ge=1.0, le=1e6, title="Start", description="The first rate is the rate divided by this."
    )
    end: float = Field(
        1e4, ge=1.0, le=1e9, title="End", description="The last rate is the first one divided by this."
    )
    shape: Literal["cosine", "linear"] = Field(
        "cosine", title="Shape", description="Of the way up and down.", json_schema_extra={"advanced": True}
    )

    def factor(self, step: int, steps: int, steps_per_epoch: int) -> float:
        low, top = 1 / self.start, max(self.rise * steps - 1, 0.0)
        if step <= top:
            return self._between(low, 1.0, step / top if top else 1.0)
        return self._between(1.0, low / self.end, min((step - top) / max(steps - 1 - top, 1e-9), 1.0))

    def _between(self, first: float, last: float, way: float) -> float:
        if self.shape == "cosine":
            way = 0.5 * (1 - math.cos(math.pi * way))
        return first + (last - first) * way


class ReduceOnPlateau(Schedule):
    """Multiplies the rate by a factor when the validation figure stops gaining."""

    title = "Reduce on plateau"
    also = ("ReduceLROnPlateau",)

    gamma: float = Field(0.1, gt=0.0, lt=1.0, title="Factor", description="What the rate is multiplied by.")
    patience: int = Field(
        10, ge=0, le=10_000, title="Patience", description="Epochs without a gain that are waited out."
    )
    threshold: float = Field(
        1e-4,
        ge=0.0,
        le=1.0,
        title="Smallest gain",
        description="Share of the best value by which it has to change.",
    )
    cooldown: int = Field(
        0,
        ge=0,
        le=10_000,
        title="Rest",
        description="Epochs after a fall in which nothing is counted.",
        json_schema_extra={"advanced": True},
    )
    lowest: float = Field(
        0.0, ge=0.0, le=1.0, title="Lowest", description="Share of the rate below which it never falls."
    )

    def factor(self, step: int, steps: int, steps_per_epoch: int) -> float:
        return 1.0  # as long as the figure gains

    def plateau(self) -> Plateau:
        return Plateau(**self.model_dump())


SCHEDULES: dict[str, type[Schedule]] = {
    schedule.name: schedule
    for schedule in (
        Constant, Cosine, CosineRestarts, OneCycle, Polynomial, Step, Exponential, ReduceOnPlateau,
    )
}  # fmt: skip


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
