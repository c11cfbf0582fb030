"""Metrics against scikit-learn, and where they are undefined."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as theirs

from training.metrics import metrics_for
from training.number_scores import Yardstick, number_figures, yardstick_of
from training.scores import confusion, per_class, per_label, roc_auc, scores

RANDOM = np.random.default_rng(3)


def names(task):
    return [metric.name for metric in metrics_for(task)]


def probabilities(rows, classes):
    raw = RANDOM.random((rows, classes)).round(1) + 0.05
    return raw / raw.sum(axis=1, keepdims=True)


def test_two_classes_agree_with_scikit_learn_ties_included():
    said, truth = probabilities(500, 2), RANDOM.integers(0, 2, (500, 1)).astype(np.uint8)
    labels, true = said.argmax(1), truth.ravel()

    assert scores("binary", said, truth, names("binary")) == pytest.approx({
        "accuracy": theirs.accuracy_score(true, labels),
        "balanced_accuracy": theirs.balanced_accuracy_score(true, labels),
        "precision": theirs.precision_score(true, labels),
        "recall": theirs.recall_score(true, labels),
        "f1": theirs.f1_score(true, labels),
        "roc_auc": theirs.roc_auc_score(true, said[:, 1]),
        "log_loss": theirs.log_loss(true, said),
    }, abs=1e-6)  # fmt: skip


def test_several_classes_agree_with_scikit_learn():
    said, true = probabilities(600, 4), RANDOM.integers(0, 4, 600)
    labels = said.argmax(1)

    assert scores("multiclass", said, true, names("multiclass")) == pytest.approx({
        "accuracy": theirs.accuracy_score(true, labels),
        "balanced_accuracy": theirs.balanced_accuracy_score(true, labels),
        "precision": theirs.precision_score(true, labels, average="macro"),
        "recall": theirs.recall_score(true, labels, average="macro"),
        "f1": theirs.f1_score(true, labels, average="macro"),
        "roc_auc": np.mean([theirs.roc_auc_score(true == k, said[:, k]) for k in range(4)]),
        "log_loss": theirs.log_loss(true, said),
    }, abs=1e-6)  # fmt: skip
    assert np.array_equal(confusion(said, true, 4), theirs.confusion_matrix(true, labels))


def test_labels_agree_with_scikit_learn():
    said, true = RANDOM.random((300, 5)).round(1), RANDOM.integers(0, 2, (300, 5)).astype(np.uint8)
    labels = said > 0.5

    assert scores("multilabel", said, true, names("multilabel")) == pytest.approx({
        "subset_accuracy": theirs.accuracy_score(true, labels),
        "hamming_loss": theirs.hamming_loss(true, labels),
        "f1_micro": theirs.f1_score(true, labels, average="micro"),
        "f1_macro": theirs.f1_score(true, labels, average="macro"),
        "roc_auc": theirs.roc_auc_score(true, said, average="macro"),
    })  # fmt: skip
    recalls = theirs.recall_score(true, labels, average=None)
    assert [row["recall"] for row in per_label(said, true)] == pytest.approx(list(recalls))
    assert [row["rows"] for row in per_label(said, true)] == true.sum(axis=0).tolist()


def test_numbers_agree_with_scikit_learn():
    true = (RANDOM.normal(size=(400, 1)) * 5e4 + 2e5).astype(np.float32)
    said = (true + RANDOM.normal(size=(400, 1)) * 1e4).astype(np.float32)

    assert scores("regression", said, true, ["rmse", "mae", "r2", "poisson_deviance"]) == pytest.approx({
        "rmse": theirs.root_mean_squared_error(true.astype(float), said.astype(float)),
        "mae": theirs.mean_absolute_error(true.astype(float), said.astype(float)),
        "r2": theirs.r2_score(true.astype(float), said.astype(float)),
        "poisson_deviance": theirs.mean_poisson_deviance(true.ravel().clip(0), said.ravel().clip(1)),
    }, rel=1e-4)  # fmt: skip


def test_numbers_of_several_columns_are_averaged_in_deviations_of_each():
    true = RANDOM.normal(size=(200, 2)) * [1.0, 1000.0]
    said = true + RANDOM.normal(size=(200, 2)) * [0.5, 100.0]
    target = {"std": [1.0, 1000.0], "columns": [{"name": "a"}, {"name": "b"}]}

    found = scores("regression", said, true, ["rmse", "mae", "r2"], yardstick_of(target))

    scaled = true / target["std"], said / target["std"]
    assert found == pytest.approx({
        "rmse": theirs.root_mean_squared_error(*scaled),
        "mae": theirs.mean_absolute_error(*scaled),
        "r2": theirs.r2_score(*scaled),
    })  # fmt: skip


def test_the_steps_of_one_column_are_averaged_in_its_own_unit():
    true, said = RANDOM.normal(size=(50, 3)), RANDOM.normal(size=(50, 3))
    target = {"std": [2.0] * 3, "columns": [{"name": "y"}], "naive": [0.5, 1.0, 2.0]}

    found = scores("forecast", said, true, ["mae", "mase"], yardstick_of(target))

    assert found["mae"] == pytest.approx(theirs.mean_absolute_error(true, said))
    each = theirs.mean_absolute_error(true, said, multioutput="raw_values")
    assert found["mase"] == pytest.approx(np.mean(each / target["naive"]))


def test_counts_agree_with_scikit_learn_zeros_included():
    true, said = RANDOM.poisson(1.5, (200, 1)), RANDOM.gamma(2.0, size=(200, 1))

    found = scores("regression", said, true, ["poisson_deviance"])

    assert found["poisson_deviance"] == pytest.approx(theirs.mean_poisson_deviance(true, said))
    assert scores("regression", said - 5, true, ["poisson_deviance"]) == {"poisson_deviance": None}


def test_ranges_agree_with_scikit_learn():
    true, said = RANDOM.normal(size=(300, 2)), np.sort(RANDOM.normal(size=(300, 2, 3)), axis=2)
    by = Yardstick(levels=(0.1, 0.5, 0.9))

    found = scores("regression", said, true, ["pinball", "coverage_error", "mae"], by)

    losses = [theirs.mean_pinball_loss(true, said[:, :, at], alpha=by.levels[at]) for at in range(3)]
    inside = (true >= said[:, :, 0]) & (true <= said[:, :, 2])
    assert found == pytest.approx({
        "pinball": np.mean(losses),
        "coverage_error": np.mean(np.abs(inside.mean(axis=0) - 0.8)),
        "mae": theirs.mean_absolute_error(true, said[:, :, 1]),
    })  # fmt: skip


def test_a_number_that_is_constant_is_left_out_of_the_mean():
    true = np.stack([np.arange(4.0), np.ones(4)], axis=1)

    figures = number_figures(true, true, ["r2", "mae"])

    assert figures == {"r2": [1.0], "mae": [0.0, 0.0]}


def test_what_is_undefined_is_none():
    one_class = scores("binary", probabilities(5, 2), np.ones((5, 1), np.uint8), ["roc_auc", "accuracy"])
    constant = scores("regression", np.zeros((3, 1)), np.full((3, 1), 7.0), ["r2", "mae"])

    assert one_class["roc_auc"] is None and one_class["accuracy"] is not None
    assert constant == {"r2": None, "mae": 7.0}
    assert scores("binary", np.zeros((0, 2)), np.zeros((0, 1)), ["accuracy"]) == {"accuracy": None}
    assert scores("regression", np.full((2, 1), np.nan), np.ones((2, 1)), ["rmse"]) == {"rmse": None}


def test_a_class_that_is_never_predicted_has_no_precision():
    rows = per_class(np.array([[3, 0], [2, 0]]))

    assert rows[1] == {"rows": 2, "precision": None, "recall": 0.0, "f1": 0.0}


def test_equal_scores_are_worth_a_guess():
    assert roc_auc(np.ones(10), np.arange(10) < 4) == 0.5
