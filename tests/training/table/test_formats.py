"""Excel, Parquet, JSON and packed files: the tables that come of them, and what is refused in words."""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import date, datetime
from decimal import Decimal

import openpyxl
import polars as pl
import pytest

from tests.training.table.files import lines, parquet, read, refusal, types, workbook, zipped

PEOPLE = [["age", "joined", "member", "city"]] + [
    [20 + row, datetime(2024, 1, 1 + row % 28, 9 * (row % 2)), row % 2 == 0, ("Köln", "Bonn")[row % 2]]
    for row in range(30)
]


# Excel


def test_a_workbook_gives_numbers_dates_booleans_and_words(tmp_path):
    info, table = read(workbook(People=PEOPLE), tmp_path)

    assert types(info) == {"age": "number", "joined": "date", "member": "yes/no", "city": "category"}
    assert table.row(1) == (21, datetime(2024, 1, 2, 9), "false", "Bonn")
    assert (info["reading"]["format"], info["reading"]["sheet"]) == ("excel", "People")


def test_the_first_sheet_with_cells_is_read_and_another_can_be_chosen(tmp_path):
    content = workbook(Empty=[], First=[["a"], [1], [2]], Second=[["b", "c"], [3, 4]])

    info, _ = read(content, tmp_path)
    other, table = read(content, tmp_path, reading={"sheet": "Second"})

    assert info["reading"]["sheet"] == "First"
    assert info["reading"]["choices"] == {"sheet": ["Empty", "First", "Second"]}
    assert (other["reading"]["sheet"], table.columns) == ("Second", ["b", "c"])


def test_merged_cells_hold_their_value_once_and_titles_above_the_header_are_passed(tmp_path):
    book = openpyxl.Workbook()
    for row in [["Sales of 2024"], [], ["a", "b", "c"], [1, "x", 5], [2, None, 6], [3, "y", 7]]:
        book.active.append(row)
    book.active.merge_cells("A1:C1")
    book.active.merge_cells("B4:B5")
    out = io.BytesIO()
    book.save(out)

    info, table = read(out.getvalue(), tmp_path)

    assert info["reading"]["header_row"] == 3
    assert table.rows() == [(1, "x", 5), (2, None, 6), (3, "y", 7)]


def test_a_formula_counts_by_the_value_that_excel_left_and_is_empty_without_one(tmp_path):
    _, table = read(workbook(S=[["a", "b"], [1, "=A2*2"], [2, "=A3*2"]]), tmp_path)

    assert table["b"].to_list() == [None, None]


def test_a_cell_that_is_no_number_is_shown_with_the_row_of_the_sheet(tmp_path):
    rows = [["x", "y"], *[[row, row] for row in range(40)], [], ["oops", 1]]

    info, _ = read(workbook(S=rows), tmp_path)

    assert [(one["line"], one["text"]) for one in info["problems"]["first"]] == [(43, "oops")]


def test_a_sheet_that_claims_a_million_columns_is_only_as_large_as_its_cells(tmp_path):
    content = claiming(workbook(S=PEOPLE), b"A1:XFD1048576")

    info, _ = read(content, tmp_path)

    assert (info["rows"], len(info["columns"])) == (30, 4)


