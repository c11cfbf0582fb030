"""What the report page draws from a report: bars, matrix, charts, tables."""

from __future__ import annotations

import json

import pytest

from studio.deployments.figures import MAX_CURVES, figures_of, literal
from studio.deployments.matrix import matrix_of
from studio.deployments.scoring import plain, scored_csv
from studio.deployments.verdict import MOST_OUTPUTS, outputs_of, shown, verdict_of


def report(**changes):
    metrics = [
        {
            "name": "accuracy",
            "title": "Accuracy",
            "value": 0.9,
            "baseline": 0.6,
            "better": "higher",
            "description": "Share of rows that are right.",
        },
        {
            "name": "loss",
            "title": "Loss",
            "value": 0.3,
            "baseline": 0.2,
            "better": "lower",
            "description": "…",
        },
    ]
    return {
        "task": "binary",
        "target": "leaves",
        "rows": {"training": 70, "validation": 15, "test": 15},
        "classes": ["no", "yes"],
        "baseline": {"name": "majority", "title": "Always “no”"},
        "metrics": metrics,
        "headline": {
            "metric": "accuracy",
            "title": "Accuracy",
            "value": 0.9,
            "baseline": 0.6,
            "sentence": "90 of 100 rows are right.",
        },
    } | changes


def test_the_headline_says_the_gain_over_the_baseline():
    verdict = verdict_of(report(), "Run 14")

    assert verdict.headline.value == "0.900"
    assert (verdict.headline.gain, verdict.headline.better) == ("+0.300", True)
    assert verdict.sentence == "90 of 100 rows are right."


def test_bars_compare_the_run_with_its_baseline():
    bars = verdict_of(report(), "Run 14").bars

    assert [(bar.title, bar.share, bar.is_baseline) for bar in bars] == [
        ("Run 14", 90.0, False),
        ("Always “no”", 60.0, True),
    ]


def test_a_larger_error_than_the_baselines_is_a_loss():
    loss = verdict_of(report(), "Run 14").lines[1]

    assert (loss.gain, loss.better) == ("+0.100", False)


def test_bars_of_an_error_are_as_long_as_the_error():
    metric = {
        "name": "rmse",
        "title": "RMSE",
        "value": 20.0,
        "baseline": 80.0,
        "better": "lower",
        "description": "",
    }
    headline = {"metric": "rmse", "title": "RMSE", "value": 20.0, "baseline": 80.0, "sentence": ""}

    verdict = verdict_of(report(metrics=[metric], headline=headline), "Run 2")

    assert [bar.share for bar in verdict.bars] == [25.0, 100.0]
    assert "shorter" in verdict.bars_note


def test_bars_of_an_area_under_a_curve_start_at_a_coin_toss():
    metric = {
        "name": "roc_auc",
        "title": "ROC AUC",
        "value": 0.75,
        "baseline": 0.5,
        "better": "higher",
        "description": "",
    }
    headline = {"metric": "roc_auc", "title": "ROC AUC", "value": 0.75, "baseline": 0.5, "sentence": ""}

    verdict = verdict_of(report(metrics=[metric], headline=headline), "Run 2")

    assert [bar.share for bar in verdict.bars] == [50.0, 0.0]


@pytest.mark.parametrize(
    "value, text",
    [(0.9084, "0.908"), (-3.25, "−3.250"), (68_432.4, "68,432"), (431.26, "431.3"), (None, "–")],
)
def test_metrics_are_written_with_the_digits_that_matter(value, text):
    assert shown(value) == text


def test_a_metric_and_its_baseline_have_the_same_digits_and_differ_by_what_they_show():
    headline = {"metric": "mae", "title": "MAE", "value": 90.338, "baseline": 255.04, "sentence": ""}
    metric = {**headline, "name": "mae", "better": "lower", "description": ""}

    line = verdict_of(report(metrics=[metric], headline=headline), "Run 2").headline

    assert (line.value, line.baseline, line.gain, line.better) == ("90.3", "255.0", "−164.7", True)


def test_the_matrix_shows_rows_and_their_share_of_the_true_class():
    matrix = matrix_of(report(confusion=[[8, 2], [1, 4]]))

    label, cells = matrix.lines[0]
    assert label == "no"
    assert [(cell.rows_text, cell.percent_text, cell.heat) for cell in cells] == [
        ("8", "80.0%", 3),
        ("2", "20.0%", 1),
    ]


def test_a_matrix_of_many_classes_shows_the_twenty_most_confused():
    counts = [[10 if row == column else 0 for column in range(30)] for row in range(30)]
    counts[3][27] = 5

    matrix = matrix_of(report(classes=[f"c{at}" for at in range(30)], confusion=counts))

    assert len(matrix.labels) == 20 and matrix.is_partial
    assert {"c3", "c27"} <= set(matrix.labels)


def test_a_report_of_a_number_has_no_matrix():
    assert matrix_of(report(confusion=None)) is None


def test_charts_are_drawn_only_for_what_the_report_has():
    assert figures_of(report()) == []
    assert [
        figure.name
        for figure in figures_of(
            report(roc=[{"class": "yes", "auc": 0.9, "fpr": [0, 0.1, 1], "tpr": [0, 0.9, 1]}])
        )
    ] == ["roc"]
    assert [
        figure.name
        for figure in figures_of(
            report(
                scatter={"true": [1.0, 2.0], "predicted": [1.5, 1.8]},
                residuals={"edges": [-1.0, 0.0, 1.0], "counts": [1, 1]},
            )
        )
    ] == ["scatter", "residuals"]


