"""Reports of labels, of several numbers, of ranges and of forecasts, and each loss from data to report."""

from __future__ import annotations

import json

import numpy as np
import pytest
from sklearn import metrics

from tests.training.made import encoded_for, only, recipe_for, run
from training.baselines import baseline_of
from training.curves import forecast_curves
from training.encode import Encoded, encode_table
from training.errors import SettingError
from training.evaluate import report, report_of
from training.events import Note
from training.objectives import OBJECTIVES
from training.recipe import Recipe
from training.table import ingest

EASY = {"epochs": 25, "optimizer": {"name": "Adam", "lr": 0.02}}


def recipe_of(task, objective="auto", **fit):
    return recipe_for(task, objective={"name": objective}, **EASY, **fit)


def encoded_of(task, rows=300):
    """As ``encoded_for``, of the newer tasks too: two numbers, or three labels."""
    if task in ("binary", "multiclass"):
        made = encoded_for(task, rows)
        counts = np.bincount(made.arrays["target"][made.parts == 0].reshape(-1)).tolist()
        made.state["target"] |= {"counts": counts, "rows": sum(counts)}
        return made
    made = encoded_for("regression", rows)
    first = made.arrays["target"][:, 0]
    if task == "multilabel":
        other = made.arrays["numbers"][:, 0]
        has = np.stack([first > 100, other > 0, (first > 110) & (other > 0)], axis=1).astype(np.uint8)
        made.arrays["target"] = has
        known = has[made.parts == 0]
        made.state["target"] |= {"task": task, "classes": ["warm", "left", "both"], "mean": None, "std": None,
                                 "counts": known.sum(axis=0).tolist(), "rows": len(known)}  # fmt: skip
        return made
    values = np.stack([np.abs(first), np.abs(first) / 1000], axis=1)
    made.arrays["target"] = values
    made.state["target"] |= {
        "task": task, "mean": values.mean(axis=0).tolist(), "std": values.std(axis=0).tolist(),
        "names": ["y", "z"], "columns": [{"name": "y", "min": 0.0}, {"name": "z", "min": 0.0}],
    }  # fmt: skip
    return made


CASES = [(task, kind.name) for kind in OBJECTIVES.values() for task in kind.tasks if task != "forecast"]


@pytest.mark.parametrize(("task", "objective"), CASES)
def test_each_loss_trains_and_beats_the_trivial_answer(tmp_path, task, objective):
    recipe, encoded = recipe_of(task, objective), encoded_of(task)
    run(recipe, encoded, tmp_path)

    made = report(recipe, encoded, tmp_path)

    json.dumps(made, allow_nan=False)
    head = made["headline"]
    metric = next(each for each in made["metrics"] if each["name"] == head["metric"])
    assert (head["value"] > head["baseline"]) == (metric["better"] == "higher")
    assert metric["title"] == head["title"]


@pytest.mark.parametrize("metric", ["subset_accuracy", "hamming_loss", "f1_micro", "f1_macro", "roc_auc"])
def test_any_metric_of_labels_can_judge_epochs(tmp_path, metric):
    recipe = recipe_of("multilabel", stopping={"metric": metric, "patience": 2})

    told = run(recipe, encoded_of("multilabel", 150), tmp_path)

    finished = told[-1]
    assert finished.metrics["validation"][metric] is not None


def test_one_class_in_all_training_rows_is_told_before_the_first_step(tmp_path):
    encoded = encoded_of("binary")
    encoded.state["target"] |= {"counts": [180, 0], "rows": 180}

    notes = only(run(recipe_of("binary"), encoded, tmp_path), Note)

    assert [(note.level, note.text, note.hint) for note in notes] == [
        (
            "warning",
            "y is “no” in every training row, so the network can learn to say nothing else.",
            "Choose another way to split the rows, or add rows of another class.",
        )
    ]


def test_a_metric_of_another_loss_judges_no_epoch(tmp_path):
    recipe = recipe_of("regression", stopping={"metric": "pinball"})

    with pytest.raises(SettingError) as caught:
        run(recipe, encoded_of("regression"), tmp_path)

    assert str(caught.value) == (
        "An epoch cannot be judged by 'pinball' with this loss. Choose loss, rmse, mae, r2."
    )


def test_counts_below_zero_are_refused_before_training(tmp_path):
    encoded = encoded_of("regression")
    encoded.state["target"]["columns"][1]["min"] = -1.0

    with pytest.raises(
        SettingError, match=r"^Poisson learns counts, which are 0 or more, and z has values below"
    ):
        run(recipe_of("regression", "Poisson"), encoded, tmp_path)


