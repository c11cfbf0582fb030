"""The two readers agree: polars on the whole file, and cells.py (which predicts) on the text of each cell."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from training.encode.cells import Words, column_of
from training.encode.encoded import read_column
from training.errors import DataError
from training.table import ingest
from training.table.scan import is_plain

RELAXED = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

PLAIN = st.one_of(
    st.integers(-(2**63), 2**63 - 1).map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.from_regex(r"[+-]?([0-9]{1,12}\.?[0-9]{0,20}|\.[0-9]{1,8})([eE][+-]?[0-9]{1,3})?", fullmatch=True),
)
_ODD = "NA|nan|?|inf|-Infinity|1e999|1_000|0x10|٣|1 000|5.|.5|-|+7|--1|1e|1.2.3|1e-400| 5 |\u00a012||"
ODD = st.sampled_from([*_ODD.split("|"), "9" * 40])
DATES = st.one_of(
    st.dates().map(lambda day: day.isoformat()).filter(lambda text: text[0] in "12"),
    st.sampled_from(
        ["2024-02-30", "2024-1-5", "24-01-05", "2024-13-01", "", "n/a", "2024-01-05 10:00", "2023-02-29"]
    ),
)


def written(folder: Path, name: str, cells: list[str]) -> Path:
    source = folder / "cells.csv"
    with source.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([name, "other"])
        writer.writerows([cell, row] for row, cell in enumerate(cells))
    return source


def same(one: object, other: object) -> bool:
    if isinstance(one, Words) and isinstance(other, Words):
        return [one.values[code] if code >= 0 else None for code in one.codes] == [
            other.values[code] if code >= 0 else None for code in other.codes
        ]
    return np.array_equal(one, other, equal_nan=True)


@RELAXED
@given(cells=st.lists(PLAIN, min_size=20, max_size=60), odd=st.lists(ODD, max_size=2))
@example(cells=["1.5"] * 30, odd=["1e999", "5."])
@example(cells=["7"] * 30, odd=["+7", " 5 "])
def test_numbers_mean_the_same_in_the_file_and_in_a_form(cells, odd, tmp_path):
    source = written(tmp_path, "x", cells + odd)

    info = ingest(source, tmp_path / "out", file_name="cells.csv", types={"x": "number"})

    with source.open(encoding="utf-8", newline="") as file:
        texts = [row["x"] for row in csv.DictReader(file)]
    assert same(read_column(tmp_path / "out/table.parquet", "x"), column_of(info["columns"][0], texts))


@RELAXED
@given(cells=st.lists(DATES, min_size=3, max_size=40))
def test_dates_mean_the_same_in_the_file_and_in_a_form(cells, tmp_path):
    source = written(tmp_path, "day", cells)

    info = ingest(source, tmp_path / "out", file_name="cells.csv", types={"day": "date"})

    assert same(read_column(tmp_path / "out/table.parquet", "day"), column_of(info["columns"][0], cells))


@RELAXED
@given(cells=st.lists(st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=12), min_size=3))
def test_words_mean_the_same_in_the_file_and_in_a_form(cells, tmp_path):
    source = written(tmp_path, "word", cells)

    info = ingest(source, tmp_path / "out", file_name="cells.csv", types={"word": "category"})

    assert same(read_column(tmp_path / "out/table.parquet", "word"), column_of(info["columns"][0], cells))


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        pytest.param(["1.234,5", "12,25", "1.000.000,0", ""], [1234.5, 12.25, 1e6, None], id="decimal comma"),
        pytest.param(["1 234", "12 000", "7"], [1234, 12000, 7], id="spaces between thousands"),
        pytest.param(["€5", "€1,200.50", "€-3"], [5, 1200.5, -3], id="currency before"),
        pytest.param(["12%", "3.5 %", "-1%"], [12, 3.5, -1], id="percent after"),
        pytest.param(["1,234", "12,345", "999"], [1234, 12345, 999], id="thousands only"),
        pytest.param(["1,5", "12,25", "0,1"], [1.5, 12.25, 0.1], id="decimal comma within quotes"),
    ],
)
def test_ways_of_writing_numbers(cells, values, tmp_path):
    cells, values = cells * 10, values * 10
    source = written(tmp_path, "x", cells)

    info = ingest(source, tmp_path / "out", file_name="cells.csv")

    table = pl.read_parquet(tmp_path / "out/table.parquet")
    assert info["columns"][0]["type"] == "number"
    assert table["x"].cast(pl.Float64).to_list() == values
    assert same(read_column(tmp_path / "out/table.parquet", "x"), column_of(info["columns"][0], cells))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.lists(st.sampled_from(["a", ",", '"', "\n", "\r\n", "b", '""', " ", "é", "\r"]), max_size=25).map(
        "".join
    )
)
@example(text='a,"b,a"\r\nb,"say ""a"""\n')
@example(text='a,""\n')
@example(text='a,b"b"\n')
def test_a_file_called_plain_is_read_alike_by_polars_and_by_python(text, tmp_path):
    source = tmp_path / "plain.csv"
    source.write_bytes(b"x,y\n" + text.encode())
    if not text or not is_plain(
        source, delimiter=",", quote='"', width=2, skipped=1, progress=lambda share: None
    ):
        return

    frame = pl.read_csv(source, infer_schema=False)

    expected = list(csv.reader(io.StringIO("x,y\n" + text, newline="")))[1:]
    assert [[cell or "" for cell in row] for row in frame.rows()] == expected


@RELAXED
@given(content=st.binary(max_size=400))
@example(content=b'a,b\n1,"2\n')
@example(content=b"\xff\xfea\0,\0b\0\n\0")
def test_no_bytes_whatever_make_it_crash(content, tmp_path):
    source = tmp_path / "noise.csv"
    source.write_bytes(content)

    try:
        info = ingest(source, tmp_path / "out", file_name="noise.csv")
    except DataError as error:
        assert error.message.endswith(".")
    else:
        assert info["rows"] > 0
