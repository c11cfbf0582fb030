"""The report: figures on the test rows that anybody can check, beside a trivial answer."""

from __future__ import annotations

import json

import numpy as np
import pytest
from sklearn import metrics

from tests.training.made import encoded_for, recipe_for, run
from training.batches import rows_of
from training.errors import DataError, EngineError
from training.evaluate import report, report_of
from training.headline import number
from training.judging import predictions_of, scores_on
from training.weights import trained


def trained_on(task, folder, rows=300):
    recipe = recipe_for(task, epochs=20, optimizer={"name": "Adam", "lr": 0.01})
    encoded = encoded_for(task, rows)
    run(recipe, encoded, folder)
    return recipe, encoded


def test_rows(recipe, encoded, folder):
    parts = trained(recipe, encoded.state, folder)
    rows = rows_of(encoded.arrays, encoded.parts == 2, parts.arrays, "cpu", parts.prepare_target)
    return predictions_of(parts, scores_on(parts, rows)), rows.truth.reshape(-1)


test_rows.__test__ = False


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_a_report_is_plain_json_and_better_than_the_baseline(tmp_path, task):
    made = report(*trained_on(task, tmp_path), tmp_path)

    json.dumps(made, allow_nan=False)
    assert made["rows"] == {"training": 180, "validation": 60, "test": 60}
    head = made["headline"]
    assert head["value"] > head["baseline"]
    figures = {each["name"]: each for each in made["metrics"]}
    assert figures[head["metric"]]["value"] == head["value"]


def test_two_classes_agree_with_scikit_learn(tmp_path):
    recipe, encoded = trained_on("binary", tmp_path)
    made = report(recipe, encoded, tmp_path)
    shares, truth = test_rows(recipe, encoded, tmp_path)
    said = shares.argmax(axis=1)

    ours = {each["name"]: each["value"] for each in made["metrics"]}
    assert ours == pytest.approx({
        "accuracy": metrics.accuracy_score(truth, said),
        "balanced_accuracy": metrics.balanced_accuracy_score(truth, said),
        "precision": metrics.precision_score(truth, said),
        "recall": metrics.recall_score(truth, said),
        "f1": metrics.f1_score(truth, said),
        "roc_auc": metrics.roc_auc_score(truth, shares[:, 1]),
        "log_loss": metrics.log_loss(truth, shares[:, 1].astype(float)),
    }, abs=1e-6)  # fmt: skip
    assert made["confusion"] == metrics.confusion_matrix(truth, said).tolist()


def test_the_curves_enclose_the_areas_that_scikit_learn_finds(tmp_path):
    recipe, encoded = trained_on("binary", tmp_path)
    made = report(recipe, encoded, tmp_path)
    shares, truth = test_rows(recipe, encoded, tmp_path)

    curve = made["roc"][0]
    assert (curve["fpr"][0], curve["tpr"][0], curve["fpr"][-1], curve["tpr"][-1]) == (0, 0, 1, 1)
    assert np.trapezoid(curve["tpr"], curve["fpr"]) == pytest.approx(curve["auc"])
    precision = made["precision_recall"][0]
    assert precision["average_precision"] == pytest.approx(
        metrics.average_precision_score(truth, shares[:, 1])
    )


def test_numbers_agree_with_scikit_learn(tmp_path):
    recipe, encoded = trained_on("regression", tmp_path)
    made = report(recipe, encoded, tmp_path)
    said, truth = test_rows(recipe, encoded, tmp_path)

    ours = {each["name"]: each["value"] for each in made["metrics"]}
    assert ours == pytest.approx({
        "rmse": metrics.root_mean_squared_error(truth, said[:, 0]),
        "mae": metrics.mean_absolute_error(truth, said[:, 0]),
        "r2": metrics.r2_score(truth, said[:, 0]),
    }, rel=1e-5)  # fmt: skip
    assert sum(made["residuals"]["counts"]) == 60
    assert len(made["residuals"]["edges"]) == len(made["residuals"]["counts"]) + 1


