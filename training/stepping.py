"""One step of training: gradients in as many pieces as memory asks for, clipping, the optimizer. Heavy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from training.augment import augmented, is_on
from training.plans import Plan
from training.recipe import Fit


class Stepper:
    """Does the steps of a plan.

    rows_at_once: rows that go through the network together; a larger batch goes in equal pieces,
    whose gradients add up to the batch's; least: the fewest rows of a piece (BatchNorm needs 2).
    """

    def __init__(self, plan: Plan, fit: Fit, rows_at_once: int, least: int = 1) -> None:
        self.plan, self.fit = plan, fit
        self.rows_at_once, self._least = rows_at_once, least
        self._augments = is_on(fit.augment)

    def step(self, inputs: tuple[Tensor, ...], target: Tensor) -> tuple[Tensor, Tensor]:
        """Move the weights by one batch; its mean loss () and its scores, as they were before."""
        plan = self.plan
        count = self._pieces_of(len(target))
        if count == 1:
            loss, output = self._gradients(inputs, target)
        else:
            loss, output = self._in_pieces(inputs, target, count)
        if self.fit.clip_norm or self.fit.clip_value:
            self._clip()
        if plan.scaler is None:
            plan.optimizer.step()
        else:
            plan.scaler.step(plan.optimizer)
            plan.scaler.update()
        plan.forget()
        return loss, output

    def halve(self) -> bool:
        """Take half the rows at once from now on. False where there is nothing left to halve."""
        self.plan.forget()
        if self.rows_at_once < 2 * self._least:
            return False
        self.rows_at_once //= 2
        return True

    def _gradients(
        self, inputs: tuple[Tensor, ...], target: Any, share: float = 1.0
    ) -> tuple[Tensor, Tensor]:
        if self._augments:
            inputs, target = augmented(self.fit.augment, inputs, target)
        return self.plan.gradients(inputs, target, share)

    def _pieces_of(self, rows: int) -> int:
        # A last row that would stand alone goes with the others (Sampler does the same).
        return max(1, -(-(rows - self._least + 1) // self.rows_at_once))

    def _in_pieces(self, inputs: tuple[Tensor, ...], target: Tensor, count: int) -> tuple[Tensor, Tensor]:
        losses, outputs = [], []
        for some, wanted in _cut(inputs, target, count):
            share = len(wanted) / len(target)
            loss, output = self._gradients(some, wanted, share)
            losses.append(loss * share)
            outputs.append(output)
        return torch.stack(losses).sum(), torch.cat(outputs)

    def _clip(self) -> None:
        if self.plan.scaler is not None:
            self.plan.scaler.unscale_(self.plan.optimizer)
        if self.fit.clip_value:
            nn.utils.clip_grad_value_(self.plan.weights, self.fit.clip_value)
        if self.fit.clip_norm:
            nn.utils.clip_grad_norm_(self.plan.weights, self.fit.clip_norm)


def _cut(
    inputs: tuple[Tensor, ...], target: Tensor, count: int
) -> Iterator[tuple[tuple[Tensor, ...], Tensor]]:
    pieces = [torch.tensor_split(x, count) for x in (*inputs, target)]
    for *some, wanted in zip(*pieces, strict=True):
        yield tuple(some), wanted
