"""What is said about a table: the profile's figures, the proposed use, and the doctor's findings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from training.table import ingest, proposal_for, task_of
from training.table.profile import count_distinct, histogram

SAMPLES = Path(__file__).parents[3] / "samples"


@pytest.fixture
def made(tmp_path):
    def make(**columns):
        source = tmp_path / "made.csv"
        lines = [",".join(columns), *(",".join(map(str, row)) for row in zip(*columns.values(), strict=True))]
        source.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return ingest(source, tmp_path / "out", file_name="made.csv")

    return make


def column(info, name):
    return next(one for one in info["columns"] if one["name"] == name)


def found(info, code):
    return [finding for finding in info["findings"] if finding["code"] == code]


def test_the_figures_of_a_number_column(made):
    x = column(made(x=[1, 2, 3, 4, "", 10.5] * 5, y=range(30)), "x")

    assert (x["missing"], x["missing_share"], x["distinct"]) == (5, 1 / 6, 5)
    assert (x["min"], x["max"], x["mean"], x["median"]) == (1, 10.5, 4.1, 3)
    assert x["std"] == pytest.approx(np.std([1, 2, 3, 4, 10.5] * 5, ddof=1))
    assert sum(x["histogram"]["counts"]) == 25
    assert x["examples"] == ["1", "2", "3", "4", "10.5"]


def test_the_most_frequent_values_come_first_then_by_name(made):
    city = column(made(city=["b", "a", "c", "b", "a", ""] * 5, y=range(30)), "city")

    assert city["top"] == [["a", 10], ["b", 10], ["c", 5]]


@pytest.mark.parametrize(
    ("values", "whole"),
    [
        pytest.param(np.array([0, 0, 1, 3]), True, id="few whole numbers"),
        pytest.param(np.arange(1000), True, id="many whole numbers"),
        pytest.param(np.array([5.0, 5.0]), False, id="constant"),
        pytest.param(np.array([-1e308, 0, 1e308]), False, id="the largest there are"),
        pytest.param(np.array([2**62, 2**62 + 1]), True, id="long identifiers"),
    ],
)
def test_a_histogram_counts_every_value_once(values, whole):
    drawn = histogram(values, whole=whole)

    assert sum(drawn["counts"]) == len(values)
    assert len(drawn["edges"]) == len(drawn["counts"]) + 1 <= 21
    assert np.isfinite(drawn["edges"]).all()


def test_large_tables_estimate_how_many_values_differ():
    import polars as pl

    distinct, about = count_distinct(pl.Series(np.arange(600_000) % 300_000))
    assert about
    assert distinct == pytest.approx(300_000, rel=0.05)
    assert count_distinct(pl.Series(np.arange(600_000) % 7)) == (7, False)
    assert count_distinct(pl.Series(np.arange(600_000))) == (600_000, False)


@pytest.mark.parametrize(
    ("sample", "target", "task"),
    [
        ("abalone", "rings", "regression"),
        ("auto_mpg", "mpg", "regression"),
        ("breast_cancer", "diagnosis", "binary"),
        ("california_housing", "median_house_value", "regression"),
        ("iris", "species", "multiclass"),
        ("mushrooms", "class", "binary"),
        ("penguins", "species", "multiclass"),
        ("telco_churn", "Churn", "binary"),
        ("wine", "cultivar", "multiclass"),
    ],
)
def test_samples_are_proposed_as_people_use_them(sample, target, task, tmp_path):
    info = ingest(SAMPLES / sample / f"{sample}.csv", tmp_path, file_name=f"{sample}.csv")

    assert (info["proposal"]["target"], info["proposal"]["task"]) == (target, task)
    assert list(info["proposal"]["roles"]) == [one["name"] for one in info["columns"]]
    assert not [finding for finding in info["findings"] if finding["level"] == "bad"]


@pytest.mark.parametrize(
    ("values", "task"),
    [
        pytest.param([0, 1], "binary", id="0 and 1"),
        pytest.param(["yes", "no"], "binary", id="yes and no"),
        pytest.param(["a", "b", "c"], "multiclass", id="three words"),
        pytest.param(list(range(10)), "multiclass", id="ten digits"),
        pytest.param([1, 2, 3, 4, 5], "multiclass", id="grades"),
        pytest.param([10, 250, 4000], "regression", id="prices"),
        pytest.param(list(range(1, 30)), "regression", id="rings"),
        pytest.param([0.5, 1.5, 2.5], "regression", id="fractions"),
    ],
)
def test_the_task_follows_from_the_target_s_values(values, task, made):
    info = made(x=range(len(values) * 20), target=values * 20)

    assert task_of(column(info, "target")) == task


def test_another_target_keeps_the_other_roles(made):
    info = made(customer_id=range(1000, 1100), x=[1, 2, 3, 5] * 25, same=[7] * 100, target=["a", "b"] * 50)

    proposal = proposal_for(info, "x")

    assert proposal["roles"] == {
        "customer_id": "identifier",
        "x": "target",
        "same": "ignored",
        "target": "feature",
    }


def test_identifiers_are_found_with_their_remedy(made):
    info = made(customerID=[f"{row:04}-X" for row in range(50)], x=[1, 2] * 25, target=["a", "b"] * 25)

    [finding] = found(info, "identifier")
    assert (finding["column"], finding["remedy"]) == ("customerID", {"role": "identifier"})
    assert finding["text"] == (
        "50 of 50 rows have a value of their own in customerID. A network would learn rows by heart."
    )


def test_a_measured_number_is_no_identifier(made):
    info = made(weight=[row * 3 + 1 for row in range(50)], target=["a", "b"] * 25)

    assert not found(info, "identifier")


def test_unequal_and_rare_classes_are_said(made):
    info = made(x=range(200), target=["a"] * 190 + ["b"] * 9 + ["c"])

    assert "“a” has 95% of the rows, “c” 1 row." in found(info, "imbalance")[0]["text"]
    assert "2 classes have fewer than 10 rows; “c” has 1." in found(info, "rare_class")[0]["text"]


@pytest.mark.parametrize(
    ("x", "target"),
    [
        pytest.param([f"code {row % 2}" for row in range(100)], ["a", "b"] * 50, id="words for classes"),
        pytest.param(
            [row + 0.5 for row in range(100)], ["a"] * 50 + ["b"] * 50, id="numbers that part the classes"
        ),
        pytest.param([row * 2.54 for row in range(100)], list(range(100)), id="another unit"),
    ],
)
def test_a_column_that_gives_the_target_away_is_named(x, target, made):
    info = made(suspect=x, other=[row * 7 % 5 for row in range(100)], target=target)

    assert [finding["column"] for finding in found(info, "leak")] == ["suspect"]


def test_columns_with_slips_are_numbers_and_columns_of_both_are_not(made):
    slips = made(x=[*range(99), "unknown"], target=["a", "b"] * 50)
    assert column(slips, "x")["type"] == "number"
    assert slips["problems"]["count"] == 1

    mixed = made(x=["unknown", 1, 2, 3] * 25, target=["a", "b"] * 50)
    assert column(mixed, "x")["type"] == "category"
    assert "75 of 100" in found(mixed, "mixed")[0]["text"]


def test_repeated_rows_are_counted(made):
    info = made(x=[*range(90), *range(10)], target=["a", "b"] * 50)

    assert found(info, "duplicate_rows")[0]["text"].startswith("10 of 100 rows repeat another row exactly.")
