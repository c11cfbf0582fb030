"""Everything that a recipe names, made: network, loss, optimizer, schedule, decoding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from training.build import Network, build, construct
from training.layers import Learning
from training.losses import decoder_of, loss_of, prepare_target
from training.network import Checked, check, head_for, inputs_of
from training.network.code import attribute
from training.objectives import Objective, objective_of
from training.optimizers import optimizer_of
from training.recipe import Recipe
from training.schedules import Constant, Plateau, Schedule, schedule_of

_MOST_JUDGED = 4096
_JUDGED_NUMBERS = 4_000_000


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

    @property
    def rows_at_once(self) -> int:
        """Rows that are judged together: few enough for the largest layer's to stay in the cache."""
        largest = max(step.shape.count for step in self.checked.steps)
        return min(_MOST_JUDGED, max(1, _JUDGED_NUMBERS // largest))

    def to(self, device: str) -> Assembled:
        """The same parts, moved."""
        for module in (self.model, self.loss, self.decode):
            module.to(device)
        return self

    def prepare_target(self, target: Tensor) -> Tensor:
        return prepare_target(self.objective, self.state, target)

    @property
    def penalties(self) -> list[tuple[nn.Module, float, float]]:
        """Modules whose weights cost something besides, with what they cost: L1 and L2."""
        return [
            (self.model.get_submodule(attribute(step.id)), step.layer.l1, step.layer.l2)
            for step in self.checked.steps
            if isinstance(step.layer, Learning) and (step.layer.l1 or step.layer.l2)
        ]

    def penalty(self) -> Tensor:
        """What L1 and L2 of single layers add to the loss."""
        parts = [
            l1 * weight.abs().sum() + l2 * weight.square().sum()
            for module, l1, l2 in self.penalties
            for weight in module.parameters()
        ]
        return torch.stack(parts).sum()

    def optimizer(self, weights: list[nn.Parameter]) -> torch.optim.Optimizer:
        """A fresh optimizer of these weights."""
        declared = optimizer_of(self.recipe.fit.optimizer)
        optimizer: torch.optim.Optimizer = construct(declared.construct(), weights)
        for group in optimizer.param_groups:
            group["full_lr"] = group["lr"]
        return optimizer

    def set_rate(
        self,
        optimizer: torch.optim.Optimizer,
        step: int,
        steps: int,
        steps_per_epoch: int,
        plateau: Plateau | None = None,
    ) -> None:
        """Set the learning rate that the schedule wants at ``step`` (from 0) of ``steps``.

        plateau: where the schedule follows the epochs' figures, what it made of them so far.
        """
        if type(self.schedule) is Constant:
            return
        factor = plateau.factor if plateau else self.schedule.factor(step, steps, steps_per_epoch)
        for group in optimizer.param_groups:
            group["lr"] = group["full_lr"] * factor


def judged(recipe: Recipe, state: dict[str, Any]) -> Checked:
    """The recipe's network, checked against the encoded data: nothing is made yet."""
    head = head_for(recipe.data, state, recipe.fit.objective)
    nodes = [node.model_dump(exclude_none=True) for node in recipe.network.get("main", [])]
    return check(nodes, inputs_of(state), head)


def assemble(recipe: Recipe, state: dict[str, Any]) -> Assembled:
    """Check the network against the encoded data and make all parts, with weights from torch's random state.

    Raises NetworkError or SettingError when the recipe does not fit.
    """
    objective = objective_of(recipe.fit.objective, recipe.data.task)
    objective.check(state["target"].get("columns", ()))
    optimizer_of(recipe.fit.optimizer)
    checked = judged(recipe, state)
    return Assembled(
        recipe=recipe,
        state=state,
        checked=checked,
        objective=objective,
        model=build(checked),
        loss=loss_of(objective, state),
        decode=decoder_of(objective, state),
        schedule=schedule_of(recipe.fit.schedule),
    )