def claiming(content: bytes, cells: bytes) -> bytes:
    """The workbook with another range of cells in the dimension of its sheets."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            part = re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="%s"' % cells, source.read(name))
            target.writestr(name, part)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "settings", "message"),
    [
        pytest.param(
            workbook(A=[], B=[]), {}, "The workbook has no sheet with cells in it.", id="empty sheets"
        ),
        pytest.param(workbook(A=[["a", "b"]]), {}, "The file has a header and no rows.", id="header only"),
        pytest.param(workbook(A=PEOPLE)[:3000], {}, "The workbook is damaged or cut off.", id="truncated"),
        pytest.param(
            workbook(A=PEOPLE),
            {"reading": {"sheet": "B"}},
            "The workbook has no sheet “B”.",
            id="no such sheet",
        ),
        pytest.param(
            zipped(("[Content_Types].xml", b""), ("xl/x", bytes(90_000_000))),
            {},
            "The archive unpacks to more than 300 times its size, as only malicious ones do.",
            id="bomb",
        ),
        pytest.param(
            b"\xd0\xcf\x11\xe0" + bytes(600),
            {},
            "This is an old or password-protected Office document, not a CSV file.",
            id="password",
        ),
    ],
)
def test_a_workbook_that_cannot_be_read_is_refused_in_words(content, settings, message, tmp_path):
    assert refusal(content, tmp_path, **settings).message == message


# Parquet


def test_parquet_keeps_its_types_and_lines_of_text_stay_words(tmp_path):
    frame = pl.DataFrame(
        {
            "whole": [1, 2, None] * 20,
            "money": [Decimal("1.50"), Decimal("2.25"), None] * 20,
            "when": [datetime(2024, 1, 1, 12)] * 60,
            "day": [date(2024, 2, row % 28 + 1) for row in range(60)],
            "zone": pl.Series([datetime(2024, 7, 1, 12)] * 60).dt.replace_time_zone("Europe/Berlin"),
            "kind": pl.Series(["a", "b", "NA"] * 20, dtype=pl.Categorical),
            "zip": ["50667", "10115", " "] * 20,
            "yes": [True, False, None] * 20,
            "big": pl.Series([2**64 - 1] * 60, dtype=pl.UInt64),
        }
    )

    info, table = read(parquet(frame), tmp_path)

    assert types(info) == {
        "whole": "number", "money": "number", "when": "date", "day": "date", "zone": "date",
        "kind": "category", "zip": "category", "yes": "yes/no", "big": "number",
    }  # fmt: skip
    assert table["zone"][0] == datetime(2024, 7, 1, 10)
    assert table.select("money", "kind", "zip", "yes").row(2) == (None, None, None, None)
    assert info["preview"][0][:2] == ["1", "1.50"]


def test_infinite_numbers_in_parquet_count_as_missing_and_are_said(tmp_path):
    info, table = read(parquet(pl.DataFrame({"x": [1.0, float("inf"), float("nan")] * 20})), tmp_path)

    assert table["x"].null_count() == 40
    assert (info["problems"]["count"], info["problems"]["first"][0]["line"]) == (20, 2)


def test_a_type_that_people_choose_holds_for_parquet_too(tmp_path):
    frame = pl.DataFrame({"code": [1, 2, 3] * 20, "text": ["1.5", "2.5", "x"] * 20})

    info, _ = read(parquet(frame), tmp_path, types={"code": "category", "text": "number"})

    assert types(info) == {"code": "category", "text": "number"}
    assert info["problems"]["count"] == 20


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        pytest.param(
            pl.DataFrame({"a": [1], "tags": [["x"]]}),
            "The column tags holds lists or records in its cells, and Strata reads one value a cell.",
            id="list",
        ),
        pytest.param(
            pl.DataFrame({"who": [{"name": "x"}]}),
            "The column who holds lists or records in its cells, and Strata reads one value a cell.",
            id="record",
        ),
        pytest.param(
            pl.DataFrame({"raw": [b"x"]}),
            "The column raw holds bytes in its cells, and Strata reads one value a cell.",
            id="bytes",
        ),
        pytest.param(pl.DataFrame({"a": []}), "The file has columns and no rows.", id="no rows"),
    ],
)
def test_parquet_that_is_no_flat_table_is_refused_in_words(frame, message, tmp_path):
    assert refusal(parquet(frame), tmp_path).message == message


def test_truncated_parquet_is_refused(tmp_path):
    content = parquet(pl.DataFrame({"a": range(1000)}))

    for cut in (content[: len(content) // 2], content[:-6], content[:40] + b"\xff" * 200 + content[240:]):
        assert refusal(cut, tmp_path).message == "The Parquet file is damaged or cut off."


# JSON


def test_json_lines_have_all_keys_and_nested_values_stay_json(tmp_path):
    rows = [{"a": row, "b": {"x": [1, "é"]}} for row in range(30)] + [{"c": True, "a": None}, {"c": False}]

    info, table = read(lines(*rows), tmp_path)

    assert table.columns == ["a", "b", "c"]
    assert table["b"][0] == '{"x":[1,"é"]}'
    assert table.row(30) == (None, None, "true")
    assert (info["rows"], info["reading"]["format"]) == (32, "json")


def test_a_list_of_objects_is_read_like_lines(tmp_path):
    rows = [{"a": row, "b": "x" * 5_000} for row in range(300)]

    _, table = read(json.dumps(rows, indent=1).encode(), tmp_path)

    assert table.shape == (300, 2)
    assert table["a"].to_list() == list(range(300))


def test_a_broken_line_is_counted_shown_and_empty_or_dropped_as_people_choose(tmp_path):
    content = lines(*[{"a": row} for row in range(30)]) + b'\n{"a": 1\n[1]\n' + lines({"a": 9})

    info, table = read(content, tmp_path)
    dropped, less = read(content, tmp_path, reading={"bad_rows": "drop"})

    assert [one["line"] for one in info["problems"]["first"]] == [31, 32]
    assert (table.height, table["a"].null_count()) == (33, 2)
    assert (less.height, dropped["problems"]["dropped"]) == (31, 2)


def test_huge_numbers_and_deep_nesting_do_no_harm(tmp_path):
    content = (
        lines(*[{"a": 1.5, "id": 1} for _ in range(60)])
        + b'\n{"a": 1e999, "id": ' + b"9" * 5_000 + b"}\n"
        + b'{"a":' * 20_000 + b"1" + b"}" * 20_000 + b"\n"
    )  # fmt: skip

    info, table = read(content, tmp_path)

    assert table["a"].null_count() == 2
    assert {one["line"] for one in info["problems"]["first"]} == {61, 62}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b'{"a": 1,\n "b": 2\n}', "This is JSON in one piece, not a CSV file.", id="one object"),
        pytest.param(b"[[1, 2], [3, 4]]", "This is JSON in one piece, not a CSV file.", id="lists"),
        pytest.param(b"{}\n{}\n", "The JSON holds no object with a key.", id="no keys"),
        pytest.param(
            b'[{"a": 1},\n{"a": 2},\n{"a"',
            "The JSON list breaks off or is no JSON from line 3 on.",
            id="cut off",
        ),
        pytest.param(
            b'{"a": "' + b"x" * 4_200_000 + b'"}',
            "A line is longer than 4,000,000 characters.",
            id="long line",
        ),
        pytest.param(
            lines({f"k{at}": 1 for at in range(10_001)}),
            "The objects have more than 10,000 different keys.",
            id="keys",
        ),
    ],
)
def test_json_that_is_no_table_is_refused_in_words(content, message, tmp_path):
    assert refusal(content, tmp_path).message == message
