"""A recipe and encoded rows made ready to train on one device: network, rows, plan, sampler. Heavy.

The loop (training/fit.py) starts from here, and so do the searches for a learning rate and a batch size.
"""

from __future__ import annotations

import contextlib
import math

import torch

from training.assembly import assemble, judged
from training.augment import Mixed
from training.batches import AnyRows, Sampler, must_stream, rows_of
from training.checkpoint import Checkpoint
from training.encode import Encoded
from training.first_look import prepare_modules
from training.judging import figures_of_training
from training.plans import Plan, plan_of
from training.recipe import Recipe
from training.resolve import (
    AUTOCAST,
    Trial,
    check_device,
    check_memory,
    classes_to_balance,
    needs_two_rows,
    resolve,
    resolved_before,
    settings,
)
from training.stepping import Stepper
from training.stopping import metric_to_judge_by


class Setup:
    """All that training needs and does not change, apart from the weights.

    kept: the checkpoint that training goes on from, whose resolved settings hold; until_the_end: undoes
    the process's settings. Raises UserError when recipe, data and device do not fit.
    """

    def __init__(
        self,
        recipe: Recipe,
        encoded: Encoded,
        device: str,
        kept: Checkpoint | None,
        until_the_end: contextlib.ExitStack,
    ) -> None:
        self.recipe, self.device = recipe, device
        check_device(device)
        check_memory(judged(recipe, encoded.state), recipe.fit, int((encoded.parts == 0).sum()), device)
        torch.manual_seed(recipe.fit.seed)
        self.parts = assemble(recipe, encoded.state)
        self.judged_by = metric_to_judge_by(recipe)
        self.figures = figures_of_training(self.parts, self.judged_by)
        self.model = self.parts.to(device).model.train()
        self.streams = must_stream(encoded.arrays, self.parts.arrays, device)
        self.training, self.validation = (self._rows(encoded, part) for part in (0, 1))
        self.test_rows = int((encoded.parts == 2).sum())
        self.left_out = encoded.left_out
        self.sampler = self._sampler()
        self.steps = recipe.fit.steps or (recipe.fit.epochs or 1) * self.sampler.steps
        self.epochs = math.ceil(self.steps / self.sampler.steps)
        trial = Trial(self.parts, self.training)
        self.resolved = (
            resolved_before(kept, device) if kept else resolve(recipe.fit, self.parts, device, trial)
        )
        until_the_end.enter_context(settings(self.resolved))
        if not kept:
            prepare_modules(self.model, self.training, self.sampler.order(0))
        self.plan = self._plan()
        self.optimizer = self.plan.optimizer
        rows_at_once = min(self.resolved["rows_at_once"], self.sampler.batch_size)
        self.stepper = Stepper(self.plan, recipe.fit, rows_at_once, least=2 if self.sampler.whole else 1)

    def _rows(self, encoded: Encoded, part: int) -> AnyRows:
        return rows_of(
            encoded.arrays,
            encoded.parts == part,
            self.parts.arrays,
            self.device,
            self.parts.prepare_target,
            stream=self.streams,
        )

    def _sampler(self) -> Sampler:
        fit = self.recipe.fit
        classes = classes_to_balance(self.recipe, self.training.truth) if fit.sampling == "balanced" else None
        whole = needs_two_rows(self.model, len(self.training), fit.batch_size)
        return Sampler(
            self.training, fit.batch_size * fit.accumulation, fit.seed, whole=whole, classes=classes
        )

    def _plan(self) -> Plan:
        precision = self.resolved["precision"]
        return plan_of(
            self.resolved["plan"],
            self.model,
            Mixed(self.parts.loss) if self.recipe.fit.augment.mixup else self.parts.loss,
            self.parts.optimizer,
            autocast=AUTOCAST.get(precision),
            scaler=torch.amp.GradScaler(self.device) if precision == "fp16" else None,
            penalty=self.parts.penalty if self.parts.penalties else None,
        )
