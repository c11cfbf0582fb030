"""Learning rates over a run: the numbers of torch.optim.lr_scheduler."""

from __future__ import annotations

import math

import pytest
import torch
from torch.optim import lr_scheduler

from tests.training.made import encoded_for, only, recipe_for, run
from training.errors import SettingError
from training.events import EpochEnded, Scalars
from training.recipe import Named
from training.schedules import SCHEDULES, Plateau, schedule_of

STEPS, PER_EPOCH = 60, 5


def theirs(make, each_step=True) -> list[float]:
    """The rates of PyTorch's schedule over the steps, for a rate of 1."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    schedule = make(optimizer)
    rates = []
    for step in range(STEPS):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if each_step or (step + 1) % PER_EPOCH == 0:
            schedule.step()
    return rates


def restarting(first, longer, lowest):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    schedule = lr_scheduler.CosineAnnealingWarmRestarts(optimizer, first, longer, lowest)
    rates = []
    for step in range(STEPS):
        optimizer.step()
        schedule.step(step / PER_EPOCH)
        rates.append(optimizer.param_groups[0]["lr"])
    return rates


def one_cycle(**options):
    return theirs(lambda o: lr_scheduler.OneCycleLR(o, 1.0, STEPS, cycle_momentum=False, **options))


@pytest.mark.parametrize(("named", "expected"), [
    ({"name": "Constant"}, [1.0] * STEPS),
    ({"name": "Step", "every": 3, "gamma": 0.5}, theirs(lambda o: lr_scheduler.StepLR(o, 3, 0.5), False)),
    ({"name": "Exponential", "gamma": 0.9}, theirs(lambda o: lr_scheduler.ExponentialLR(o, 0.9), False)),
    ({"name": "Polynomial", "power": 2.0}, theirs(lambda o: lr_scheduler.PolynomialLR(o, STEPS, 2.0))),
    ({"name": "Cosine", "warm_up": 0.0, "lowest": 0.1},
     theirs(lambda o: lr_scheduler.CosineAnnealingLR(o, STEPS, 0.1))),
    ({"name": "CosineRestarts", "first": 4}, restarting(4, 1, 0.0)),
    ({"name": "CosineRestarts", "first": 2, "longer": 2, "lowest": 0.1}, restarting(2, 2, 0.1)),
    ({"name": "OneCycle"}, one_cycle()),
    ({"name": "OneCycle", "rise": 0.5, "start": 10.0, "end": 100.0, "shape": "linear"},
     one_cycle(pct_start=0.5, div_factor=10.0, final_div_factor=100.0, anneal_strategy="linear")),
])  # fmt: skip
def test_the_rates_are_pytorchs(named, expected):
    schedule = schedule_of(Named(**named))

    rates = [schedule.factor(step, STEPS, PER_EPOCH) for step in range(STEPS)]

    assert rates == pytest.approx(expected, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("steps", [1, 2, 7])
def test_short_runs_have_rates_too(name, steps):
    schedule = schedule_of(Named(name=name))

    assert all(0 <= schedule.factor(step, steps, 3) <= 1 for step in range(steps + 1))


FIGURES = [3.0, 2.0, 2.0, 1.9999, 2.5, 2.5, 2.5, 2.5, 1.0, 1.0, 1.0, 1.0, math.nan, 1.0, 0.5, 0.6, 0.6, 0.6]


@pytest.mark.parametrize("better", ["lower", "higher"])
@pytest.mark.parametrize("options", [
    {"patience": 0}, {"patience": 2}, {"patience": 1, "cooldown": 2}, {"patience": 0, "threshold": 0.5},
    {"patience": 0, "lowest": 0.02},
])  # fmt: skip
def test_a_plateau_is_noticed_where_pytorch_notices_it(better, options):
    figures = FIGURES if better == "lower" else [10 - figure for figure in FIGURES]
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    theirs = lr_scheduler.ReduceLROnPlateau(
        optimizer,
        "min" if better == "lower" else "max",
        **{"min_lr" if name == "lowest" else name: value for name, value in options.items()},
        eps=0.0,
    )
    ours = schedule_of(Named(name="ReduceOnPlateau", **options)).plateau()

    for figure in figures:
        theirs.step(figure)
        ours.judge(figure, better)
        ours = Plateau(**ours.as_dict())  # as a checkpoint keeps it

        assert ours.factor == pytest.approx(optimizer.param_groups[0]["lr"])


def test_a_figure_below_zero_does_not_gain_by_standing_still():
    plateau = schedule_of(Named(name="ReduceOnPlateau", patience=0, gamma=0.5)).plateau()

    for _ in range(3):
        plateau.judge(-2.0, "higher")

    assert plateau.factor == 0.25


def test_the_rate_of_a_run_falls_on_a_plateau(tmp_path):
    encoded = encoded_for("multiclass")
    encoded.arrays["target"][encoded.parts == 1] = 2 - encoded.arrays["target"][encoded.parts == 1]
    recipe = recipe_for(
        "multiclass", epochs=12, optimizer={"name": "Adam", "lr": 0.05},
        schedule={"name": "ReduceOnPlateau", "patience": 1, "gamma": 0.5}, stopping={"enabled": False},
    )  # fmt: skip

    told = run(recipe, encoded, tmp_path)

    expected = schedule_of(recipe.fit.schedule).plateau()
    for epoch in only(told, EpochEnded)[:-1]:
        expected.judge(epoch.metrics["validation"]["loss"], "lower")
    assert expected.factor < 0.1
    last = only(told, Scalars)[-1].values["learning_rate"]["mean"]
    assert last == pytest.approx(0.05 * expected.factor)


def test_a_schedule_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(SettingError) as caught:
        schedule_of(Named(name="Cosinus"))

    assert str(caught.value) == (
        "There is no schedule called “Cosinus”. Choose Constant, Cosine, CosineRestarts, OneCycle, "
        "Polynomial, Step, Exponential, ReduceOnPlateau."
    )
