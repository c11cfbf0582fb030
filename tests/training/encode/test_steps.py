"""The preparation's steps: what each does, in training and in every prediction alike."""

from __future__ import annotations

import hashlib
import hmac
import json

import numpy as np
import polars as pl
import pytest

from training.encode import apply, columns_from_rows, encode_table
from training.encode.repeats import repeated
from training.errors import DataError, SettingError
from training.recipe import Data, Encode
from training.steps import STEPS, RowStep, foreseen, problems_of

KEY = "5e" * 32


@pytest.fixture
def read(made):
    """120 rows with empty cells, an outlier and personal data; the target is n % 3."""
    rows = range(120)
    return made(
        age=["" if row % 7 == 0 else 20 + row % 40 + (5_000 if row == 11 else 0) for row in rows],
        change=[f"{(-1) ** row * row**2},5" for row in rows],
        city=["" if row % 11 == 0 else ("Roma", "Wien", "Köln", f"Dorf {row % 4}")[row % 4] for row in rows],
        day=["" if row % 13 == 0 else f"{1 + row % 28}.0{1 + row % 9}.2023" for row in rows],
        agreed=["yes" if row % 3 else "no" for row in rows],
        email=[f"person.{row % 30}@example.org" if row % 17 else "" for row in rows],
        card=[4_000_000_000_000_000 + 7 * (row % 50) for row in rows],
        target=["abc"[row % 3] for row in rows],
    )


def data_of(read, *steps, **settings) -> Data:
    roles = {column["name"]: "feature" for column in read.info["columns"]} | {"target": "target"}
    document = {"target": "target", "task": "multiclass", "roles": roles, "steps": list(steps), **settings}
    return Data.model_validate(document)


def encoded(read, *steps, **settings):
    return encode_table(read.table, data_of(read, *steps, **settings), read.info, key=KEY)


def entry(one, name):
    return next(column for column in one.state["columns"] if column["name"] == name)


FILL, CLIP = {"do": "fill", "column": "age", "by": "median"}, {"do": "clip", "column": "age"}
HASH = {"do": "hash", "column": "email", "key_in_bundle": True}
EACH = [
    FILL,
    {"do": "fill", "column": "age", "by": "mean"},
    {"do": "fill", "column": "age", "by": "value", "value": "-1"},
    {"do": "fill", "column": "city"},
    {"do": "fill", "column": "city", "by": "value", "value": "nowhere"},
    {"do": "fill", "column": "day"},
    {"do": "fill", "column": "day", "by": "value", "value": "2020-02-29"},
    CLIP,
    {"do": "clip", "column": "change", "by": "bounds", "low": -50},
    {"do": "log", "column": "change"},
    {"do": "bin", "column": "age", "bins": 4},
    {"do": "bin", "column": "change", "by": "width", "bins": 5},
    {"do": "combine", "column": "city", "rows": 20},
    {"do": "date_parts", "column": "day", "year": False, "hour": True},
    HASH,
    {"do": "hash", "column": "card", "key_in_bundle": True, "length": 64},
    {"do": "mask", "column": "email"},
    {"do": "mask", "column": "card", "keep": "last", "characters": 4},
    {"do": "drop_rows", "column": "age"},
    {"do": "deduplicate", "columns": ["email", "agreed"]},
]
LEARNING = [step for step in EACH if not issubclass(STEPS[step["do"]], RowStep)]


def assert_rows_make_the_same_arrays(read, one):
    state = json.loads(json.dumps(one.state, allow_nan=False))
    texts = read.rows()
    arrays = apply(state, columns_from_rows(state, [texts[row] for row in one.rows]))
    for name, array in arrays.items():
        assert np.array_equal(array, one.arrays[name]), name


def test_every_step_is_tried_here():
    assert {step["do"] for step in EACH} == set(STEPS)


@pytest.mark.parametrize("step", EACH, ids=lambda step: " ".join(map(str, step.values())))
def test_rows_read_again_from_the_csv_make_the_arrays_of_training(read, step):
    assert_rows_make_the_same_arrays(read, encoded(read, step))


def test_all_steps_together_do_too(read):
    together = [step for step in EACH if step["do"] != "mask" and step.get("column") != "card"]
    hashes = [step for step in together if step["do"] == "hash"]
    bins = [step for step in together if step["do"] == "bin"]
    others = [step for step in together if step not in hashes + bins]

    one = encoded(read, *hashes, *others, *bins, encode=Encode(scale="quantile"))

    assert len(entry(one, "age")["steps"]) == 5
    assert_rows_make_the_same_arrays(read, one)


