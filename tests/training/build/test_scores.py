"""Metrics against scikit-learn, and where they are undefined."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as theirs

from training.metrics import metrics_for
from training.scores import confusion, per_class, roc_auc, scores

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


def test_regression_agrees_with_scikit_learn():
    true = (RANDOM.normal(size=(400, 1)) * 5e4 + 2e5).astype(np.float32)
    said = (true + RANDOM.normal(size=(400, 1)) * 1e4).astype(np.float32)

    assert scores("regression", said, true, names("regression")) == pytest.approx({
        "rmse": theirs.root_mean_squared_error(true.astype(float), said.astype(float)),
        "mae": theirs.mean_absolute_error(true.astype(float), said.astype(float)),
        "r2": theirs.r2_score(true.astype(float), said.astype(float)),
    })  # fmt: skip


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
