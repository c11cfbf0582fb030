"""The two promises: what was trained on is what is predicted from, and only training rows teach."""

from __future__ import annotations

import json
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from training.encode import Encoded, apply, apply_target, columns_from_rows, encode_table, target_from_rows
from training.recipe import Encode

ENCODES = [
    pytest.param({}, id="as proposed"),
    pytest.param({"scale": "robust", "missing": "mean"}, id="robust"),
    pytest.param(
        {"scale": "minmax", "missing": "constant", "constant": -1.0, "indicator": False}, id="minmax"
    ),
    pytest.param({"scale": "quantile", "max_categories": 2}, id="quantile"),
    pytest.param({"scale": "none", "dates": "cyclic"}, id="unscaled"),
]


def assert_rows_make_the_same_arrays(read, data):
    encoded = encode_table(read.table, data, read.info)
    state = json.loads(json.dumps(encoded.state, allow_nan=False))

    texts = read.rows()
    rows = [texts[row] for row in encoded.rows]
    arrays = apply(state, columns_from_rows(state, rows))
    arrays["target"] = apply_target(state, target_from_rows(state, rows))

    assert set(arrays) == set(encoded.arrays)
    for name, array in encoded.arrays.items():
        assert array.dtype == arrays[name].dtype
        assert np.array_equal(array, arrays[name]), name


@pytest.mark.parametrize("encode", ENCODES)
def test_rows_read_from_the_csv_again_make_the_very_arrays_of_training(sample, encode):
    assert_rows_make_the_same_arrays(sample, sample.data(encode=Encode(**encode)))


@pytest.mark.parametrize("encode", ENCODES)
def test_the_same_holds_for_dates_styled_numbers_and_missing_cells(made, encode):
    days = [date(2023, 1, 1) + timedelta(days=5 * row) for row in range(90)]
    read = made(
        day=[day.strftime("%d.%m.%Y") if day.day != 11 else "" for day in days],
        moment=[f"{day.isoformat()} {row % 24:02}:30" for row, day in enumerate(days)],
        price=[f"€{1000 + row},5".replace("€1", "€1.") for row in range(90)],
        share=[f"{row % 7}%" if row % 13 else "n/a" for row in range(90)],
        agreed=["Yes" if row % 3 else "No" for row in range(90)],
        city=["  Roma", "Wien ", "", "Köln", "N/A"] * 18,
        target=[row * 1.5 if row % 17 else "" for row in range(90)],
    )
    assert [column["type"] for column in read.info["columns"]] == [
        "date",
        "date",
        "number",
        "number",
        "yes/no",
        "category",
        "number",
    ]

    assert_rows_make_the_same_arrays(read, read.data(encode=Encode(**encode)))


def test_the_same_holds_for_names_that_look_like_patterns(made):
    read = made(
        **{"*": range(90), "^x.*$": ["a", "b", "c"] * 30, "x y": [1.5, 2, 3] * 30, "target": [0, 1] * 45}
    )

    assert_rows_make_the_same_arrays(read, read.data("target"))


def test_an_array_of_one_row_is_the_row_of_the_whole_array(sample):
    encoded = encode_table(sample.table, sample.data(), sample.info)
    rows = sample.rows()

    for row in (0, len(encoded.rows) // 2, len(encoded.rows) - 1):
        columns = columns_from_rows(encoded.state, [rows[encoded.rows[row]]])
        for name, array in apply(encoded.state, columns).items():
            assert np.array_equal(array[0], encoded.arrays[name][row])


@pytest.mark.parametrize("encode", ENCODES)
def test_changing_validation_and_test_rows_changes_nothing_that_was_learned(sample, encode, tmp_path):
    data = sample.data(encode=Encode(**encode))
    encoded = encode_table(sample.table, data, sample.info)
    table = pl.read_parquet(sample.table)
    training = np.zeros(table.height, dtype=bool)
    training[encoded.rows[encoded.parts == 0]] = True
    mask = pl.Series(training)
    spoiled = table.with_columns(
        pl.when(mask).then(pl.col(name)).otherwise(_nonsense(table[name])).alias(name)
        for name in data.columns("feature")
    )
    spoiled.write_parquet(tmp_path / "spoiled.parquet")

    again = encode_table(tmp_path / "spoiled.parquet", data, sample.info)

    assert json.dumps(again.state) == json.dumps(encoded.state)
    assert np.array_equal(again.parts, encoded.parts)


def _nonsense(column: pl.Series) -> pl.Expr:
    if column.dtype == pl.String:
        return pl.lit("never seen before")
    return pl.lit(123456 if column.dtype.is_integer() else 1e12, dtype=column.dtype)


def test_what_is_saved_is_what_is_loaded_without_copying_it(sample, tmp_path):
    encoded = encode_table(sample.table, sample.data(), sample.info)

    encoded.save(tmp_path)
    loaded = Encoded.load(tmp_path)

    assert loaded.state == encoded.state
    assert (loaded.dropped, list(loaded.arrays)) == (encoded.dropped, list(encoded.arrays))
    assert all(np.array_equal(loaded.arrays[name], array) for name, array in encoded.arrays.items())
    assert all(isinstance(array, np.memmap) for array in loaded.arrays.values())


def test_twice_the_same_recipe_gives_twice_the_same_arrays(sample):
    data = sample.data(split={"method": "stratified", "seed": 7})

    first, second = (encode_table(sample.table, data, sample.info) for _ in range(2))

    assert first.state == second.state
    assert np.array_equal(first.parts, second.parts)
