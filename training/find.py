"""Short searches before a run: a learning rate, and a batch size. Heavy: imports torch.

Each trains a fresh network for a few seconds and throws it away; no file and no random state changes.
"""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Iterator
from typing import Any

import torch

from training.batches import Sampler, Taken
from training.devices import memory_bytes as machine_memory
from training.encode import Encoded
from training.errors import DataError
from training.estimate import memory_problem
from training.recipe import Recipe
from training.setup import Setup
from training.stepping import Stepper

_LOWEST, _HIGHEST = 1e-6, 10.0
_MOST_STEPS, _FEWEST_STEPS = 200, 40
_SMOOTHED = 0.9  # share of what was before in the smoothed loss
_BLOWN_UP = 4.0  # the sweep ends where the loss is so many times the least one

_SMALLEST_BATCH, _LARGEST_BATCH = 16, 65_536
_TRIAL_SECONDS = 0.25
# A smaller batch that is almost as fast learns better per row.
_FAST_ENOUGH = 0.9


def find_lr(recipe: Recipe, encoded: Encoded, device: str = "cpu", *, seconds: float = 5.0) -> dict[str, Any]:
    """Raise the learning rate step by step and look at the loss (arXiv 1506.01186).

    Answers ``{"lr": [rate, …], "loss": [smoothed loss, …], "suggested": rate | None}``: where the loss falls
    fastest, None where it does not fall. seconds: about how long it may take.
    Raises UserError when recipe and data do not fit.
    """
    with _ready(recipe, encoded, device) as setup:
        batches = _endless(setup.sampler)
        began = time.perf_counter()
        _step_at(setup, _LOWEST, next(batches))  # the first step sets up
        _step_at(setup, _LOWEST, next(batches))
        count = round(seconds / max((time.perf_counter() - began) / 2, 1e-6))
        count = min(_MOST_STEPS, max(_FEWEST_STEPS, count))
        rates = [_LOWEST * (_HIGHEST / _LOWEST) ** (at / (count - 1)) for at in range(count)]
        losses = _sweep(setup, rates, batches)
    return {"lr": rates[: len(losses)], "loss": losses, "suggested": suggested(rates, losses)}


def find_batch_size(recipe: Recipe, encoded: Encoded, device: str = "cpu") -> dict[str, Any]:
    """Try batch sizes, each twice the one before, until memory is full or they are no faster.

    Answers ``{"batch_size": [n, …], "rows_per_second": [speed, …], "largest": n, "suggested": n}``: the
    largest that was tried and fits, and the smallest that is almost as fast as the fastest one.
    Raises UserError when recipe and data do not fit, or not even the smallest does.
    """
    sizes, speeds = [], []
    with _ready(recipe, encoded, device) as setup:
        size = min(_SMALLEST_BATCH, len(setup.training))
        while size <= min(_LARGEST_BATCH, len(setup.training)):
            if not _has_room(setup, size):
                break
            speed = _rows_per_second(setup, size)
            if speed is None:
                break
            sizes.append(size)
            speeds.append(speed)
            if len(speeds) > 3 and max(speeds[-3:]) < max(speeds[:-3]):
                break
            size *= 2
    if not sizes:
        raise DataError(
            f"Not even a batch of {size:,} rows fits into the memory.",
            where="network.main",
            hint="Use fewer layers or fewer units.",
        )
    fast = [size for size, speed in zip(sizes, speeds, strict=True) if speed >= _FAST_ENOUGH * max(speeds)]
    return {"batch_size": sizes, "rows_per_second": speeds, "largest": sizes[-1], "suggested": fast[0]}


@contextlib.contextmanager
def _ready(recipe: Recipe, encoded: Encoded, device: str) -> Iterator[Setup]:
    devices = [device] if device.startswith("cuda") else []
    with contextlib.ExitStack() as until_the_end, torch.random.fork_rng(devices=devices):
        yield Setup(recipe, encoded, device, None, until_the_end)


def _endless(sampler: Sampler) -> Iterator[Taken]:
    epoch = 1
    while True:
        yield from sampler.epoch(epoch)
        epoch += 1


def _step_at(setup: Setup, rate: float, batch: Taken) -> float:
    for group in setup.optimizer.param_groups:
        group["lr"] = rate
    loss, _ = setup.stepper.step(*batch)
    return float(loss)


def _sweep(setup: Setup, rates: list[float], batches: Iterator[Taken]) -> list[float]:
    """The smoothed loss at each rate, to where it blows up."""
    losses: list[float] = []
    smooth = 0.0
    for at, rate in enumerate(rates, 1):
        loss = _step_at(setup, rate, next(batches))
        if not math.isfinite(loss):
            break
        smooth = _SMOOTHED * smooth + (1 - _SMOOTHED) * loss
        losses.append(smooth / (1 - _SMOOTHED**at))
        if losses[-1] > _BLOWN_UP * max(min(losses), 1e-12) and at > len(rates) // 10:
            break
    return losses


def suggested(rates: list[float], losses: list[float]) -> float | None:
    """The rate at which the loss falls fastest, rounded to two digits; None where it does not fall."""
    if len(losses) < 10:
        return None
    least = min(range(len(losses)), key=losses.__getitem__)
    # Smoothing of the first few is rough, and the slope is taken over a few steps on both sides.
    first, reach = len(rates) // 20, max(1, len(rates) // 50)
    slopes = {
        at: losses[min(at + reach, least)] - losses[at - reach] for at in range(max(first, reach), least)
    }
    if not slopes or losses[least] > 0.99 * max(losses[first : least + 1]):
        return None
    return float(f"{rates[min(slopes, key=slopes.__getitem__)]:.1e}")


def _has_room(setup: Setup, size: int) -> bool:
    """Whether a batch of that size can fit on the CPU; a GPU says itself when it is full."""
    memory = machine_memory()
    if setup.device != "cpu" or memory is None:
        return True
    fit = setup.recipe.fit.model_copy(update={"batch_size": size})
    return memory_problem(setup.parts.checked, fit, len(setup.training), memory) is None


def _rows_per_second(setup: Setup, size: int) -> float | None:
    """How fast batches of that size are trained; None where one does not fit into the device's memory."""
    sampler = Sampler(setup.training, size, setup.recipe.fit.seed, whole=setup.sampler.whole)
    stepper = Stepper(setup.plan, setup.recipe.fit, size, least=2 if sampler.whole else 1)
    batches = _endless(sampler)
    try:
        loss, _ = stepper.step(*next(batches))  # the first step sets up
        float(loss)
        began, rows = time.perf_counter(), 0
        while (passed := time.perf_counter() - began) < _TRIAL_SECONDS or not rows:
            inputs, target = next(batches)
            loss, _ = stepper.step(inputs, target)
            rows += len(target)
            if setup.device != "cpu":
                float(loss)  # waits for the device
        return rows / max(passed, 1e-9)
    except torch.OutOfMemoryError:
        return None
