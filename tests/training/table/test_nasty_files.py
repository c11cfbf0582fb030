"""The 44 odd files of tests/data/nasty: each becomes the table it should, or is refused in words."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from training.errors import DataError
from training.table import ingest

NASTY = Path(__file__).parents[2] / "data" / "nasty"
MANIFEST = json.loads((NASTY / "manifest.json").read_text(encoding="utf-8"))["cases"]
CASES = {Path(case["file"]).name: case for case in MANIFEST}

REFUSED = {
    "51_empty.csv": "The file is empty.",
    "53_header_only.csv": "The file has a header and no rows.",
    "100_zip_bomb_100MB.zip": (
        "The archive unpacks to more than 300 times its size, as only malicious ones do."
    ),
}
SHAPES = {"96_json_named.csv": (50, 2), "98_zip_named.csv": (200, 6), "102_messy_images.zip": (47, 3)}
READ = sorted(set(CASES) - set(REFUSED))

# What has to be said about a file: codes of findings.
SAID = {
    "11_trailing_comma.csv": {"empty_end"},
    "15_no_header.csv": {"no_header"},
    "30_mixed_encodings.csv": {"problems"},
    "45_ragged_short.csv": {"problems", "target_missing"},
    "47_duplicate_headers.csv": {"renamed"},
    "49_blank_headers.csv": {"unnamed"},
    "55_one_column.csv": {"no_feature"},
    "57_all_null_column.csv": {"empty"},
    "59_constant_target.csv": {"constant"},
    "61_singleton_class.csv": {"rare_class"},
    "71_late_type_change.csv": {"problems"},
    "75_unsorted_gaps_timeseries.csv": {"time_order"},
    "77_id_precision.csv": {"identifier"},
    "79_inf_nan_extreme.csv": {"problems", "extreme"},
    "81_whitespace_classes.csv": {"near_doubles"},
    "85_nul_bytes.csv": {"problems"},
    "87_emoji_long_headers.csv": {"long_name"},
    "89_leak.csv": {"leak"},
    "91_duplicate_rows.csv": {"duplicate_rows"},
}

# column -> type, where the manifest's words mean one
TYPES = {
    "22_cp1252_euro_quotes.csv": {"price": "number"},
    "24_gb18030_rare.csv": {"金额": "number", "是否流失": "yes/no"},
    "67_thousands_separators.csv": {"revenue": "number"},
    "69_currency_percent.csv": {"price": "number", "rate": "number"},
    "71_late_type_change.csv": {"v": "number"},
    "73_day_first.csv": {"d": "date", "sales": "number"},
    "75_unsorted_gaps_timeseries.csv": {"date": "date"},
    "79_inf_nan_extreme.csv": {"x": "number"},
}


def read(name: str, folder: Path) -> dict:
    return ingest(NASTY / name, folder, file_name=name)


def column(info: dict, name: str) -> dict:
    return next(one for one in info["columns"] if one["name"] == name)


def test_every_file_of_the_manifest_is_here_and_has_an_outcome():
    assert len(CASES) == 44
    assert set(CASES) == {path.name for path in NASTY.iterdir()} - {"manifest.json"}


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_file_that_is_no_table_is_refused_with_a_sentence_and_leaves_nothing(name, tmp_path):
    with pytest.raises(DataError) as caught:
        read(name, tmp_path)

    assert caught.value.message == REFUSED[name]
    assert caught.value.hint
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", READ)
def test_every_row_and_column_arrives(name, tmp_path):
    info = read(name, tmp_path)
    table = pl.read_parquet(tmp_path / "table.parquet")

    shape = SHAPES.get(name) or (CASES[name]["rows"], CASES[name]["cols"])
    assert (info["rows"], len(info["columns"])) == shape
    assert table.shape == shape
    assert table.columns == [one["name"] for one in info["columns"]]
    assert [path.name for path in tmp_path.iterdir()] == ["table.parquet"]
    json.dumps(info, allow_nan=False)


@pytest.mark.parametrize("name", READ)
def test_what_is_unusual_about_a_file_is_said(name, tmp_path):
    codes = {finding["code"] for finding in read(name, tmp_path)["findings"]}

    assert codes >= SAID.get(name, set())


@pytest.mark.parametrize("name", [name for name in READ if name in TYPES])
def test_columns_have_the_type_that_a_reader_would_give_them(name, tmp_path):
    info = read(name, tmp_path)

    assert {one: column(info, one)["type"] for one in TYPES[name]} == TYPES[name]


@pytest.mark.parametrize("name", [name for name in READ if "contains" in CASES[name]])
def test_texts_come_through_unharmed(name, tmp_path):
    info = read(name, tmp_path)
    table = pl.read_parquet(tmp_path / "table.parquet")

    shown = json.dumps(info["preview"], ensure_ascii=False).replace('\\"', '"')
    assert CASES[name]["contains"] in shown + json.dumps(table.cast(pl.String).rows(), ensure_ascii=False)


@pytest.mark.parametrize("name", [name for name in READ if CASES[name].get("classes") == 2])
def test_line_ends_do_not_make_classes(name, tmp_path):
    assert [value for value, _ in column(read(name, tmp_path), "target")["top"]] == ["no", "yes"] or [
        value for value, _ in column(read(name, tmp_path), "target")["top"]
    ] == ["yes", "no"]


def test_ten_spellings_of_missing_leave_a_number_column(tmp_path):
    x = column(read("65_missing_tokens.csv", tmp_path), "x")

    assert (x["type"], x["missing"]) == ("number", 50)


def test_days_come_before_months_where_only_that_fits(tmp_path):
    d = column(read("73_day_first.csv", tmp_path), "d")

    assert (d["min"], d["format"]) == ("2024-01-01", {"date": "%d.%m.%Y"})


def test_long_identifiers_keep_every_digit(tmp_path):
    card = column(read("77_id_precision.csv", tmp_path), "card")

    assert card["examples"][:2] == ["6222020000000000000", "6222020000000000001"]


def test_the_one_cell_that_is_no_number_is_shown_with_its_line(tmp_path):
    problems = read("71_late_type_change.csv", tmp_path)["problems"]

    assert problems == {
        "count": 1,
        "dropped": 0,
        "first": [
            {"line": 50002, "column": "v", "text": "oops", "what": "is no number; it counts as missing"}
        ],
    }


def test_the_one_line_in_another_encoding_is_shown_with_its_number(tmp_path):
    problems = read("30_mixed_encodings.csv", tmp_path)["problems"]

    assert (problems["count"], problems["first"][0]["line"]) == (1, 202)


def test_short_rows_are_padded_and_counted(tmp_path):
    info = read("45_ragged_short.csv", tmp_path)

    assert [one["line"] for one in info["problems"]["first"]] == [202, 203]
    assert info["problems"]["first"][1]["what"] == (
        "has 1 cell where 6 were expected; those missing count as empty"
    )


def test_infinite_numbers_count_as_missing_and_are_shown(tmp_path):
    info = read("79_inf_nan_extreme.csv", tmp_path)
    x = column(info, "x")

    assert (x["min"], x["max"]) == (-1e308, 1e308)
    assert {one["text"].lstrip("-") for one in info["problems"]["first"]} == {"inf"}


def test_spaces_around_classes_are_trimmed(tmp_path):
    target = column(read("81_whitespace_classes.csv", tmp_path), "target")

    assert sorted(value for value, _ in target["top"]) == ["NO", "Yes", "no", "yes"]


def test_the_byte_order_mark_is_not_part_of_a_name(tmp_path):
    assert read("20_utf8_bom.csv", tmp_path)["columns"][0]["name"] == "id"


def test_names_used_twice_are_numbered_and_no_column_is_lost(tmp_path):
    names = [one["name"] for one in read("47_duplicate_headers.csv", tmp_path)["columns"]]

    assert names == ["a", "b", "a_2", "a_3", "target"]


def test_the_header_below_a_title_is_found(tmp_path):
    assert read("13_title_rows.csv", tmp_path)["reading"]["header_row"] == 3
