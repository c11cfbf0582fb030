"""Rows are dealt to three parts, none of them empty, the same way on every machine."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.encode.split import split
from training.errors import DataError

SHARES = st.floats(0.01, 0.45)


def test_the_deal_of_a_seed_never_changes():
    parts = split(20, seed=42, validation=0.2, test=0.2)

    # Written down once: another machine or version of numpy has to deal the same.
    assert "".join(map(str, parts)) == "01002000211000120200"


@settings(deadline=None)
@given(rows=st.integers(3, 400), validation=SHARES, test=SHARES, seed=st.integers(0, 2**31 - 1))
def test_a_random_split_has_three_parts_of_about_the_sizes_asked_for(rows, validation, test, seed):
    counts = np.bincount(split(rows, validation=validation, test=test, seed=seed), minlength=3)

    assert counts.min() >= 1
    assert abs(counts[2] - rows * test) <= 1
    assert abs(counts[1] - rows * validation) <= 1.5


@settings(deadline=None)
@given(classes=st.lists(st.integers(0, 6), min_size=3, max_size=300), validation=SHARES, test=SHARES)
def test_a_stratified_split_keeps_every_class_in_training(classes, validation, test):
    by = np.array(classes)
    parts = split(len(by), method="stratified", validation=validation, test=test, by=by)

    assert len(np.unique(parts)) == 3
    alone = np.bincount(by)[by] == 1
    trained = set(by[parts == 0])
    assert len(by) < 20 or trained >= set(by[~alone])


def test_a_stratified_split_gives_each_part_the_same_mix():
    by = np.repeat([0, 1, 2], [800, 150, 50])

    parts = split(1000, method="stratified", validation=0.2, test=0.2, by=by)

    for part, size in ((1, 200), (2, 200)):
        assert np.bincount(by[parts == part]).tolist() == [size * 8 // 10, size * 15 // 100, size * 5 // 100]


@settings(deadline=None)
@given(groups=st.lists(st.integers(-1, 9), min_size=3, max_size=200), seed=st.integers(0, 1000))
def test_rows_of_a_group_stay_together(groups, seed):
    by = np.array(groups)
    if len(np.unique(by[by >= 0])) + (by < 0).sum() < 3:
        return

    parts = split(len(by), method="group", seed=seed, by=by)

    assert len(np.unique(parts)) == 3
    assert all(len(np.unique(parts[by == group])) == 1 for group in np.unique(by[by >= 0]))


@settings(deadline=None)
@given(moments=st.lists(st.integers(0, 50), min_size=3, max_size=200))
def test_the_latest_rows_are_kept_for_the_test(moments):
    by = np.array(moments, dtype=np.float64)
    if len(np.unique(by)) < 3:
        return

    parts = split(len(by), method="time", by=by)

    assert by[parts == 0].max() < by[parts == 1].min()
    assert by[parts == 1].max() < by[parts == 2].min()


def test_rows_without_a_moment_are_trained_on():
    by = np.array(["2024-01-01", "2024-01-02", "NaT", "2024-01-03"], dtype="datetime64[us]")

    assert split(4, method="time", by=by).tolist() == [0, 1, 0, 2]


def test_a_column_may_say_which_part_a_row_belongs_to():
    parts = split(4, method="column", by=np.array([0, 1, 2, 0]), values=["train", "Validation", "TEST"])

    assert parts.tolist() == [0, 1, 2, 0]


@pytest.mark.parametrize(
    ("settings_", "message"),
    [
        pytest.param(
            {"rows": 2},
            "There are only 2 usable rows; training, validation and test need at least one each.",
            id="two rows",
        ),
        pytest.param(
            {"rows": 4, "method": "time", "by": np.array([1.0, 1, 2, 2])},
            "The time column has 2 different moments; a split by time needs at least three.",
            id="two days",
        ),
        pytest.param(
            {"rows": 4, "method": "group", "by": np.array([0, 0, 1, 1])},
            "The group column has 2 groups; training, validation and test need at least one each.",
            id="two groups",
        ),
        pytest.param(
            {"rows": 3, "method": "column", "by": np.array([0, 0, 1]), "values": ["train", "test"]},
            "The split column leaves no row for validation.",
            id="no validation",
        ),
        pytest.param(
            {"rows": 3, "method": "column", "by": np.array([0, 1, 2]), "values": ["train", "test", "later"]},
            "The split column says “later” in row 3; it may say training, validation or test.",
            id="another word",
        ),
    ],
)
def test_too_little_for_three_parts_is_said(settings_, message):
    with pytest.raises(DataError) as caught:
        split(settings_.pop("rows"), **settings_)

    assert caught.value.message == message
