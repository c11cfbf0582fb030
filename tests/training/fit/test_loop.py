"""What a fit tells, and how it ends."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from tests.training.made import NORMALISED, PLAIN, encoded_for, only, recipe_for, run, tensors_of, wish_at
from training.errors import DataError, NetworkError, SettingError
from training.events import EpochEnded, Failed, Finished, Note, Paused, Progress, Scalars, Started, Stopped

TASKS = pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])


@TASKS
def test_a_run_learns_and_tells_it_in_order(tmp_path, task):
    told = run(
        recipe_for(task, epochs=30, optimizer={"name": "Adam", "lr": 0.01}), encoded_for(task, 300), tmp_path
    )

    assert isinstance(told[0], Started) and isinstance(told[-1], Finished)
    epochs = only(told, EpochEnded)
    assert [each.epoch for each in epochs] == list(range(1, 31))
    first, last = epochs[0].metrics["validation"]["loss"], told[-1].metrics["validation"]["loss"]
    assert last < 0.8 * first
    assert last == min(each.metrics["validation"]["loss"] for each in epochs)


@TASKS
def test_everything_told_is_json_with_finite_numbers(tmp_path, task):
    told = run(recipe_for(task), encoded_for(task), tmp_path)

    for each in told:
        json.dumps(each.as_dict(), allow_nan=False)


def test_started_says_what_auto_resolved_to(tmp_path):
    started = run(recipe_for("binary", threads="auto"), encoded_for("binary"), tmp_path)[0]

    assert started.device == "cpu"
    assert started.rows == {"training": 60, "validation": 20, "test": 20}
    assert (started.epochs, started.steps_per_epoch, started.batch_size) == (3, 4, 16)
    assert started.resolved["threads"] == started.threads >= 1
    assert started.resolved["precision"] == "float32"


def test_every_step_is_in_exactly_one_block_of_scalars(tmp_path):
    told = run(recipe_for("binary", epochs=50), encoded_for("binary"), tmp_path)

    blocks = only(told, Scalars)
    assert sum(block.steps for block in blocks) == 200
    assert blocks[-1].step == 200 and blocks[-1].epoch == 50.0
    for block in blocks:
        loss = block.values["loss"]
        assert loss["min"] <= loss["mean"] <= loss["max"]


def test_epoch_metrics_come_from_all_rows_not_from_batch_averages(tmp_path):
    recipe = recipe_for("binary", epochs=1, batch_size=7)
    epoch = only(run(recipe, encoded_for("binary"), tmp_path), EpochEnded)[0]

    for split, rows in (("training", 60), ("validation", 20)):
        right = epoch.metrics[split]["accuracy"] * rows
        assert right == pytest.approx(round(right))


def test_steps_instead_of_epochs_end_where_they_are_told(tmp_path):
    told = run(recipe_for("binary", epochs=None, steps=10), encoded_for("binary"), tmp_path)

    assert told[-1].step == 10
    assert told[-1].reason == "All 10 steps are done."
    assert [each.step for each in only(told, EpochEnded)] == [4, 8, 10]


def test_training_stops_early_and_keeps_the_best_epoch(tmp_path):
    encoded = encoded_for("regression")
    # What validates contradicts what trains, so that it gets worse from the first epoch on.
    encoded.arrays["target"][encoded.parts == 1] = 400 - encoded.arrays["target"][encoded.parts == 1]
    recipe = recipe_for(
        "regression", epochs=500, optimizer={"name": "Adam", "lr": 0.05}, stopping={"patience": 3}
    )

    told = run(recipe, encoded, tmp_path)

    epochs = only(told, EpochEnded)
    best = min(epochs, key=lambda each: each.metrics["validation"]["loss"])
    assert told[-1].best_epoch == best.epoch
    assert len(epochs) == best.epoch + 3
    assert told[-1].reason == f"Loss has not gained for 3 epochs; the best epoch was {best.epoch}."


def test_the_first_epoch_is_best_when_the_metric_only_gets_worse(tmp_path):
    encoded = encoded_for("regression")
    encoded.arrays["target"][encoded.parts == 1] = -1e5
    recipe = recipe_for("regression", epochs=4, optimizer={"name": "SGD", "lr": 0.05})

    told = run(recipe, encoded, tmp_path)

    values = [each.metrics["validation"]["loss"] for each in only(told, EpochEnded)]
    assert told[-1].best_epoch == 1 + values.index(min(values))


def test_a_higher_is_better_metric_can_judge(tmp_path):
    recipe = recipe_for("binary", epochs=12, stopping={"metric": "roc_auc", "enabled": False})

    told = run(recipe, encoded_for("binary"), tmp_path)

    values = [each.metrics["validation"]["roc_auc"] for each in only(told, EpochEnded)]
    assert told[-1].best_epoch == 1 + values.index(max(values))


def test_stop_keeps_the_best_and_says_so(tmp_path):
    told = run(recipe_for("binary", epochs=100), encoded_for("binary"), tmp_path, control=wish_at(10, "stop"))

    assert isinstance(told[-1], Stopped)
    assert told[-1].step == 10 and told[-1].best_epoch in (1, 2)
    assert tensors_of(tmp_path, "best").keys() == {
        "hidden.weight", "hidden.bias", "head.weight", "head.bias",
    }  # fmt: skip


def test_stop_in_the_first_epoch_still_leaves_weights(tmp_path):
    told = run(recipe_for("binary", epochs=100), encoded_for("binary"), tmp_path, control=wish_at(2, "stop"))

    assert [each.step for each in only(told, EpochEnded)] == [2]
    assert told[-1].best_epoch == 1 and told[-1].metrics["validation"]["accuracy"] is not None
    assert tensors_of(tmp_path, "best")


def test_discard_ends_without_a_word_and_without_files(tmp_path):
    told = run(
        recipe_for("binary", epochs=100), encoded_for("binary"), tmp_path, control=wish_at(2, "discard")
    )

    assert not only(told, Stopped) and not only(told, Finished)
    assert not list(tmp_path.iterdir())


def test_pause_leaves_everything_to_go_on(tmp_path):
    told = run(recipe_for("binary", epochs=100), encoded_for("binary"), tmp_path, control=wish_at(5, "pause"))

    assert isinstance(told[-1], Paused) and told[-1].step == 5
    assert tensors_of(tmp_path)


def test_a_batch_larger_than_the_data_is_one_batch(tmp_path):
    told = run(recipe_for("binary", batch_size=1000), encoded_for("binary"), tmp_path)

    assert told[0].steps_per_epoch == 1 and told[0].batch_size == 60
    assert [note.text for note in only(told, Note)] == [
        "The batch size of 1,000 is larger than the training split of 60 rows, "
        "so each epoch is one batch of 60."
    ]
    assert isinstance(told[-1], Finished)


@pytest.mark.parametrize("rate", [1e30, 1e4], ids=["at once", "soon"])
def test_a_loss_that_is_no_number_fails_with_the_step_and_what_to_try(tmp_path, rate):
    recipe = recipe_for("regression", epochs=200, optimizer={"name": "SGD", "lr": 10.0}, batch_size=8)
    encoded = encoded_for("regression")
    encoded.arrays["numbers"][encoded.parts == 0] *= rate

    told = run(recipe, encoded, tmp_path)

    assert isinstance(told[-1], Failed)
    assert told[-1].reason.startswith(
        ("The loss became infinite at step ", "The loss was no longer a number at step ")
    )
    assert told[-1].hint.startswith("Lower the learning rate, for example to a tenth")


def test_the_best_weights_outlive_a_loss_that_is_no_number(tmp_path):
    encoded = encoded_for("regression")
    recipe = recipe_for(
        "regression",
        epochs=400,
        optimizer={"name": "SGD", "lr": 1.3},
        batch_size=8,
        stopping={"enabled": False},
    )

    told = run(recipe, encoded, tmp_path)

    best = [each for each in only(told, EpochEnded) if each.is_best][-1]
    assert isinstance(told[-1], Failed)
    assert f" The weights of epoch {best.epoch:,}, the best one, are kept." in told[-1].reason
    assert all(np.isfinite(value.numpy()).all() for value in tensors_of(tmp_path, "best").values())


def test_a_last_batch_of_one_row_joins_the_one_before_where_batch_norm_needs_it(tmp_path):
    encoded = encoded_for("binary", 81, parts=np.array([0] * 65 + [1] * 8 + [2] * 8))

    normalised = run(recipe_for("binary", NORMALISED), encoded, tmp_path / "a")
    plain = run(recipe_for("binary", PLAIN), encoded, tmp_path / "b")

    assert normalised[0].steps_per_epoch == 4 and isinstance(normalised[-1], Finished)
    assert plain[0].steps_per_epoch == 5


def test_batch_norm_and_one_training_row_is_explained(tmp_path):
    encoded = encoded_for("binary", 3, parts=np.array([0, 1, 2]))

    with pytest.raises(
        DataError, match=r"^Batch normalisation needs at least 2 training rows, and there is only 1."
    ):
        run(recipe_for("binary", NORMALISED), encoded, tmp_path)


def test_batch_norm_and_a_batch_of_one_is_explained(tmp_path):
    with pytest.raises(
        SettingError, match=r"^Batch normalisation cannot work with a batch size of 1."
    ) as caught:
        run(recipe_for("binary", NORMALISED, batch_size=1), encoded_for("binary"), tmp_path)
    assert caught.value.where == "fit.batch_size"


def test_three_rows_are_enough(tmp_path):
    told = run(recipe_for("binary"), encoded_for("binary", 3, parts=np.array([0, 1, 2])), tmp_path)

    assert isinstance(told[-1], Finished)
    assert told[-1].metrics["validation"]["roc_auc"] is None


def test_without_validation_rows_the_training_rows_judge(tmp_path):
    told = run(
        recipe_for("binary", batch_size=5),
        encoded_for("binary", 20, parts=np.array([0] * 15 + [2] * 5)),
        tmp_path,
    )

    assert only(told, Note)[0].level == "warning"
    assert "validation" not in told[-1].metrics and told[-1].best_epoch


def test_no_training_row_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"^There is no row to train on."):
        run(recipe_for("binary"), encoded_for("binary", 5, parts=np.ones(5)), tmp_path)


def test_a_network_that_does_not_fit_is_refused_before_anything_is_told(tmp_path):
    nodes = [*PLAIN, {"id": "sum", "layer": "Add", "inputs": ["features", "relu"]}]

    with pytest.raises(NetworkError):
        run(recipe_for("binary", nodes), encoded_for("binary"), tmp_path)


def test_a_metric_of_another_task_is_refused(tmp_path):
    with pytest.raises(
        SettingError, match=r"^An epoch cannot be judged by 'r2' in this task. Choose loss, accuracy"
    ):
        run(recipe_for("binary", stopping={"metric": "r2"}), encoded_for("binary"), tmp_path)


def test_a_device_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(SettingError, match=r"^This machine has no device cuda:7."):
        run(recipe_for("binary"), encoded_for("binary"), tmp_path, device="cuda:7")


def test_the_same_recipe_gives_the_same_weights(tmp_path):
    for name in ("one", "two"):
        run(recipe_for("multiclass", NORMALISED), encoded_for("multiclass"), tmp_path / name)

    one, two = (tensors_of(tmp_path / name, "best") for name in ("one", "two"))
    assert all(np.array_equal(one[name], two[name]) for name in one)


def test_another_seed_gives_other_weights(tmp_path):
    for seed in (1, 2):
        run(recipe_for("multiclass", seed=seed), encoded_for("multiclass"), tmp_path / str(seed))

    one, two = (tensors_of(tmp_path / name, "best") for name in ("1", "2"))
    assert not np.array_equal(one["hidden.weight"], two["hidden.weight"])


def test_a_schedule_moves_the_learning_rate(tmp_path):
    recipe = recipe_for(
        "binary", epochs=10, schedule={"name": "Cosine"}, optimizer={"name": "SGD", "lr": 0.1}
    )

    last = only(run(recipe, encoded_for("binary"), tmp_path), Scalars)[-1]

    assert 0 < last.values["learning_rate"]["mean"] < 0.01


def test_progress_is_told_and_its_figures_make_sense(tmp_path):
    progress = only(run(recipe_for("binary", epochs=20), encoded_for("binary"), tmp_path), Progress)

    assert progress
    for each in progress:
        assert 0 < each.step <= each.steps == 80 and 1 <= each.epoch <= each.epochs == 20
        assert each.rows_per_second > 0 and math.isfinite(each.eta_seconds) and each.memory_bytes > 0


def test_a_very_long_run_of_tiny_epochs_does_not_flood(tmp_path):
    recipe = recipe_for("binary", epochs=12_000, batch_size=1000, stopping={"enabled": False})

    told = run(
        recipe, encoded_for("binary", 3, parts=np.array([0, 1, 2])), tmp_path, control=wish_at(40, "stop")
    )

    assert [each.epoch for each in only(told, EpochEnded)] == list(range(3, 41, 3))