def test_the_baseline_is_the_majority_of_the_training_rows(tmp_path):
    recipe, encoded = trained_on("binary", tmp_path)
    made = report(recipe, encoded, tmp_path)

    training = encoded.arrays["target"][encoded.parts == 0].mean()
    answer = "yes" if training > 0.5 else "no"
    share = (encoded.arrays["target"][encoded.parts == 2] == (answer == "yes")).mean()
    assert made["baseline"]["title"] == f"Always saying {answer}"
    assert made["metrics"][0]["baseline"] == pytest.approx(share)
    assert made["headline"]["sentence"] == (
        f"Of 60 rows it never saw, the model is right on {round(made['metrics'][0]['value'] * 60)}; "
        f"always saying {answer} is right on {round(share * 60)}."
    )


def test_the_baseline_of_a_number_is_the_mean_of_the_training_rows(tmp_path):
    recipe, encoded = trained_on("regression", tmp_path)
    made = report(recipe, encoded, tmp_path)

    mean = encoded.arrays["target"][encoded.parts == 0].mean()
    truth = encoded.arrays["target"][encoded.parts == 2]
    assert made["metrics"][0]["baseline"] == pytest.approx(np.sqrt(((truth - mean) ** 2).mean()), rel=1e-5)
    assert f"always saying the mean, {number(mean)}, is off by " in made["headline"]["sentence"]


def test_one_class_only_in_the_test_rows_leaves_auc_open_with_the_reason(tmp_path):
    recipe, encoded = trained_on("binary", tmp_path)
    encoded.arrays["target"][encoded.parts == 2] = 1

    made = report(recipe, encoded, tmp_path)

    json.dumps(made, allow_nan=False)
    auc = next(each for each in made["metrics"] if each["name"] == "roc_auc")
    assert auc["value"] is None
    assert auc["reason"] == "All test rows are of one class, so there is nothing to rank."
    assert made["roc"] == [] and made["headline"]["value"] is None


def test_a_class_that_is_not_among_the_test_rows_is_reported_as_such(tmp_path):
    recipe, encoded = trained_on("multiclass", tmp_path)
    missing = (encoded.parts == 2) & (encoded.arrays["target"] == 2)
    encoded.parts[missing] = 0

    made = report(recipe, encoded, tmp_path)

    assert made["per_class"][2]["rows"] == 0 and made["per_class"][2]["recall"] is None
    assert [curve["class"] for curve in made["roc"]] == ["low", "middle"]


def test_a_constant_target_leaves_r2_open_with_the_reason(tmp_path):
    recipe, encoded = trained_on("regression", tmp_path)
    encoded.arrays["target"][encoded.parts == 2] = 5.0

    made = report(recipe, encoded, tmp_path)

    assert made["headline"]["value"] is None
    assert made["metrics"][-1]["reason"].startswith("The target is the same in all test rows")


def test_charts_are_thinned(tmp_path):
    random = np.random.default_rng(0)
    encoded = encoded_for("binary", 20_000, parts=np.array([0] * 10 + [2] * 19_990))
    truth = random.integers(0, 2, 19_990)
    share = random.random(19_990)
    made = report_of(recipe_for("binary"), encoded, np.stack([1 - share, share], 1), truth)
    numbers = encoded_for("regression", 20_000, parts=encoded.parts)
    other = report_of(recipe_for("regression"), numbers, share[:, None], share[:, None])

    assert max(len(made["roc"][0]["fpr"]), len(made["precision_recall"][0]["recall"])) <= 200
    assert len(other["scatter"]["true"]) == len(other["scatter"]["predicted"]) <= 2_000


def test_without_test_rows_there_is_no_report(tmp_path):
    encoded = encoded_for("binary", 20, parts=np.array([0] * 15 + [1] * 5))

    with pytest.raises(DataError, match=r"^There are no test rows to judge the model by."):
        report(recipe_for("binary"), encoded, tmp_path)


def test_without_weights_there_is_no_report(tmp_path):
    with pytest.raises(EngineError, match=r"^This run has no trained weights that can be read."):
        report(recipe_for("binary"), encoded_for("binary"), tmp_path)


def test_where_best_is_damaged_its_copy_in_last_is_judged(tmp_path):
    recipe, encoded = trained_on("binary", tmp_path)
    made = report(recipe, encoded, tmp_path)
    for path in tmp_path.glob("best*"):
        path.unlink()

    assert report(recipe, encoded, tmp_path) == made


@pytest.mark.parametrize(("value", "text"), [
    (0, "0"), (206_812.3, "206,800"), (0.012345, "0.01235"), (1.0, "1"), (-12.5, "-12.5"), (99.996, "100"),
])  # fmt: skip
def test_figures_in_sentences_are_short(value, text):
    assert number(value) == text
