"""The loop: a recipe and encoded rows become a trained network, told in events.

Nothing else knows the loop. Whoever drives it prints, stores or collects what it yields, and is
asked between batches whether to go on. Stopped or killed at any step and resumed, it ends with
the same weights and metrics as if nothing had happened (training/snapshot.py).
"""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import torch
from torch import Tensor

from training import checkpoint, snapshot
from training.checkpoint import Checkpoint
from training.encode import Encoded
from training.errors import EngineError
from training.events import (
    CheckpointSaved,
    EpochEnded,
    Event,
    Failed,
    Finished,
    Note,
    Paused,
    Progress,
    Resumed,
    Stopped,
)
from training.journal import Diverged, Journal
from training.judging import metrics_of, metrics_on
from training.opening import notes, started
from training.pace import MOST_EPOCH_EVENTS, Clock, Pace, SavingBudget
from training.plans import keep_pages
from training.recipe import Recipe
from training.resolve import (
    memory_bytes,
)
from training.setup import Setup
from training.stopping import Best, Metrics
from training.words import counted

Told = Event | Progress
Control = Callable[[], str]

_NOTHING_SAVED = "No checkpoint had been saved yet, so training starts again from the beginning."
_NOTHING_READABLE = "No checkpoint can be read any more, so training starts again from the beginning."


def fit(
    recipe: Recipe,
    encoded: Encoded,
    folder: Path,
    *,
    control: Control,
    device: str = "cpu",
    resume: bool = False,
) -> Iterator[Told]:
    """Train, and yield what happens.

    folder: where the checkpoints ``best`` and ``last`` lie; with ``resume`` training goes on from
    ``last``, or from the start where there is none. control: asked between batches; "" goes on,
    "stop" keeps the best and ends, "pause" saves and ends, "discard" ends.
    Raises UserError when recipe and data do not fit, EngineError when a checkpoint cannot be written.
    """
    keep_pages()
    kept, damaged = checkpoint.load(folder, "last") if resume else (None, [])
    with contextlib.ExitStack() as until_the_end:
        loop = Loop(recipe, encoded, folder, device, kept, until_the_end)
        if resume:
            reason = "" if kept else _NOTHING_READABLE if damaged else _NOTHING_SAVED
            yield Resumed(from_step=loop.step, from_epoch=loop.epochs_done, reason=reason)
        yield started(loop)
        yield from (Note(level="warning", text=text) for text in damaged)
        yield from notes(loop, kept)
        yield from loop.run(control)