FORECAST = {
    "output": "sales",
    "x": [1, 2, 3],
    "true": [1.0, 2.0, 3.0],
    "steps": [
        {"step": 1, "x": [1, 2], "predicted": [1.5, None], "low": [1.0, 1.5], "high": [2.0, 2.5]},
        {"step": 2, "x": [2, 3], "predicted": [2.5, 3.5], "low": [1.0, 2.0], "high": [3.0, 4.0]},
    ],
    "errors": {"mae": [0.5, 0.6], "baseline": [1.0, 2.0]},
}


def test_a_forecast_is_drawn_along_the_truth_and_by_step():
    curves, errors = figures_of(report(target="sales", forecast=FORECAST))

    assert [trace.get("name") for trace in curves.data] == [
        None, "Range", "Truth", "1 row ahead", "2 rows ahead",
    ]  # fmt: skip
    assert curves.data[1]["fill"] == "tonexty"
    assert curves.rows[1] == ["2", "2", "–", "2.5"]
    assert errors.rows == [["1", "0.5", "1"], ["2", "0.6", "2"]]
    json.dumps([curves.plot, errors.plot], allow_nan=False)


def test_a_range_is_drawn_around_its_median_with_the_truth():
    band = {"output": "<b>price</b>", "true": [1.0, 2.0], "low": [0.0, 1.0], "median": [1.0, 2.0],
            "high": [2.0, 3.0]}  # fmt: skip
    made = report(band=band, coverage={"found": 1.0, "wanted": 0.9})

    (figure,) = figures_of(made)

    assert figure.note == "100% of the true values lie within it, 90% shall"
    assert figure.layout["yaxis"]["title"]["text"] == "&lt;b&gt;price&lt;/b&gt;"
    assert figure.rows[0] == ["1", "0", "1", "2", "1"]


def test_each_of_several_numbers_has_a_chart_and_a_line():
    chart = {"true": [1.0, 2.0], "predicted": [1.5, 1.8]}
    made = report(
        scatters=[{"output": "low", **chart}, {"output": "high", **chart}],
        per_output=[
            {"output": f"y{at}", "rmse": 1.0, "mae": None, "r2": 0.5, "baseline": 2.0} for at in range(60)
        ],
    )

    table = outputs_of(made)

    assert [(figure.name, figure.title) for figure in figures_of(made)] == [
        ("scatter-1", "low"), ("scatter-2", "high"),
    ]  # fmt: skip
    assert table.titles == ["RMSE", "MAE", "R²", "MAE of the simplest choice"]
    assert table.lines[0] == ("y0", ["1.000", "–", "0.500", "2.000"])
    assert (len(table.lines), table.count, table.is_partial) == (MOST_OUTPUTS, 60, True)
    assert outputs_of(report()) is None


def test_ranges_stand_beside_their_predictions_in_a_csv():
    one = {"prediction": {"a": 1.0, "b": 2.0}, "low": {"a": 0.5, "b": 1.0}, "high": {"a": 1.5, "b": 3.0}}

    lines = scored_csv([{"x": "7"}], [one]).splitlines()

    assert lines == [
        "x,prediction of a,prediction of b,low of a,low of b,high of a,high of b",
        "7,1.0,2.0,0.5,1.0,1.5,3.0",
    ]


def test_a_curve_can_be_read_as_a_table_and_as_a_sentence():
    points = [at / 100 for at in range(101)]
    figure = figures_of(report(roc=[{"class": "yes", "auc": 0.5, "fpr": points, "tpr": points}]))[0]

    assert figure.columns[0] == "Class" and len(figure.rows) == 21
    assert figure.rows[0] == ["yes", "0", "0"] and figure.rows[-1] == ["yes", "1", "1"]
    assert "yes 0.500" in figure.alt


def test_no_more_curves_are_drawn_than_there_are_colours():
    curve = {"auc": 0.9, "fpr": [0, 1], "tpr": [0, 1]}
    figure = figures_of(report(roc=[curve | {"class": f"c{at}"} for at in range(12)]))[0]

    assert len(figure.data) == MAX_CURVES + 1  # and the diagonal of guessing
    assert "the first 8 of 12" in figure.note


def test_class_names_reach_plotly_as_text_not_as_tags():
    name = "<img src=x onerror=alert(1)>"
    figure = figures_of(report(roc=[{"class": name, "auc": 0.5, "fpr": [0, 1], "tpr": [0, 1]}]))[0]

    assert "<img" not in json.dumps(figure.plot)
    assert literal("a & <b>") == "a &amp; &lt;b&gt;"


def test_scored_rows_keep_their_cells_and_gain_the_prediction():
    text = scored_csv(
        [{"age": "41", "plan": "plus"}], [{"prediction": "yes", "probabilities": {"no": 0.25, "yes": 0.75}}]
    )

    assert text.splitlines() == [
        "age,plan,prediction,probability of no,probability of yes",
        "41,plus,yes,0.25,0.75",
    ]


@pytest.mark.parametrize("cell", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_of_a_scored_file_is_a_formula(cell):
    assert plain(cell).startswith("'") and plain(cell).replace("'", "") == cell.replace("'", "")
    assert scored_csv([{cell: cell}], [{"prediction": cell}]).count("'") >= 3


@pytest.mark.parametrize("cell", ["-2.5", "+3", "-1e-5", -4, 0.5, "", None, "plus"])
def test_numbers_and_words_of_a_scored_file_stay_as_they_are(cell):
    assert plain(cell) == cell
