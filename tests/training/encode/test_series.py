"""Windows of a forecast: in order of time, within one group and part, the very ones that predict."""

from __future__ import annotations

import json
from datetime import date, timedelta

import numpy as np
import pytest

from training.encode import Encoded, apply, columns_from_rows, encode_table
from training.encode.windows import window_rows
from training.errors import DataError
from training.recipe import Data, Encode, Series


def shops(made, shuffled=True, days=80):
    """Two shops, a row a day each, in no order in the file."""
    rows = [(shop, day) for day in range(days) for shop in ("north", "south")]
    if shuffled:
        rows = [rows[(7 * place) % len(rows)] for place in range(len(rows))]
    return made(
        day=[(date(2024, 1, 1) + timedelta(days=day)).isoformat() for _, day in rows],
        shop=[shop for shop, _ in rows],
        price=[5 + day % 3 if day % 11 else "" for _, day in rows],
        sales=[day + (1000 if shop == "south" else 0) for shop, day in rows],
    )


def data_of(read, *, group=True, target=("sales",), **settings):
    roles = {"day": "time", "price": "feature", "sales": "target"} | ({"shop": "group"} if group else {})
    return Data.model_validate(
        {"task": "forecast", "target": list(target), "roles": roles, "encode": Encode(scale="none")}
        | settings
    )


def test_a_window_holds_rows_that_follow_one_another_in_one_shop_and_the_target_is_what_comes_next(made):
    read = shops(made)
    data = data_of(read, series=Series(window=4, horizon=2))

    one = encode_table(read.table, data, read.info)

    assert one.state["series"]["names"] == ["price", "price is missing", "sales"]
    series, target = one.arrays["series"], one.arrays["target"]
    assert (series.dtype, series.shape[1:]) == (np.float32, (4, 3))
    sales = series[:, :, 2]
    assert (np.diff(sales, axis=1) == 1).all()
    assert np.array_equal(target, sales[:, -1:] + [[1, 2]])
    assert one.state["target"]["names"] == ["sales +1", "sales +2"]
    assert len(one.state["target"]["mean"]) == 2


def test_no_window_and_nothing_that_it_predicts_crosses_a_split(made):
    read = shops(made)

    one = encode_table(read.table, data_of(read, series=Series(window=5, horizon=3)), read.info)

    for shop in (0, 1000):
        ends = [[], [], []]
        for part in (0, 1, 2):
            sales = one.arrays["series"][one.parts == part][:, :, 2]
            mine = sales[(sales[:, 0] >= 1000) == bool(shop)]
            ahead = one.arrays["target"][one.parts == part]
            ends[part] = (mine.min(), ahead[(ahead[:, 0] >= 1000) == bool(shop)].max())
        assert ends[0][1] < ends[1][0] and ends[1][1] < ends[2][0]


def test_the_windows_of_training_are_those_that_rows_from_the_csv_make_again(made):
    read = shops(made)
    one = encode_table(read.table, data_of(read, series=Series(window=6)), read.info)
    state = json.loads(json.dumps(one.state))
    texts = read.rows()

    columns = columns_from_rows(state, [texts[row] for row in one.order])
    ends = one.order[window_rows(state, columns)[:, -1]]
    again = apply(state, columns)["series"]

    kept = np.isin(ends, one.rows)
    assert np.array_equal(ends[kept], one.rows)
    assert np.array_equal(again[kept], one.arrays["series"])


@pytest.mark.parametrize("shop", [["b", "a"], [2, 1]], ids=["words", "numbers"])
def test_groups_may_be_of_any_type(made, shop):
    read = made(shop=shop * 60, y=list(range(120)))
    roles = {"shop": "group", "y": "target"}
    data = Data.model_validate(
        {
            "task": "forecast",
            "target": "y",
            "roles": roles,
            "series": {"window": 3},
            "encode": {"scale": "none"},
        }
    )

    one = encode_table(read.table, data, read.info)

    assert (np.diff(one.arrays["series"][:, :, 0], axis=1) == 2).all()


def test_stride_thins_the_windows_and_several_targets_are_predicted_step_by_step(made):
    read = made(x=range(100), y=[row * 2 for row in range(100)])
    roles = {"x": "target", "y": "target"}
    data = Data.model_validate(
        {"task": "forecast", "target": ["x", "y"], "roles": roles, "encode": {"scale": "none"},
         "series": {"window": 3, "horizon": 2, "stride": 4}}
    )  # fmt: skip

    one = encode_table(read.table, data, read.info)

    assert one.state["target"]["names"] == ["x +1", "y +1", "x +2", "y +2"]
    assert one.arrays["series"][1].tolist() == [[4, 8], [5, 10], [6, 12]]
    assert one.arrays["target"][1].tolist() == [7, 14, 8, 16]


def test_an_unknown_target_is_filled_in_a_window_and_never_predicted(made):
    read = made(x=["" if row == 30 else row for row in range(100)])
    data = Data.model_validate(
        {"task": "forecast", "target": "x", "roles": {"x": "target"}, "series": {"window": 3}}
    )

    one = encode_table(read.table, data, read.info)

    assert not np.isnan(one.arrays["series"]).any()
    assert 29 not in one.rows and {28, 30, 31, 32} <= set(one.rows.tolist())


def test_windows_are_saved_with_the_order_of_the_rows(made, tmp_path):
    read = shops(made)
    one = encode_table(read.table, data_of(read, series=Series(window=6)), read.info)

    one.save(tmp_path)

    assert np.array_equal(Encoded.load(tmp_path).order, one.order)


def test_too_few_rows_for_a_window_are_told_with_the_part(made):
    read = shops(made, days=30)

    with pytest.raises(DataError, match=r"^The training part has 42 rows, and no 25 of them in a row"):
        encode_table(read.table, data_of(read), read.info)


def test_a_forecast_is_never_split_at_random(made):
    with pytest.raises(ValueError, match="must be split by time, group or column"):
        data_of(shops(made), split={"method": "random"})