class Loop(Setup):
    """One attempt at a run. step: batches trained so far; batch: how many of them in this epoch."""

    def __init__(
        self,
        recipe: Recipe,
        encoded: Encoded,
        folder: Path,
        device: str,
        kept: Checkpoint | None,
        until_the_end: contextlib.ExitStack,
    ) -> None:
        snapshot.check_same(recipe, kept)
        super().__init__(recipe, encoded, device, kept, until_the_end)
        self.folder = folder
        self.step = self.batch = 0
        self.journal = Journal()
        self.best = Best()
        self.plateau = self.parts.schedule.plateau()
        self.best_weights: dict[str, Tensor] = {}
        self.clock = Clock()
        if kept:
            snapshot.restore(self, kept)
        self.best_is_saved = not self.best_weights
        self.pace = Pace(self.clock.elapsed(), self.step)
        self.budget = SavingBudget(self.clock.elapsed())
        self.epoch_began = self.clock.elapsed()

    @property
    def epochs_done(self) -> int:
        return self.step // self.sampler.steps

    @property
    def epoch(self) -> int:
        """The number, from 1, of the epoch that is being trained or has just been."""
        return (self.step - self.batch) // self.sampler.steps + 1

    # The loop

    def run(self, control: Control) -> Iterator[Told]:
        try:
            while not self.outcome():
                wish = yield from self._train_epoch(control)
                if wish:
                    yield from self._leave(wish)
                    return
                yield from self._end_epoch()
        except Diverged as diverged:
            yield from self._diverge(diverged)
            return
        if not self.best_weights:
            yield Failed(
                reason=f"{self.judged_by.title} of the validation rows was not a number in any epoch.",
                hint="Judge by the loss, or give the validation split more rows.",
            )
            return
        yield from self._save()
        yield Finished(
            epoch=self.epochs_done,
            step=self.step,
            best_epoch=self.best.epoch,
            metrics=self.best.metrics,
            reason=self.outcome(),
            seconds=self.clock.elapsed(),
        )

    def outcome(self) -> str:
        """Why training is over, or "" while it is not. Asked between epochs."""
        if self.best.is_over(self.recipe.fit.stopping):
            return (
                f"{self.judged_by.title} has not gained for {self.best.stale:,} epochs; "
                f"the best epoch was {self.best.epoch:,}."
            )
        if self.step >= self.steps:
            return (
                f"All {self.steps:,} steps are done."
                if self.recipe.fit.steps
                else (f"All {self.epochs:,} epochs are done.")
            )
        return ""

    def _train_epoch(self, control: Control) -> Generator[Told, None, str]:
        """Train to the end of the epoch, or until control wants something else: that is returned."""
        optimizer, journal, step = self.optimizer, self.journal, self.stepper.step
        elapsed, pace, set_rate = self.clock.elapsed, self.pace, self.parts.set_rate
        for inputs, target in self.sampler.epoch(self.epoch, skip=self.batch):
            if self.step >= self.steps:
                break
            if wish := control():
                return wish
            set_rate(optimizer, self.step, self.steps, self.sampler.steps, self.plateau)
            try:
                done = step(inputs, target)
            except torch.OutOfMemoryError:
                done = None  # what the step held is free only after this block
            loss, output = done or (yield from self._step_with_less(inputs, target))
            journal.pending.append(loss)
            journal.outputs.append(output)
            self.step += 1
            self.batch += 1
            if elapsed() >= pace.next:
                yield from self._tell()
        return ""

    def _step_with_less(
        self, inputs: tuple[Tensor, ...], target: Tensor
    ) -> Generator[Told, None, tuple[Tensor, Tensor]]:
        """The step again, with fewer rows at once until they fit into the device's memory."""
        while self.stepper.halve():
            if self.device.startswith("cuda"):
                torch.cuda.empty_cache()
            rows = self.resolved["rows_at_once"] = self.stepper.rows_at_once
            yield Note(
                level="warning",
                text=f"The memory of {self.device} is full, so {counted(rows, 'row')} at once are trained; "
                "the batch size stays in effect.",
                hint="Lower the batch size, or use fewer layers or units.",
            )
            with contextlib.suppress(torch.OutOfMemoryError):
                return self.stepper.step(inputs, target)
        raise EngineError(
            f"The memory of {self.device} is too small for a single row of this network.",
            where="network.main",
            hint="Use fewer layers or fewer units, or train on the CPU.",
        )

    def _tell(self) -> Iterator[Told]:
        """Scalars, progress and checkpoints, each when it is due."""
        now = self.clock.elapsed()
        if self.pace.is_flush_due(now):
            yield from self._flush()
        if self.pace.is_progress_due(now):
            yield self._progress(now)
        if self.budget.is_due(now):
            yield from self._save()

    def _flush(self) -> Iterator[Told]:
        try:
            self.journal.drain(self.step)
        finally:
            rate = self.optimizer.param_groups[0]["lr"]
            scalars = self.journal.scalars(self.step, self.step / self.sampler.steps, rate)
            if scalars:
                yield scalars

    def _progress(self, now: float) -> Progress:
        seconds = self.pace.seconds_per_step(now, self.step)
        return Progress(
            step=self.step,
            steps=self.steps,
            epoch=min(self.epoch, self.epochs),
            epochs=self.epochs,
            rows_per_second=len(self.training) / self.sampler.steps / seconds if seconds else 0.0,
            eta_seconds=(self.steps - self.step) * seconds if seconds else None,
            memory_bytes=memory_bytes(self.device),
        )

    def _end_epoch(self) -> Iterator[Told]:
        self.journal.drain(self.step)
        metrics = self._metrics()
        value = metrics.get("validation", metrics.get("training", {})).get(self.judged_by.name)
        if self.plateau:
            self.plateau.judge(value, self.judged_by.better)
        is_best = self.best.judge(
            self.epoch, value, metrics, self.judged_by, self.recipe.fit.stopping.min_gain
        )
        if is_best:
            self.best_weights = {name: value.clone() for name, value in self.model.state_dict().items()}
            self.best_is_saved = False
        epoch, now = self.epoch, self.clock.elapsed()
        self.batch = 0
        self.journal.clear()
        every = math.ceil(self.epochs / MOST_EPOCH_EVENTS)
        if epoch % every == 0 or self.outcome():
            yield EpochEnded(
                epoch=epoch,
                step=self.step,
                metrics=metrics,
                best_epoch=self.best.epoch,
                is_best=is_best,
                seconds=now - self.epoch_began,
            )
        self.epoch_began = now
        yield from self._tell()

    def _metrics(self) -> Metrics:
        """The epoch's metrics per split that has rows: training as it went, validation as it is now."""
        metrics: Metrics = {}
        outputs = self.journal.outputs_so_far()
        if outputs is not None:
            trained = self.sampler.order(self.epoch)[: len(outputs)].numpy()
            loss = self.journal.mean_loss(self.sampler.sizes)
            figures = metrics_of(self.parts, outputs, self.training.truth[trained], self.figures)
            metrics["training"] = {"loss": loss, **figures}
        if len(self.validation):
            metrics["validation"] = metrics_on(self.parts, self.validation, self.plan.scores)
        return metrics

    # The ways to end

    def _leave(self, wish: str) -> Iterator[Told]:
        """Do what a person asked for between two batches."""
        if wish == "discard":
            return
        yield from self._flush()
        if wish == "stop" and not self.best_weights:
            yield from self._end_epoch()
        yield from self._save()
        if wish == "pause":
            yield Paused(epoch=self.epochs_done, step=self.step)
        else:
            yield Stopped(
                epoch=self.epochs_done, step=self.step, best_epoch=self.best.epoch, metrics=self.best.metrics
            )

    def _diverge(self, diverged: Diverged) -> Iterator[Told]:
        what = "was no longer a number" if math.isnan(diverged.value) else "became infinite"
        kept = ""
        if self.best_weights:
            yield from self._save_best()
            kept = f" The weights of epoch {self.best.epoch:,}, the best one, are kept."
        yield Failed(
            reason=f"The loss {what} at step {diverged.step:,}.{kept}",
            hint="Lower the learning rate, for example to a tenth, and check the data for extreme values.",
        )

    # Checkpoints

    def _save(self) -> Iterator[Told]:
        """Write what has to be on disk. Scalars go first: a resume must not cut a block in two."""
        yield from self._flush()
        began = time.perf_counter()
        yield from self._save_best()
        yield self._written("last", snapshot.capture(self))
        self.budget.paid(time.perf_counter() - began, self.clock.elapsed())
        if self.budget.just_stretched():
            yield Note(
                level="info",
                text=f"Writing a checkpoint takes {self.budget.cost:.0f} s, so one is written "
                f"every {self.budget.interval:.0f} s.",
            )

    def _save_best(self) -> Iterator[Told]:
        if self.best_is_saved:
            return
        meta = {"step": self.step, "epoch": self.best.epoch, "metrics": self.best.metrics}
        yield self._written("best", Checkpoint(meta, self.best_weights), epoch=self.best.epoch)
        self.best_is_saved = True

    def _written(self, which: str, content: Checkpoint, epoch: int | None = None) -> CheckpointSaved:
        saved = checkpoint.save(self.folder, which, content)
        return CheckpointSaved(
            which=which,
            epoch=self.epochs_done if epoch is None else epoch,
            step=self.step,
            path=saved.path,
            bytes=saved.bytes,
        )
