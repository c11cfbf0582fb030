"""Hostile tables: headers that cost time, cells that spreadsheets would compute, numbers beyond measure."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest

from studio.deployments.scoring import plain, scored_csv
from training.bundle.predict import _safe
from training.bundle.runtime import Bundle
from training.encode.cells import names_from_header


def test_a_header_of_one_name_again_and_again_is_read_in_linear_work():
    """With 400,000 names this took hours when every name was counted from the start."""
    names = names_from_header(["a"] * 400_000)

    assert names[:3] == ["a", "a_2", "a_3"] and len(set(names)) == 400_000


@pytest.mark.parametrize(
    ("header", "names"),
    [
        (["a", "a", "a_2", "a"], ["a", "a_3", "a_2", "a_4"]),
        (["", "", "column_2"], ["column_1", "column_2_2", "column_2"]),
        (["a", "", "a ", "\0a"], ["a", "column_2", "a_2", "a_3"]),
    ],
)
def test_names_stay_what_they_were(header, names):
    assert names_from_header(header) == names


FORMULAS = ["=1+1", "+cmd|'/C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", ";=1", "a;=cmd|x", "a\n@SUM(A1)"]


def cells_as_any_spreadsheet_reads(text: str) -> list[str]:
    """Every cell that some separator makes of it: a German spreadsheet cuts at semicolons."""
    return [
        cell
        for separator in ",;\t"
        for line in csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        for cell in line
    ]


@pytest.mark.parametrize("cell", FORMULAS)
@pytest.mark.parametrize("make_safe", [plain, _safe], ids=["scored file", "predict.py"])
def test_no_separator_makes_a_formula_of_a_cell(make_safe, cell):
    out = io.StringIO()
    csv.writer(out).writerow(["x", make_safe(cell), "y"])

    found = cells_as_any_spreadsheet_reads(out.getvalue())

    assert "x" in found
    assert not [each for each in found if each.startswith(("=", "+", "-", "@"))]


@pytest.mark.parametrize("cell", ["-5", "-2.5e-3", "+7", "a-b", "x = 1", "1;2", "", "3,5"])
@pytest.mark.parametrize("make_safe", [plain, _safe], ids=["scored file", "predict.py"])
def test_numbers_and_words_stay_as_they_are(make_safe, cell):
    assert make_safe(cell) == cell


def test_headers_and_classes_of_a_scored_file_are_no_formulas_either():
    text = scored_csv([{"=h": "1"}], [{"prediction": "@yes", "probabilities": {"@yes": 1.0}}])

    assert next(csv.reader(io.StringIO(text)))[0] == "'=h"
    assert "'@yes" in text.splitlines()[1]


def test_a_row_whose_answer_is_no_number_is_named(monkeypatch):
    """1e308 in a cell overflows within the network; the class of NaN would be an invented answer."""
    bundle = Bundle.__new__(Bundle)
    bundle.levels = []
    bundle.state = {"target": {"name": "churned", "task": "binary", "classes": ["no", "yes"]}}
    monkeypatch.setattr("training.bundle.runtime.columns_from_rows", lambda state, rows, problems: {})
    monkeypatch.setattr("training.bundle.runtime.apply", lambda state, columns: {})
    outputs = {"legal": [[0.25, 0.75]], "lost": [[0.25, 0.75], [np.nan, np.nan]]}

    monkeypatch.setattr(bundle, "run", lambda arrays: np.array(outputs["legal"]))
    assert bundle.predict([{}])[0]["prediction"] == "yes"
    monkeypatch.setattr(bundle, "run", lambda arrays: np.array(outputs["lost"]))
    with pytest.raises(ValueError, match="Row 2 has numbers that are too large"):
        bundle.predict([{}, {}])
