"""Forecasts, several numbers and several labels: what a bundle answers, and which rows it answers for."""

from __future__ import annotations

import csv
import io

import pytest

from tests.training.bundle.made_by_hand import bundle_of
from training.bundle.predict import predict_file
from training.bundle.runtime import Bundle

DAYS = [(shop, day) for day in range(40) for shop in "ab"]
SALES = "day,shop,sales\n" + "".join(f"{day},{shop},{day + 100 * (shop == 'b')}\n" for shop, day in DAYS)
FORECAST = {
    "task": "forecast", "target": "sales", "roles": {"day": "time", "shop": "group", "sales": "target"},
    "series": {"window": 3, "horizon": 2}, "encode": {"scale": "none"},
}  # fmt: skip
TABLE = "x,low,high,tags\n" + "".join(
    f"{row / 100},{row},{row},{'red;small' if row % 2 else 'blue'}\n" for row in range(100)
)


@pytest.fixture(scope="module")
def forecast(tmp_path_factory):
    folder = tmp_path_factory.mktemp("forecast")
    bundle_of(folder, SALES, FORECAST, "series")
    return Bundle(folder)


def rows(*days, shop="a"):
    return [{"day": day, "shop": shop, "sales": day} for day in days]


def test_a_forecast_answers_once_for_each_row_that_ends_a_whole_window_of_its_group(forecast):
    sent = [*rows(1, 2), *rows(5, 6, 7, shop="b"), *rows(3, 4)]

    found = forecast.predict(sent)

    assert [one["row"] for one in found] == [5, 6, 7]
    assert [one["prediction"] for one in found] == [
        {"sales +1": mean, "sales +2": mean} for mean in (6.0, 2.0, 3.0)
    ]
    assert forecast.columns == ["sales", "shop"]
    assert forecast.unknown_columns(sent) == []


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        pytest.param(rows(1, 3, 2), r"^Row 3 is earlier than one before it. Send rows in order", id="order"),
        pytest.param(rows(1, 2), r"^A prediction looks at 3 rows of one shop that follow one", id="too few"),
        pytest.param([{"sales": 1}] * 3, r"^The rows lack the column shop", id="no group"),
    ],
)
def test_rows_that_make_no_window_are_refused_in_a_sentence(forecast, sent, message):
    with pytest.raises(ValueError, match=message):
        forecast.predict(sent)


def test_predict_py_names_the_rows_that_have_no_forecast(forecast, tmp_path, capsys):
    (tmp_path / "rows.csv").write_text(SALES)
    out = io.StringIO()

    predict_file(forecast, tmp_path / "rows.csv", out)

    lines = list(csv.reader(io.StringIO(out.getvalue())))
    assert lines[0] == ["row", "prediction of sales +1", "prediction of sales +2"]
    assert (lines[1][0], len(lines)) == ("5", 77)
    assert (
        "4 of 80 rows end no whole window, so they have no prediction: row 1, row 2"
        in capsys.readouterr().err
    )


def test_several_numbers_have_a_name_each(tmp_path):
    roles = {"x": "feature", "low": "target", "high": "target"}
    data = {"task": "regression", "target": ["low", "high"], "roles": roles, "encode": {"scale": "none"}}
    bundle_of(tmp_path, TABLE, data, "numbers")

    assert Bundle(tmp_path).predict([{"x": 0.5}]) == [{"prediction": {"low": 0.5, "high": 0.5}}]


def test_labels_are_those_that_are_more_likely_than_not(tmp_path):
    roles = {"x": "feature", "tags": "target"}
    data = {"task": "multilabel", "target": "tags", "roles": roles, "encode": {"scale": "none"}}
    bundle_of(tmp_path, TABLE, data, "numbers")

    likely, unlikely = Bundle(tmp_path).predict([{"x": 0.75}, {"x": 0.25}])

    assert likely["prediction"] == ["blue", "red", "small"]
    assert unlikely == {"prediction": [], "probabilities": {"blue": 0.25, "red": 0.25, "small": 0.25}}
