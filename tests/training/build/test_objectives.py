"""Losses, targets and decoding: scores become what people read."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from sklearn import metrics as theirs

from training.errors import SettingError
from training.losses import decoder_of, loss_of, prepare_target
from training.metrics import METRICS, metrics_of
from training.objectives import OBJECTIVES, objective_of, objectives_for
from training.recipe import Named

STATES = {
    "binary": {"task": "binary", "classes": ["no", "yes"], "counts": [30, 10], "rows": 40},
    "multiclass": {"task": "multiclass", "classes": ["a", "b", "c"], "counts": [30, 10, 20], "rows": 60},
    "multilabel": {"task": "multilabel", "classes": ["a", "b", "c"], "counts": [10, 40, 20], "rows": 50},
    "regression": {"names": ["y", "z"], "classes": None, "mean": [200.0, 5.0], "std": [50.0, 0.5]},
    "forecast": {"names": ["y +1", "y +2"], "classes": None, "mean": [200.0, 5.0], "std": [50.0, 0.5]},
}
TARGETS = {
    "binary": torch.tensor([[0], [1]], dtype=torch.uint8),
    "multiclass": torch.tensor([0, 2]),
    "multilabel": torch.tensor([[1, 0, 1], [0, 0, 1]], dtype=torch.uint8),
    "regression": torch.tensor([[150.0, 5.5], [300.0, 4.0]]),
}
TARGETS["forecast"] = TARGETS["regression"]


def state_of(task):
    return {"target": {"name": "y", "mean": None, "std": None, **STATES[task]}}


def right_scores(objective, task):
    """Scores that a network which knows the truth would yield."""
    truth = TARGETS[task]
    if task == "multiclass":
        return 20 * torch.nn.functional.one_hot(truth, 3).float() - 10
    if STATES[task]["classes"]:
        return 20 * truth.float() - 10
    prepared = prepare_target(objective, state_of(task), truth)
    if objective.name == "Poisson":
        return prepared.log()
    return prepared.repeat_interleave(len(objective.levels) or 1, dim=1)


def cases():
    return [(task, objective) for objective in OBJECTIVES.values() for task in objective.tasks]


def each(part):
    return part if isinstance(part, str) else part.name


@pytest.mark.parametrize(("task", "kind"), cases(), ids=each)
def test_right_scores_cost_least_and_decode_to_the_truth(task, kind):
    objective, state, truth = kind(), state_of(task), TARGETS[task]
    target, loss = prepare_target(objective, state, truth), loss_of(objective, state)
    scores = right_scores(objective, task).requires_grad_()

    least = loss(scores, target)
    assert least.shape == ()
    assert loss(-scores, target).item() > least.item() + 0.1
    (slope,) = torch.autograd.grad(least, scores)
    assert slope.isfinite().all()
    assert scores.shape[1] == objective.outputs(len(STATES[task].get("classes") or STATES[task]["names"]))

    said = decoder_of(objective, state)(scores)
    if objective.levels:
        assert torch.allclose(said, truth.unsqueeze(2).expand(2, 2, 3))
    elif not STATES[task]["classes"]:
        assert torch.allclose(said, truth)
    elif task == "multilabel":
        assert (said > 0.5).tolist() == truth.bool().tolist()
    else:
        assert torch.allclose(said.sum(1), torch.ones(2))
        assert said.argmax(1).tolist() == truth.reshape(-1).tolist()


def loss_value(objective, task, scores):
    state = state_of(task)
    return loss_of(objective, state)(scores, prepare_target(objective, state, TARGETS[task])).item()


@pytest.mark.parametrize("kind", ["BinaryFocal", "Focal"])
def test_focal_without_focus_is_cross_entropy(kind):
    task = OBJECTIVES[kind].tasks[0]
    plain = "BinaryCrossEntropy" if task == "binary" else "CrossEntropy"
    scores = torch.randn(2, OBJECTIVES[kind].outputs(len(STATES[task]["classes"])))

    same = [
        loss_value(OBJECTIVES[plain](class_weight=weight), task, scores) for weight in ("none", "balanced")
    ]
    found = [
        loss_value(OBJECTIVES[kind](gamma=0.0, class_weight=weight), task, scores)
        for weight in ("none", "balanced")
    ]
    assert found == pytest.approx(same, rel=1e-5)


def test_focal_is_what_its_paper_says():
    scores = torch.tensor([[-1.0], [0.5]])
    shares = torch.sigmoid(torch.tensor([1.0, 0.5]))  # of the true class

    expected = -(((1 - shares) ** 2) * shares.log()).mean().item()
    assert loss_value(OBJECTIVES["BinaryFocal"](), "binary", scores) == pytest.approx(expected)


def test_balanced_weights_are_those_of_scikit_learn():
    scores = torch.randn(2, 3)
    shares = torch.softmax(scores, 1).numpy()
    weights = [60 / (3 * count) for count in STATES["multiclass"]["counts"]]

    expected = theirs.log_loss([0, 2], shares, labels=[0, 1, 2], sample_weight=[weights[0], weights[2]])
    assert loss_value(OBJECTIVES["CrossEntropy"](class_weight="balanced"), "multiclass", scores) == (
        pytest.approx(expected, rel=1e-4)
    )


def test_missing_a_rare_class_or_label_costs_what_the_others_count():
    two = OBJECTIVES["BinaryCrossEntropy"](class_weight="balanced").loss(state_of("binary")["target"])
    given = OBJECTIVES["BinaryCrossEntropy"](positive_weight=2.0).loss(state_of("binary")["target"])
    labels = OBJECTIVES["LabelCrossEntropy"](class_weight="balanced").loss(state_of("multilabel")["target"])

    assert (two.args, given.args, labels.args) == (([3.0],), ([2.0],), ([4.0, 0.25, 1.5],))


def test_pinball_is_that_of_scikit_learn_and_what_crosses_is_put_in_order():
    objective, state = OBJECTIVES["Quantile"](low=0.1, high=0.9), state_of("regression")
    state["target"] |= {"mean": [0.0, 0.0], "std": [1.0, 1.0]}
    truth, scores = torch.randn(50, 2), torch.randn(50, 6)

    loss = loss_of(objective, state)(scores, prepare_target(objective, state, truth)).item()
    said = scores.unflatten(1, (2, 3)).numpy()
    expected = np.mean([
        theirs.mean_pinball_loss(truth.numpy(), said[:, :, at], alpha=level)
        for at, level in enumerate(objective.levels)
    ])  # fmt: skip
    assert loss == pytest.approx(expected, rel=1e-5)
    decoded = decoder_of(objective, state)(scores)
    assert (decoded.diff(dim=2) >= 0).all()


def test_log_cosh_does_not_overflow():
    loss = loss_of(OBJECTIVES["LogCosh"](), state_of("regression"))

    assert loss(torch.tensor([[1e4]]), torch.tensor([[0.0]])).item() == pytest.approx(1e4 - math.log(2))
    assert loss(torch.tensor([[0.5]]), torch.tensor([[0.0]])).item() == pytest.approx(
        math.log(math.cosh(0.5))
    )


def test_poisson_has_the_slope_of_its_likelihood():
    objective, state = OBJECTIVES["Poisson"](), state_of("regression")
    scores = torch.tensor([[0.3, -0.2]], requires_grad=True)
    truth = torch.tensor([[150.0, 4.0]])

    loss_of(objective, state)(scores, prepare_target(objective, state, truth)).backward()
    rate = decoder_of(objective, state)(scores.detach())
    expected = (rate - truth) / torch.tensor([[200.0, 5.0]]) / 2
    assert torch.allclose(scores.grad, expected)


def test_poisson_refuses_what_is_no_count():
    with pytest.raises(SettingError) as caught:
        OBJECTIVES["Poisson"]().check([{"name": "visits", "min": 0.0}, {"name": "gain", "min": -2.5}])

    assert str(caught.value) == (
        "Poisson learns counts, which are 0 or more, and gain has values below 0. "
        "Choose another loss, such as the mean squared error, or another target."
    )
    assert caught.value.where == "fit.objective.name"


def test_a_constant_target_keeps_its_unit():
    objective, state = OBJECTIVES["MSE"](), {"target": {"name": "y", "mean": [5.0], "std": [0.0]}}

    assert prepare_target(objective, state, torch.tensor([[5.0], [6.0]])).tolist() == [[0.0], [1.0]]
    assert decoder_of(objective, state)(torch.tensor([[1.0]])).tolist() == [[6.0]]


def test_auto_is_the_first_objective_of_the_task():
    auto = {
        "binary": "BinaryCrossEntropy",
        "multiclass": "CrossEntropy",
        "multilabel": "LabelCrossEntropy",
        "regression": "MSE",
        "forecast": "MSE",
    }
    assert {task: objective_of(Named(name="auto"), task).name for task in auto} == auto


@pytest.mark.parametrize(
    ("task", "named", "where", "message"),
    [
        (
            "binary",
            Named(name="MSE"),
            "fit.objective.name",
            "Mean squared error does not suit this task (binary).",
        ),
        (
            "multilabel",
            Named(name="CrossEntropy"),
            "fit.objective.name",
            "Cross-entropy does not suit this task (multilabel).",
        ),
        ("binary", Named(name="Hinge"), "fit.objective.name", "There is no loss called “Hinge”."),
        (
            "binary",
            Named(name="BinaryCrossEntropy", positive_weight=0.0),
            "fit.objective.positive_weight",
            "Weight of the second class of Binary cross-entropy must be more than 0, not 0.0.",
        ),
        (
            "multiclass",
            Named(name="CrossEntropy", class_weight="heavy"),
            "fit.objective.class_weight",
            "Class weights of Cross-entropy must be 'none' or 'balanced', not 'heavy'.",
        ),
        (
            "regression",
            Named(name="Quantile", low=0.9, high=0.1),
            "fit.objective.low",
            "Lower level of Quantile must be less than 0.5, not 0.9.",
        ),
        (
            "forecast",
            Named(name="Quantile", high=0.4),
            "fit.objective.high",
            "Upper level of Quantile must be more than 0.5, not 0.4.",
        ),
    ],
)
def test_objectives_that_do_not_suit_are_refused(task, named, where, message):
    with pytest.raises(SettingError) as caught:
        objective_of(named, task)

    assert (caught.value.message, caught.value.where) == (message, where)


def test_every_objective_names_metrics_of_its_tasks():
    for objective in OBJECTIVES.values():
        assert set(objective.metrics) <= set(METRICS)
        for task in objective.tasks:
            assert objective.headline in [metric.name for metric in metrics_of(objective, task)]
    assert all(objectives_for(task) for metric in METRICS.values() for task in metric.tasks)
