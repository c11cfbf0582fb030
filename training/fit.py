"""The loop: a recipe and encoded rows become a trained network, told in events.

Nothing else knows the loop. Whoever drives it prints, stores or collects what it yields, and is
asked between batches whether to go on. Stopped or killed at any step and resumed, it ends with
the same weights and metrics as if nothing had happened (training/snapshot.py).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import torch
from torch import Tensor

from training import checkpoint, snapshot
from training.assembly import assemble
from training.batches import Rows, Sampler, rows_of
from training.checkpoint import Checkpoint
from training.encode import Encoded
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
from training.judging import figures_of_training, metrics_of, metrics_on
from training.opening import notes, started
from training.pace import MOST_EPOCH_EVENTS, Clock, Pace, SavingBudget
from training.recipe import Recipe
from training.resolve import memory_bytes, needs_two_rows, resolve
from training.stopping import Best, Metrics, metric_to_judge_by

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
    threads = torch.get_num_threads()
    try:
        kept, damaged = checkpoint.load(folder, "last") if resume else (None, [])
        loop = Loop(recipe, encoded, folder, device, kept)
        if resume:
            reason = "" if kept else _NOTHING_READABLE if damaged else _NOTHING_SAVED
            yield Resumed(from_step=loop.step, from_epoch=loop.epochs_done, reason=reason)
        yield started(loop)
        yield from (Note(level="warning", text=text) for text in damaged)
        yield from notes(loop, kept)
        yield from loop.run(control)
    finally:
        torch.set_num_threads(threads)


class Loop:
    """One attempt at a run. step: batches trained so far; batch: how many of them in this epoch."""

    def __init__(
        self, recipe: Recipe, encoded: Encoded, folder: Path, device: str, kept: Checkpoint | None
    ) -> None:
        self.recipe, self.folder, self.device = recipe, folder, device
        snapshot.check_same(recipe, kept)
        torch.manual_seed(recipe.fit.seed)
        self.parts = assemble(recipe, encoded.state)
        self.judged_by = metric_to_judge_by(recipe)
        self.figures = figures_of_training(self.parts.objective, self.judged_by)
        self.resolved = kept.meta["resolved"] if kept else resolve(recipe.fit, self.parts.checked, device)
        torch.set_num_threads(self.resolved["threads"])
        self.model = self.parts.to(device).model.train()
        self.optimizer = self.parts.optimizer()
        self.training, self.validation = (self._rows(encoded, part) for part in (0, 1))
        self.test_rows = int((encoded.parts == 2).sum())
        whole = needs_two_rows(self.model, len(self.training), recipe.fit.batch_size)
        self.sampler = Sampler(self.training, recipe.fit.batch_size, recipe.fit.seed, whole=whole)
        self.steps = recipe.fit.steps or (recipe.fit.epochs or 1) * self.sampler.steps
        self.epochs = math.ceil(self.steps / self.sampler.steps)
        self.step = self.batch = 0
        self.journal = Journal()
        self.best = Best()
        self.best_weights: dict[str, Tensor] = {}
        self.clock = Clock()
        if kept:
            snapshot.restore(self, kept)
        self.best_is_saved = not self.best_weights
        self.pace = Pace(self.clock.elapsed(), self.step)
        self.budget = SavingBudget(self.clock.elapsed())
        self.epoch_began = self.clock.elapsed()

    def _rows(self, encoded: Encoded, part: int) -> Rows:
        return rows_of(
            encoded.arrays, encoded.parts == part, self.parts.arrays, self.device, self.parts.prepare_target
        )

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
        model, loss_of, optimizer, journal = self.model, self.parts.loss, self.optimizer, self.journal
        elapsed, pace, set_rate = self.clock.elapsed, self.pace, self.parts.set_rate
        for inputs, target in self.sampler.epoch(self.epoch, skip=self.batch):
            if self.step >= self.steps:
                break
            if wish := control():
                return wish
            set_rate(optimizer, self.step, self.steps, self.sampler.steps)
            output = model(*inputs)
            loss = loss_of(output, target)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            journal.pending.append(loss.detach())
            journal.outputs.append(output.detach())
            self.step += 1
            self.batch += 1
            if elapsed() >= pace.next:
                yield from self._tell()
        return ""

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
        is_best = self.best.judge(
            self.epoch, value, metrics, self.judged_by, self.recipe.fit.stopping.min_gain
        )
        if is_best:
            self.best_weights = {
                name: value.detach().clone() for name, value in self.model.state_dict().items()
            }
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
            metrics["validation"] = metrics_on(self.parts, self.validation)
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