@pytest.mark.parametrize("step", LEARNING, ids=lambda step: " ".join(map(str, step.values())))
def test_changing_validation_and_test_rows_changes_nothing_that_was_learned(read, step, tmp_path):
    one = encoded(read, step)
    table = pl.read_parquet(read.table)
    training = np.zeros(table.height, dtype=bool)
    training[one.rows[one.parts == 0]] = True
    nonsense = {"age": 10**9, "change": 1e12, "city": "never seen", "email": "x@y.zz", "card": 1}
    spoiled = table.with_columns(
        pl.when(pl.Series(training))
        .then(pl.col(name))
        .otherwise(pl.lit(value, table[name].dtype))
        .alias(name)
        for name, value in nonsense.items()
    )
    spoiled.write_parquet(tmp_path / "spoiled.parquet")

    again = encode_table(tmp_path / "spoiled.parquet", data_of(read, step), read.info, key=KEY)

    assert json.dumps(again.state) == json.dumps(one.state)


def test_steps_work_in_their_order(read):
    clipped_first = encoded(read, {**CLIP, "by": "bounds", "high": 40}, {**FILL, "by": "mean"})
    filled_first = encoded(read, {**FILL, "by": "mean"}, {**CLIP, "by": "bounds", "high": 40})

    means = [entry(one, "age")["steps"][at]["value"] for one, at in ((clipped_first, 1), (filled_first, 0))]
    assert means[0] < 40 < means[1]


def test_a_step_that_is_off_does_nothing_and_may_even_be_wrong(read):
    plain = encoded(read)

    one = encoded(read, {**FILL, "column": "gone", "off": True}, {**CLIP, "off": True})

    assert one.state == plain.state
    assert all(np.array_equal(array, plain.arrays[name]) for name, array in one.arrays.items())


def test_row_steps_act_before_the_split_and_are_counted(read):
    one = encoded(
        read,
        {"do": "drop_rows", "column": "age"},
        {"do": "drop_rows", "column": "age", "when": "outside", "low": 20, "high": 100},
        {"do": "drop_rows", "column": "target", "when": "equals", "value": "c"},
        {"do": "deduplicate", "columns": ["email"]},
        {"do": "deduplicate"},
    )

    assert [told["rows"] for told in one.left_out] == [18, 1, 33, 47, 0]
    assert one.left_out[0] == {"step": 0, "text": "18 rows left out: age is empty.", "rows": 18}
    assert len(one.rows) == len(one.parts) == 120 - 18 - 1 - 33 - 47
    assert one.state["target"]["classes"] == ["a", "b"]
    assert list(one.rows) == sorted(one.rows)


def test_whole_rows_that_repeat_are_left_out_once(made):
    read = made(x=[*range(90), *range(10)], target=[*["a", "b"] * 45, *["a", "b"] * 5])

    one = encode_table(read.table, read.data(steps=[{"do": "deduplicate"}]), read.info)

    assert one.left_out[0]["text"] == "10 rows left out: they repeat an earlier row."
    assert list(one.rows) == list(range(90))


def test_steps_that_leave_no_row_are_refused(read):
    with pytest.raises(DataError, match="leave no row"):
        encoded(read, {"do": "drop_rows", "column": "card", "when": "outside", "low": 0, "high": 1})


def test_unseen_categories_count_as_rare_and_ranges_reach_to_both_ends(read):
    one = encoded(
        read, {"do": "combine", "column": "city", "rows": 20}, {"do": "bin", "column": "age", "bins": 2}
    )
    row = read.rows()[1]

    texts = [{**row, "city": "Atlantis", "age": "-1e9"}, {**row, "city": "Dorf 3", "age": "1e9"}]
    codes = apply(one.state, columns_from_rows(one.state, texts))["categories"]

    place = one.state["categories"]["names"].index("city")
    assert codes[0, place] == codes[1, place] > 0
    assert (codes[:, one.state["categories"]["names"].index("age")] > 0).all()


def test_the_date_parts_are_those_that_were_chosen(read):
    one = encoded(read, {"do": "date_parts", "column": "day", "day": False, "weekday": False})

    assert [name for name in one.state["numbers"]["names"] if "day" in name] == ["day (year)", "day (month)"]