def test_labels_are_judged_one_by_one_beside_the_most_frequent_set():
    encoded = encoded_of("multilabel")
    truth = encoded.arrays["target"][encoded.parts == 2]
    shares = np.random.default_rng(0).random(truth.shape)

    made = report_of(recipe_of("multilabel"), encoded, shares, truth)

    said = shares > 0.5
    assert [row["class"] for row in made["per_class"]] == ["warm", "left", "both"]
    assert [row["f1"] for row in made["per_class"]] == pytest.approx(
        list(metrics.f1_score(truth, said, average=None))
    )
    assert [curve["auc"] for curve in made["roc"]] == pytest.approx(
        list(metrics.roc_auc_score(truth, shares, average=None))
    )
    known = [tuple(row) for row in encoded.arrays["target"][encoded.parts == 0].tolist()]
    often = max(set(known), key=known.count)
    names = ", ".join(name for name, has in zip(("warm", "left", "both"), often, strict=True) if has)
    title = f"Always saying {names or 'no label'}"
    assert made["baseline"]["title"] == title
    right = (said == truth).all(axis=1).mean()
    trivial = (truth == often).all(axis=1).mean()
    assert made["headline"]["sentence"] == (
        f"Of 60 rows it never saw, the model gets all labels right on {round(right * 60)}; "
        f"{title[0].lower()}{title[1:]} is right on {round(trivial * 60)}."
    )
    assert made["confusion"] is None and made["scatter"] is None


def test_labels_that_all_rows_have_leave_auc_open_with_the_reason():
    encoded = encoded_of("multilabel")
    truth = np.ones_like(encoded.arrays["target"][encoded.parts == 2])

    made = report_of(recipe_of("multilabel"), encoded, truth.astype(float), truth)

    auc = next(each for each in made["metrics"] if each["name"] == "roc_auc")
    assert auc["value"] is None
    assert auc["reason"] == "Every label is in all test rows or in none, so there is nothing to rank."


def test_several_numbers_have_a_line_each_in_their_own_unit():
    encoded = encoded_of("regression")
    truth = encoded.arrays["target"][encoded.parts == 2]
    said = truth * 1.1

    made = report_of(recipe_of("regression"), encoded, said, truth)

    assert [line["output"] for line in made["per_output"]] == ["y", "z"]
    errors = metrics.mean_absolute_error(truth, said, multioutput="raw_values")
    assert [line["mae"] for line in made["per_output"]] == pytest.approx(list(errors), rel=1e-5)
    means = encoded.arrays["target"][encoded.parts == 0].mean(axis=0)
    assert [line["baseline"] for line in made["per_output"]] == pytest.approx(
        list(np.abs(truth - means).mean(axis=0)), rel=1e-5
    )
    assert [chart["output"] for chart in made["scatters"]] == ["y", "z"]
    rmse = made["metrics"][0]
    std = encoded.state["target"]["std"]
    assert rmse["value"] == pytest.approx(metrics.root_mean_squared_error(truth / std, said / std), rel=1e-5)
    assert rmse["description"] == (
        "Typical error in deviations of each target; large errors count more. The mean of 2 numbers."
    )
    assert made["headline"]["sentence"].startswith("On rows it never saw, the model's y, z are off by ")
    assert "deviations on average; always saying the mean of each is off by" in made["headline"]["sentence"]


def test_a_range_says_how_much_of_the_truth_it_holds():
    encoded = encoded_of("regression")
    truth = encoded.arrays["target"][encoded.parts == 2]
    high = np.where(np.arange(60)[:, None] < 45, truth + 1, truth - 0.5)
    ranges = np.stack([truth - 1, truth - 0.7, high], axis=2)

    made = report_of(recipe_of("regression", "Quantile"), encoded, ranges, truth)

    inside = made["coverage"]["found"]
    assert (inside, made["coverage"]["wanted"]) == (0.75, pytest.approx(0.9))
    assert made["headline"]["sentence"].endswith("Its range holds 75% of the true values; 90% is wanted.")
    assert made["per_output"][0]["coverage"] == 0.75
    assert made["band"]["output"] == "y"
    assert made["band"]["median"] == sorted(made["band"]["median"])
    assert all(low <= high for low, high in zip(made["band"]["low"], made["band"]["high"], strict=True))


# Forecasts


