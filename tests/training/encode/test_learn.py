"""What is learned, what it makes of cells, and what cannot be trained on."""

from __future__ import annotations

import numpy as np
import pytest

from training.encode import CellError, apply, columns_from_rows, encode_table
from training.encode.cells import names_from_header
from training.errors import DataError
from training.network import inputs_about
from training.recipe import Encode

HUNDRED = list(range(100))


def encoded(read, **settings):
    return encode_table(read.table, read.data(**settings), read.info)


def test_standard_scaling_makes_training_rows_mean_0_and_deviation_1(made):
    one = encoded(made(x=[row**2 for row in HUNDRED], target=HUNDRED))

    training = one.arrays["numbers"][one.parts == 0]
    assert abs(training.mean()) < 1e-6
    assert training.std() == pytest.approx(1, abs=1e-6)


def test_empty_numbers_get_the_median_and_a_flag(made):
    one = encoded(made(x=[5, "", 7, 9] * 25, target=HUNDRED), encode=Encode(scale="none"))

    assert one.state["numbers"]["names"] == ["x", "x is missing"]
    assert one.arrays["numbers"][1].tolist() == [7, 1]
    assert one.arrays["numbers"][2].tolist() == [7, 0]


def test_huge_numbers_stay_finite(made):
    one = encoded(made(x=[1e308, -1e308, 5, 6] * 25, target=HUNDRED))

    assert np.isfinite(one.arrays["numbers"]).all()


def test_categories_are_numbered_by_frequency_then_by_name(made):
    one = encoded(made(city=["b", "a", "c", "b"] * 25, target=HUNDRED))

    vocabulary = one.state["columns"][0]["vocabulary"]
    assert vocabulary[0] == "b"
    assert one.state["categories"] == {"names": ["city"], "sizes": [4]}
    assert one.arrays["categories"][0] == [1]


def test_only_the_most_frequent_categories_get_a_code(made):
    one = encoded(made(city=["a", "a", "b", "b", "c"] * 20, target=HUNDRED), encode=Encode(max_categories=2))

    assert one.state["categories"]["sizes"] == [3]
    assert one.arrays["categories"][4] == [0]


def test_a_yes_no_feature_has_three_codes(made):
    one = encoded(made(agreed=["yes", "no", "", "yes"] * 25, target=HUNDRED))

    assert one.state["categories"]["sizes"] == [3]
    assert sorted(set(one.arrays["categories"][:, 0])) == [0, 1, 2]


def test_a_date_becomes_its_parts(made):
    one = encoded(
        made(day=[f"2024-{1 + row % 12:02}-15" for row in HUNDRED], target=HUNDRED),
        encode=Encode(scale="none"),
    )

    assert one.state["numbers"]["names"] == ["day (year)", "day (month)", "day (day)", "day (weekday)"]
    assert one.arrays["numbers"][0].tolist() == [2024, 1, 15, 0]


def test_cyclic_dates_put_december_beside_january_and_no_date_in_the_middle(made):
    days = [f"2024-{1 + row % 12:02}-15" for row in HUNDRED]
    read = made(day=["", *days[1:]], target=HUNDRED)
    one = encoded(read, encode=Encode(scale="none", dates="cyclic"))
    columns = one.state["numbers"]["names"]
    assert columns[:3] == ["day (year)", "day (month, sine)", "day (month, cosine)"]

    places = one.arrays["numbers"][:, 1:3]
    january, june, december = (places[row] for row in (12, 17, 11))
    assert np.linalg.norm(december - january) < np.linalg.norm(june - january) / 3
    assert places[0].tolist() == [0, 0]
    assert inputs_about(read.info, read.data(encode=Encode(dates="cyclic")))["numbers"].dims == (
        len(columns),
    )


@pytest.mark.parametrize(
    ("words", "classes"),
    [
        pytest.param(["Yes", "No"], ["No", "Yes"], id="yes comes last"),
        pytest.param(["1", "0"], ["0", "1"], id="1 comes last"),
        pytest.param(["T", "F"], ["F", "T"], id="true comes last"),
        pytest.param(["zebra", "ape"], ["ape", "zebra"], id="by name"),
    ],
)
def test_the_positive_class_is_the_second(made, words, classes):
    one = encoded(made(x=HUNDRED, target=words * 50), task="binary")

    assert one.state["target"]["classes"] == classes
    assert one.arrays["target"][0, 0] == classes.index(words[0])
    assert (one.arrays["target"].dtype, one.arrays["target"].shape) == (np.uint8, (100, 1))


def test_whole_numbers_as_classes_are_in_the_order_of_numbers(made):
    one = encoded(made(x=HUNDRED, target=[2, 10, 1, 33] * 25), task="multiclass")

    assert one.state["target"]["classes"] == ["1", "2", "10", "33"]
    assert one.arrays["target"][:4].tolist() == [1, 2, 0, 3]


def test_rows_without_a_target_are_left_out_and_counted(made):
    one = encoded(made(x=HUNDRED, target=["", "a", "b", "a"] * 25), task="binary")

    assert (one.dropped, len(one.rows), one.rows[0]) == (25, 75, 1)
    assert len(one.parts) == 75