def test_a_hash_is_the_hmac_of_the_cell_with_the_project_s_key(read):
    one = encoded(read, HASH)

    wanted = hmac.new(bytes.fromhex(KEY), b"person.1@example.org", hashlib.sha256).hexdigest()[:16]
    assert wanted in entry(one, "email")["vocabulary"]


def test_without_the_key_hashed_cells_are_expected_and_raw_ones_refused(read):
    kept, with_key = encoded(read, {**HASH, "key_in_bundle": False}), encoded(read, HASH)
    assert entry(kept, "email")["type"] == "hash"
    assert KEY in json.dumps(with_key.state) and KEY not in json.dumps(kept.state)
    for name, array in kept.arrays.items():
        assert np.array_equal(array, with_key.arrays[name])

    raw, problems = {**read.rows()[1], "email": "person.1@example.org"}, []
    columns_from_rows(kept.state, [raw, {**raw, "email": "0" * 16}, {**raw, "email": ""}], problems)

    assert problems == [
        {
            "row": 1,
            "column": "email",
            "text": "person.1@example.org",
            "what": "is not hashed: 16 hexadecimal digits belong there, never the value itself",
        }
    ]


def test_hashing_without_a_key_is_refused(read):
    with pytest.raises(SettingError, match="needs the key") as caught:
        encode_table(read.table, data_of(read, FILL, HASH), read.info)
    assert caught.value.where == "data.steps.1"


@pytest.mark.parametrize(
    ("step", "where", "message"),
    [
        ({"do": "fly"}, "do", "There is no step “fly”"),
        ({**FILL, "column": "gone"}, "column", "the table has no column “gone”"),
        ({**FILL, "column": "city"}, "by", "city holds no numbers"),
        ({**FILL, "column": "target"}, "column", "it is the target"),
        ({**FILL, "by": "guess"}, "by", "With of Fill empty cells must be"),
        ({**FILL, "by": "value", "value": "many"}, "value", "must be a number"),
        ({**FILL, "sideways": 1}, "", "has no setting “sideways”"),
        ({"do": "log", "column": "city"}, "column", "is of type category"),
        ({"do": "clip", "column": "age", "by": "bounds"}, "low", "needs a lowest or a highest"),
        ({"do": "clip", "column": "age", "low": "5"}, "low", "Lowest of Clip must be a number"),
        ({"do": "clip", "column": "age", "by": "bounds", "low": 5, "high": 1}, "low", "above the highest"),
        ({"do": "bin", "column": "age", "bins": 1}, "bins", "must be 2 or more"),
        ({"do": "drop_rows", "column": "city", "when": "outside"}, "when", "holds no numbers"),
        ({"do": "drop_rows", "column": "age", "when": "outside"}, "low", "needs a lowest or a highest"),
        ({"do": "deduplicate", "columns": ["gone"]}, "columns", "no column “gone”"),
        ({"do": "hash", "column": "age"}, "", "has to be the first step"),
        ({"do": "date_parts", "column": "day", "year": False, "month": False, "day": False, "weekday": False},
         "year", "at least one part"),
    ],
)  # fmt: skip
def test_a_wrong_step_is_refused_with_its_place(read, step, where, message):
    data = data_of(read, {"do": "fill", "column": "age", "by": "mean"}, step)

    [problem] = problems_of(data, read.info)
    with pytest.raises(SettingError) as caught:
        encode_table(read.table, data, read.info, key=KEY)

    assert message in problem.message and problem.where == f"data.steps.1.{where}".rstrip(".")
    assert caught.value.where == problem.where


def test_the_profile_foresees_what_steps_make_of_a_column(read):
    data = data_of(
        read, FILL, {"do": "bin", "column": "change", "bins": 4}, {"do": "mask", "column": "email"}
    )

    columns = {column["name"]: column for column in foreseen(read.info, data)["columns"]}

    assert columns["age"]["missing"] == 0
    assert (columns["change"]["type"], columns["change"]["distinct"]) == ("category", 4)
    assert columns["email"]["type"] == "category"


def test_test_rows_that_a_training_row_repeats_are_counted(read):
    one = encoded(read)
    assert repeated(one) == 0

    first_test, first_training = (int(np.flatnonzero(one.parts == part)[0]) for part in (2, 0))
    for name in ("numbers", "categories"):
        one.arrays[name][first_test] = one.arrays[name][first_training]

    assert repeated(one) == 1
