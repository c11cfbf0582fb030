"""Objectives: what a network is trained for. Each says its head, its loss, its decoding and its metrics.

One file a kind of answer; to add an objective, declare it there and list it in OBJECTIVES. Form,
checks and the common tests follow. The torch parts are made from the Calls by training/losses.py.
"""

from __future__ import annotations

from training.declared import clipped
from training.errors import SettingError
from training.objectives.binary import BinaryCrossEntropy, BinaryFocal
from training.objectives.multiclass import CrossEntropy, Focal
from training.objectives.multilabel import LabelCrossEntropy
from training.objectives.numbers import MAE, MSE, Huber, LogCosh
from training.objectives.objective import Objective, answers_in
from training.objectives.poisson import Poisson
from training.objectives.quantile import Quantile
from training.recipe import Named, Task

__all__ = ["OBJECTIVES", "Objective", "answers_in", "objective_of", "objectives_for"]

OBJECTIVES: dict[str, type[Objective]] = {
    objective.name: objective
    for objective in (
        BinaryCrossEntropy,
        BinaryFocal,
        CrossEntropy,
        Focal,
        LabelCrossEntropy,
        MSE,
        MAE,
        Huber,
        LogCosh,
        Quantile,
        Poisson,
    )
}


def objectives_for(task: Task) -> list[type[Objective]]:
    """The objectives that suit a task; the first is what "auto" takes."""
    return [objective for objective in OBJECTIVES.values() if task in objective.tasks]


def objective_of(named: Named, task: Task) -> Objective:
    """The objective that a recipe names; "auto" is the task's first.

    Raises SettingError when there is none of that name, it does not suit, or a field is wrong.
    """
    suited = objectives_for(task)
    if named.name == "auto":
        return suited[0].read(named.settings, "fit.objective")
    chosen = OBJECTIVES.get(named.name)
    choices = ", ".join(objective.name for objective in suited)
    if chosen is None:
        raise SettingError(
            f"There is no loss called “{clipped(named.name)}”.",
            where="fit.objective.name",
            hint=f"Choose auto, {choices}.",
        )
    if chosen not in suited:
        raise SettingError(
            f"{chosen.title} does not suit this task ({task}).",
            where="fit.objective.name",
            hint=f"Choose auto, {choices}.",
        )
    return chosen.read(named.settings, "fit.objective")
