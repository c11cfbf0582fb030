"""Everything that a recipe names, made: network, loss, optimizer, schedule, decoding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from training.build import Network, build, construct
from training.losses import decoder_of, loss_of, prepare_target
from training.network import Checked, check, head_for, inputs_of
from training.objectives import Objective, objective_of
from training.optimizers import optimizer_of
from training.recipe import Recipe
from training.schedules import Constant, Schedule, schedule_of


@dataclass(frozen=True)
class Assembled:
    """A recipe's parts for the data that was encoded with ``state``, on the CPU.

    model: arrays -> scores; loss: (scores, prepared target) -> scalar; decode: scores ->
    probabilities (B, classes) or values (B, 1) in the target's unit.
    """

    recipe: Recipe
    state: dict[str, Any]
    checked: Checked
    objective: Objective
    model: Network
    loss: nn.Module
    decode: nn.Module
    schedule: Schedule

    @property
    def arrays(self) -> tuple[str, ...]:
        """Names of the arrays that the model takes, in order."""
        return self.checked.arrays

    def to(self, device: str) -> Assembled:
        """The same parts, moved."""
        for module in (self.model, self.loss, self.decode):
            module.to(device)
        return self

    def prepare_target(self, target: Tensor) -> Tensor:
        return prepare_target(self.objective, self.state, target)

    def optimizer(self) -> torch.optim.Optimizer:
        """A fresh optimizer of the model's weights, wherever they are now."""
        declared = optimizer_of(self.recipe.fit.optimizer)
        optimizer: torch.optim.Optimizer = construct(declared.construct(), self.model.parameters())
        for group in optimizer.param_groups:
            group["full_lr"] = group["lr"]
        return optimizer

    def set_rate(self, optimizer: torch.optim.Optimizer, step: int, steps: int, steps_per_epoch: int) -> None:
        """Set the learning rate that the schedule wants at ``step`` (from 0) of ``steps``."""
        if type(self.schedule) is Constant:
            return
        factor = self.schedule.factor(step, steps, steps_per_epoch)
        for group in optimizer.param_groups:
            group["lr"] = group["full_lr"] * factor


def assemble(recipe: Recipe, state: dict[str, Any]) -> Assembled:
    """Check the network against the encoded data and make all parts, with weights from torch's random state.

    Raises NetworkError or SettingError when the recipe does not fit.
    """
    objective = objective_of(recipe.fit.objective, recipe.data.task)
    optimizer_of(recipe.fit.optimizer)
    head = head_for(recipe.data, state, recipe.fit.objective)
    nodes = [node.model_dump(exclude_none=True) for node in recipe.network.get("main", [])]
    checked = check(nodes, inputs_of(state), head)
    return Assembled(
        recipe=recipe,
        state=state,
        checked=checked,
        objective=objective,
        model=build(checked),
        loss=loss_of(objective),
        decode=decoder_of(objective, state),
        schedule=schedule_of(recipe.fit.schedule),
    )