def shops(folder, **objective):
    """A forecast of two shops' sales, two days ahead, encoded."""
    lines = [f"{day},{shop},{day + 100 * (shop == 'b')}" for day in range(60) for shop in "ab"]
    source = folder / "shops.csv"
    source.write_text("\n".join(["day,shop,sales", *lines]) + "\n")
    info = ingest(source, folder, file_name=source.name)
    recipe = Recipe.parse({
        "data": {"task": "forecast", "target": "sales", "series": {"window": 4, "horizon": 2},
                 "roles": {"day": "time", "shop": "group", "sales": "target"}},
        "network": {"main": [{"id": "gru", "layer": "GRU", "inputs": ["series"], "hidden_size": 4}]},
        "fit": {"epochs": 2, "threads": 1, "objective": {"name": "auto"} | objective},
    })  # fmt: skip
    return recipe, encode_table(folder / "table.parquet", recipe.data, info)


def test_a_forecast_stands_beside_the_last_seen_value(tmp_path):
    recipe, encoded = shops(tmp_path)
    truth = encoded.arrays["target"][encoded.parts == 2]

    made = report_of(recipe, encoded, truth + 0.5, truth)

    figures = {each["name"]: each for each in made["metrics"]}
    assert encoded.state["target"]["naive"] == [1.0, 2.0]
    assert figures["mae"]["value"] == pytest.approx(0.5) and figures["mae"]["baseline"] == pytest.approx(1.5)
    assert figures["mase"]["value"] == pytest.approx((0.5 / 1 + 0.5 / 2) / 2)
    assert figures["mase"]["baseline"] == pytest.approx(1.0)
    assert [line["baseline"] for line in made["per_output"]] == [1.0, 2.0]
    assert made["baseline"]["title"] == "Saying the last seen value again"
    assert made["headline"]["sentence"] == (
        "On rows it never saw, the model's sales, 1 to 2 rows ahead, is off by 0.5 on average; "
        "saying the last seen value again is off by 1.5."
    )


def test_the_curve_of_a_forecast_follows_one_group(tmp_path):
    recipe, encoded = shops(tmp_path)
    truth = encoded.arrays["target"][encoded.parts == 2]

    curve = report_of(recipe, encoded, truth + 0.5, truth)["forecast"]

    assert curve["output"] == "sales"
    assert curve["x"] == list(range(1, len(curve["x"]) + 1))
    assert np.diff(curve["true"]).tolist() == [1.0] * (len(curve["x"]) - 1)
    one, two = curve["steps"]
    assert (one["step"], two["step"]) == (1, 2)
    assert (one["x"][0], two["x"][0]) == (1, 2)
    assert one["predicted"][0] == curve["true"][0] + 0.5


def test_ranges_of_a_forecast_stand_beside_the_last_value_with_its_errors(tmp_path):
    recipe, encoded = shops(tmp_path, name="Quantile")
    objective = OBJECTIVES["Quantile"]()

    said, told = baseline_of(objective, encoded.state["target"], encoded)

    last = encoded.arrays["last"][encoded.parts == 2]
    assert told["name"] == "last_value"
    assert np.array_equal(said[:, :, 0], np.tile(last, 2))  # sales only grow, so nothing lies below
    assert (said[0, 1] - last[0, 0]).tolist() == [0.0, 2.0, 2.0]


def test_a_gap_in_the_target_leaves_the_value_before_it_as_the_last_one(tmp_path):
    days = [str(day) if day % 7 else "" for day in range(90)]
    source = tmp_path / "gaps.csv"
    source.write_text("day,sales\n" + "".join(f"{at},{value}\n" for at, value in enumerate(days)))
    info = ingest(source, tmp_path, file_name=source.name)
    data = Recipe.parse({"network": {"main": []}, "data": {
        "task": "forecast", "target": "sales", "series": {"window": 2, "horizon": 1},
        "roles": {"day": "time", "sales": "target"}}}).data  # fmt: skip

    encoded: Encoded = encode_table(tmp_path / "table.parquet", data, info)

    last = dict(zip(encoded.rows.tolist(), encoded.arrays["last"][:, 0].tolist(), strict=True))
    assert last[14] == 13.0 and last[15] == 15.0


def test_the_curve_takes_the_longest_run_of_windows():
    ends = np.array([3, 4, 5, 20, 21, 22, 23, 40])
    said = np.arange(16.0).reshape(8, 2)

    curve = forecast_curves(ends, said, said)

    assert curve["x"] == [1, 2, 3, 4, 5]
    assert curve["steps"][0]["predicted"] == [6.0, 8.0, 10.0, 12.0]
