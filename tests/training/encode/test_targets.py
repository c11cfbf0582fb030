"""Several numbers at once, and several labels a row."""

from __future__ import annotations

import json

import numpy as np
import pytest

from training.encode import apply_target, encode_table, target_from_rows
from training.errors import DataError
from training.recipe import Data

HUNDRED = list(range(100))
TAGS = ["red;small", "blue", "red; blue", "small;red;small", ""]


def encoded(read, **settings):
    roles = {"x": "feature"} | dict.fromkeys(settings["target"], "target")
    return encode_table(read.table, Data.model_validate({"roles": roles} | settings), read.info)


def test_several_numbers_are_one_array_and_each_has_its_mean(made):
    read = made(
        x=HUNDRED, low=[row % 10 for row in HUNDRED], high=[1000 + row if row % 9 else "" for row in HUNDRED]
    )

    one = encoded(read, task="regression", target=["high", "low"])

    assert (one.arrays["target"].dtype, one.arrays["target"].shape) == (np.float32, (88, 2))
    assert one.dropped == 12
    assert one.arrays["target"][0].tolist() == [1001, 1]
    target = one.state["target"]
    assert (target["name"], target["names"]) == ("high", ["high", "low"])
    training = one.arrays["target"][one.parts == 0]
    np.testing.assert_allclose(target["mean"], training.mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(target["std"], training.std(axis=0), rtol=1e-6)


@pytest.mark.parametrize("split", ["random", "stratified"])
def test_labels_of_one_cell_become_a_yes_or_no_each(made, split):
    read = made(x=HUNDRED, tags=TAGS * 20)

    one = encoded(read, task="multilabel", target=["tags"], split={"method": split})

    assert one.state["target"]["classes"] == ["blue", "red", "small"]
    assert one.arrays["target"].dtype == np.uint8
    assert one.arrays["target"][:4].tolist() == [[0, 1, 1], [1, 0, 0], [1, 1, 0], [0, 1, 1]]
    assert one.dropped == 20


def test_a_rare_label_is_trained_on_when_rows_are_stratified(made):
    read = made(x=HUNDRED, tags=["a;b"] * 99 + ["a;b;rare"])

    one = encoded(read, task="multilabel", target=["tags"], split={"method": "stratified"})

    assert one.parts[99] == 0


@pytest.mark.parametrize(
    ("target", "task", "columns"),
    [
        (["tags"], "multilabel", {"tags": ["1|2", "2", "1|3", "3"] * 25}),
        (["y", "z"], "regression", {"y": HUNDRED, "z": [row / 7 for row in HUNDRED]}),
    ],
)
def test_targets_read_from_the_csv_again_are_the_ones_of_training(made, target, task, columns):
    read = made(x=HUNDRED, **columns)
    one = encoded(read, task=task, target=target)
    state = json.loads(json.dumps(one.state))

    assert np.array_equal(apply_target(state, target_from_rows(state, read.rows())), one.arrays["target"])


def test_training_rows_of_each_class_and_label_are_counted(made):
    read = made(x=HUNDRED, tags=TAGS * 20, kind=["a", "b", "b", "b", "c"] * 20)

    labels = encoded(read, task="multilabel", target=["tags"])
    classes = encoded(read, task="multiclass", target=["kind"])

    for one in (labels, classes):
        target, known = one.state["target"], one.arrays["target"][one.parts == 0]
        counts = known.sum(axis=0) if known.ndim == 2 else np.bincount(known)
        assert (target["counts"], target["rows"]) == (counts.tolist(), len(known))


def test_the_lowest_value_of_each_number_is_known(made):
    read = made(x=HUNDRED, low=[row - 3 for row in HUNDRED], high=HUNDRED)

    one = encoded(read, task="regression", target=["low", "high"])

    assert [column["min"] for column in one.state["target"]["columns"]] == [-3, 0]


def test_one_label_everywhere_is_nothing_to_learn(made):
    with pytest.raises(DataError, match=r"^tags has one label only, “a”; there is nothing to tell apart. "):
        encoded(made(x=HUNDRED, tags=["a"] * 100), task="multilabel", target=["tags"])


def test_words_among_several_targets_are_named(made):
    with pytest.raises(DataError, match=r"^word holds categories, and regression predicts a number. "):
        encoded(made(x=HUNDRED, y=HUNDRED, word=["a", "b"] * 50), task="regression", target=["y", "word"])


@pytest.mark.parametrize("target", [["a", "b"], []])
def test_classification_has_one_target(target):
    with pytest.raises(ValueError, match="target"):
        Data.model_validate({"task": "multiclass", "target": target})