def test_a_split_by_time_uses_the_column_that_has_that_role(made):
    read = made(day=[f"2024-01-{1 + row % 28:02}" for row in HUNDRED], x=HUNDRED, target=HUNDRED)
    data = read.data("target", split={"method": "time", "column": "day"})

    one = encode_table(read.table, data, read.info)

    days = np.array([row % 28 for row in HUNDRED])
    assert days[one.parts == 0].max() < days[one.parts == 1].min() <= days[one.parts == 2].min()


@pytest.mark.parametrize(
    ("columns", "settings", "message"),
    [
        pytest.param(
            {"x": HUNDRED, "target": [""] * 100},
            {"target": "target", "task": "binary"},
            "target is empty in every row.",
            id="no target at all",
        ),
        pytest.param(
            {"x": HUNDRED, "target": ["a"] * 100},
            {"target": "target", "task": "binary"},
            "target is “a” in every row; there is nothing to tell apart.",
            id="one class",
        ),
        pytest.param(
            {"x": [1, 2] * 2500, "target": [f"c{row}" for row in range(5000)]},
            {"target": "target", "task": "multiclass"},
            "target has 5,000 classes, which looks like an identifier. Strata takes up to 1,000.",
            id="5,000 classes",
        ),
        pytest.param(
            {"x": [1] * 100, "target": HUNDRED},
            {"target": "target", "task": "regression"},
            "No column is left to learn from.",
            id="constant feature only",
        ),
        pytest.param(
            {"x": HUNDRED, "target": ["a", "b"] * 50},
            {"target": "target", "task": "regression"},
            "target holds categories, and regression predicts a number.",
            id="regression of words",
        ),
        pytest.param(
            {"x": HUNDRED, "target": ["a", "b", "c", "d"] * 25},
            {"target": "target", "task": "binary"},
            "target has 4 classes; a yes/no task has two.",
            id="four classes for yes/no",
        ),
        pytest.param(
            {"x": [1, 2, 4], "target": ["a", "b", ""]},
            {"target": "target", "task": "binary"},
            "There are only 2 usable rows; training, validation and test need at least one each.",
            id="three rows, one without target",
        ),
        pytest.param(
            {"x": HUNDRED, "target": HUNDRED},
            {"target": "target", "task": "regression", "split": {"method": "group", "column": "shop"}},
            "A split by group needs a column.",
            id="no such split column",
        ),
        pytest.param(
            {"x": HUNDRED, "target": HUNDRED},
            {"target": "gone", "task": "regression"},
            "The table has no column gone.",
            id="no such target",
        ),
    ],
)
def test_what_cannot_be_trained_on_is_said_in_a_sentence(made, columns, settings, message):
    read = made(**columns)
    roles = {column["name"]: "feature" for column in read.info["columns"] if column["distinct"] > 1}
    roles[settings["target"]] = "target"
    data = read.data(next(iter(columns))).model_validate({"roles": roles} | settings)

    with pytest.raises(DataError) as caught:
        encode_table(read.table, data, read.info)

    assert caught.value.message == message
    assert caught.value.where or caught.value.hint


def test_a_class_with_one_row_is_trained_on(made):
    read = made(x=HUNDRED, target=["a", "b"] * 49 + ["a", "rare"])

    one = encode_table(read.table, read.data("target", split={"method": "stratified"}), read.info)

    assert one.parts[99] == 0


def test_a_form_may_send_numbers_booleans_and_nothing(made):
    state = encoded(made(x=[1, 2.5, "", 4] * 25, agreed=["Yes", "No"] * 50, target=HUNDRED)).state

    typed = apply(state, columns_from_rows(state, [{"x": 2.5, "agreed": True}, {"x": None, "agreed": False}]))
    text = apply(state, columns_from_rows(state, [{"x": "2.5", "agreed": "Yes"}, {"x": "", "agreed": "No"}]))

    assert all(np.array_equal(typed[name], text[name]) for name in text)


def test_a_cell_that_cannot_be_read_counts_as_missing_and_is_noted(made):
    state = encoded(made(x=[1, 2, "", 4] * 25, target=HUNDRED)).state
    problems: list = []

    columns = columns_from_rows(state, [{"x": "3"}, {"x": "three"}], problems)

    assert np.isnan(columns["x"]).tolist() == [False, True]
    assert problems == [{"row": 2, "column": "x", "text": "three", "what": "is no number"}]


def test_rows_that_lack_a_column_are_refused_by_its_name(made):
    state = encoded(made(x=[1, 2, "", 4] * 25, city=["a", "b"] * 50, target=HUNDRED)).state

    with pytest.raises(CellError, match=r"^The rows lack the column city\. Add"):
        columns_from_rows(state, [{"x": 1}])


@pytest.mark.parametrize(
    ("header", "names"),
    [
        pytest.param(["a", "a", "a_2"], ["a", "a_3", "a_2"], id="a number that is taken"),
        pytest.param(["", "b", ""], ["column_1", "b", "column_3"], id="empty"),
        pytest.param([" a  b ", "c\0"], ["a b", "c"], id="spaces and zeros"),
        pytest.param(["column_2", ""], ["column_2", "column_2_2"], id="an invented name that is taken"),
    ],
)
def test_names_of_columns_are_never_empty_and_never_twice(header, names):
    assert names_from_header(header) == names
