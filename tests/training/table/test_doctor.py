"""What the doctor says beyond single columns, with remedies that are data."""

from __future__ import annotations

import csv
import json

import pytest

from training.recipe import Data
from training.steps import problems_of
from training.table import ingest
from training.table.identity import NUMBERS
from training.table.target_findings import about_target

IDENTITIES = {
    "payment card numbers": "4111 1111 1111 1111",
    "bank account numbers (IBAN)": "DE89 3704 0044 0532 0130 00",
    "Chinese identity numbers": "11010519491231002X",
    "Spanish identity numbers": "12345678-Z",
    "Italian tax codes": "RSSMRA85T10A562S",
    "French social security numbers": "2 55 08 14 168 025 38",
    "German tax numbers": "86095742719",
    "Brazilian CPF numbers": "529.982.247-25",
    "Polish PESEL numbers": "44051401359",
    "Dutch citizen numbers": "111222333",
    "Swedish personal numbers": "811228-9874",
    "Swiss insurance numbers": "756.9217.0769.85",
}


@pytest.fixture
def made(tmp_path):
    def make(**columns):
        with (tmp_path / "made.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([list(columns), *zip(*columns.values(), strict=True)])
        return ingest(tmp_path / "made.csv", tmp_path / "out", file_name="made.csv")

    return make


def found(info, code):
    return [finding for finding in info["findings"] if finding["code"] == code]


AB = ["a", "b", "b"] * 40


@pytest.mark.parametrize("kind", NUMBERS)
def test_numbers_that_name_people_pass_their_check_and_no_other_digit_does(kind):
    plain = IDENTITIES[kind].replace(" ", "").replace("-", "").replace(".", "")
    assert NUMBERS[kind](plain)

    wrong = [plain[:5] + digit + plain[6:] for digit in "0123456789" if digit != plain[5]]
    assert not any(NUMBERS[kind](text) for text in wrong if plain[5].isdigit())


def cards(count):
    from training.table.identity import luhn

    return [
        next(f"4{number:014}{last}" for last in range(10) if luhn(f"4{number:014}{last}"))
        for number in range(7_000_000, 7_000_000 + count)
    ]


@pytest.mark.parametrize(
    ("name", "cells", "kind"),
    [
        ("contact", [f"ann{row}@example.org" for row in range(60)] * 2, "e-mail addresses"),
        ("reached_at", [f"+49 30 90{1000 + row}" for row in range(60)] * 2, "phone numbers"),
        ("mobile_no", [7_700_900_000 + row for row in range(60)] * 2, "phone numbers"),
        ("paid_with", cards(60) * 2, "payment card numbers"),
        ("ssn", [f"219-09-{1000 + row}" for row in range(60)] * 2, "social security numbers"),
        ("last_name", [f"{chr(65 + row % 26)}{'ou'[row % 2]}ll" for row in range(60)] * 2, "names of people"),
    ],
)  # fmt: skip
def test_personal_data_are_named(name, cells, kind, made):
    info = made(**{name: cells, "x": range(120), "y": AB})

    [finding] = found(info, "personal")
    assert kind in finding["text"]
    assert finding["remedy"] == {"step": {"do": "hash", "column": name}}


def test_ordinary_columns_are_not_taken_for_personal_data(made):
    info = made(
        price=[19.5 + row for row in range(120)], zip=[10_000 + row * 37 for row in range(120)],
        product_name=["Chair", "Table", "Lamp"] * 40, order=range(100_000_000, 100_000_120), y=AB,
    )  # fmt: skip

    assert not found(info, "personal")


def test_columns_that_say_the_same_are_named(made):
    x = [row * 37 % 101 for row in range(120)]
    info = made(x=x, again=x, inches=[value / 2.54 for value in x], z=range(120), y=AB)

    assert [(one["column"], one["remedy"]) for one in found(info, "same_column")] == [
        ("again", {"role": "ignored"}),
        ("inches", {"role": "ignored"}),
    ]
    assert "rises and falls with x" in found(info, "same_column")[1]["text"]


def test_a_few_numbers_far_from_all_others_are_named_with_a_step(made):
    info = made(x=[*range(119), 9_999], long=[*range(1, 120), 10**6], y=AB)

    assert [one["remedy"] for one in found(info, "outliers")] == [
        {"step": {"do": "clip", "column": "x"}},
        {"step": {"do": "log", "column": "long"}},
    ]


def test_empty_cells_that_tell_of_the_target_are_named(made):
    info = made(x=["" if row % 3 == 0 else row for row in range(120)], z=range(120), y=AB)

    [finding] = found(info, "missing_tells")
    assert "Where x is empty, y is “a” in 100% of the rows, where it is filled in 0%" in finding["text"]


def test_repeated_rows_and_dates_come_with_their_remedies(made):
    days = [f"2024-0{1 + row // 28}-{1 + row % 28:02}" for row in range(100)]
    repeated = made(x=[*range(100), *range(20)], y=AB)
    assert found(repeated, "duplicate_rows")[0]["remedy"] == {"step": {"do": "deduplicate"}}

    dated = made(day=days, y=AB[:100])
    assert found(dated, "time_order")[0]["remedy"] == {"split": {"method": "time", "column": "day"}}


def test_remedies_are_steps_that_can_be_taken(made):
    info = made(
        x=[*range(119), 9_999], gap=["", "", *range(118)], kind=[f"k{row % 101}" for row in range(120)],
        mail=[f"a{row % 40}@b.org" for row in range(120)], y=["a", "b"] * 57 + ["c"] * 6,
    )  # fmt: skip
    steps = [one["remedy"]["step"] for one in info["findings"] if "step" in (one["remedy"] or {})]

    data = Data.model_validate({"target": "y", "task": "multiclass", "roles": {}, "steps": steps})

    assert {step["do"] for step in steps} == {"clip", "combine", "hash", "drop_rows"}
    assert problems_of(data, info) == []


def test_another_target_is_judged_without_the_table(made):
    info = json.loads(json.dumps(made(
        code=["p", "q", "q"] * 40, grade=[row % 4 for row in range(118)] + [7, 7], x=range(120), y=AB,
    )))  # fmt: skip

    assert [one["column"] for one in about_target(info, "y", "binary") if one["code"] == "leak"] == ["code"]
    assert [one["column"] for one in about_target(info, "code", "binary") if one["code"] == "leak"] == ["y"]
    [rare] = [one for one in about_target(info, "grade", "multiclass") if one["code"] == "rare_class"]
    assert rare["remedy"] == {"step": {"do": "drop_rows", "column": "grade", "when": "equals", "value": "7"}}
    assert about_target(info, "x", "regression") == []


def test_many_classes_are_judged_by_their_average(made):
    info = made(x=range(120), y=[f"class {row % 60}" for row in range(120)])

    [rare] = [one for one in about_target(info, "y", "multiclass") if one["code"] == "rare_class"]
    assert rare["text"].startswith("The 40 rarest of the 60 classes have fewer than 10 rows on average.")
