"""Losses, targets and decoding: scores become what people read."""

from __future__ import annotations

import pytest
import torch

from training.errors import SettingError
from training.losses import decoder_of, loss_of, prepare_target
from training.metrics import METRICS, metrics_for
from training.objectives import OBJECTIVES, objective_of, objectives_for
from training.recipe import Named

STATES = {
    "binary": {"target": {"classes": ["no", "yes"], "mean": None, "std": None}},
    "multiclass": {"target": {"classes": ["a", "b", "c"], "mean": None, "std": None}},
    "regression": {"target": {"classes": None, "mean": 200_000.0, "std": 50_000.0}},
}
TARGETS = {
    "binary": torch.tensor([[0], [1]], dtype=torch.uint8),
    "multiclass": torch.tensor([0, 2]),
    "regression": torch.tensor([[150_000.0], [300_000.0]]),
}
RIGHT = {
    "binary": torch.tensor([[-9.0], [9.0]]),
    "multiclass": torch.tensor([[9.0, 0, 0], [0, 0, 9.0]]),
    "regression": torch.tensor([[-1.0], [2.0]]),
}


def cases():
    return [(task, objective) for objective in OBJECTIVES.values() for task in objective.tasks]


@pytest.mark.parametrize(
    ("task", "kind"), cases(), ids=lambda part: part if isinstance(part, str) else part.name
)
def test_right_scores_cost_little_and_decode_to_the_truth(task, kind):
    objective, state = kind(), STATES[task]
    target = prepare_target(objective, state, TARGETS[task])
    loss = loss_of(objective)

    assert loss(RIGHT[task], target).item() < 0.01
    assert loss(-RIGHT[task], target).item() > 0.5

    said = decoder_of(objective, state)(RIGHT[task])
    if task == "regression":
        assert torch.allclose(said, TARGETS[task])
    else:
        assert said.shape == (2, len(state["target"]["classes"]))
        assert torch.allclose(said.sum(1), torch.ones(2))
        assert said.argmax(1).tolist() == TARGETS[task].reshape(-1).tolist()


def test_a_constant_target_keeps_its_unit():
    objective, state = OBJECTIVES["MSE"](), {"target": {"mean": 5.0, "std": 0.0}}

    assert prepare_target(objective, state, torch.tensor([[5.0], [6.0]])).tolist() == [[0.0], [1.0]]
    assert decoder_of(objective, state)(torch.tensor([[1.0]])).tolist() == [[6.0]]


def test_auto_is_the_first_objective_of_the_task():
    assert objective_of(Named(name="auto"), "binary").name == "BinaryCrossEntropy"
    assert objective_of(Named(name="auto"), "multiclass").name == "CrossEntropy"
    assert objective_of(Named(name="auto"), "regression").name == "MSE"


def test_settings_of_the_loss_count():
    state, scores = STATES["binary"], torch.tensor([[-1.0], [-1.0]])
    plain, weighted = (
        OBJECTIVES["BinaryCrossEntropy"](),
        OBJECTIVES["BinaryCrossEntropy"](positive_weight=3.0),
    )
    target = prepare_target(plain, state, TARGETS["binary"])

    assert loss_of(weighted)(scores, target) > loss_of(plain)(scores, target)


@pytest.mark.parametrize(
    ("named", "where", "message"),
    [
        (Named(name="MSE"), "fit.objective.name", "Mean squared error does not suit this task (binary)."),
        (Named(name="Hinge"), "fit.objective.name", "There is no loss called “Hinge”."),
        (
            Named(name="BinaryCrossEntropy", positive_weight=0.0),
            "fit.objective.positive_weight",
            "Weight of the second class of Binary cross-entropy must be more than 0, not 0.0.",
        ),
    ],
)
def test_objectives_that_do_not_suit_are_refused(named, where, message):
    with pytest.raises(SettingError) as caught:
        objective_of(named, "binary")

    assert (caught.value.message, caught.value.where) == (message, where)


def test_every_objective_names_metrics_of_its_tasks():
    for objective in OBJECTIVES.values():
        for task in objective.tasks:
            suited = {metric.name for metric in metrics_for(task)}
            assert {objective.headline, *objective.metrics} <= suited
    assert all(objectives_for(task) for metric in METRICS.values() for task in metric.tasks)
