"""How a file is read: what is guessed, what people may choose, and what is refused."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from training.errors import DataError
from training.table import ingest

TEXT = "Größe,Stadt,Ziel\n" + "".join(
    f"{row}.5,{('Köln', 'Zürich', 'São Paulo')[row % 3]},{row % 2}\n" for row in range(60)
)


def read(content: bytes, folder: Path, **settings):
    source = folder / "given.csv"
    source.write_bytes(content)
    info = ingest(source, folder / "out", file_name="given.csv", **settings)
    return info, pl.read_parquet(folder / "out/table.parquet")


def types(info: dict) -> dict[str, str]:
    return {column["name"]: column["type"] for column in info["columns"]}


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_european_text_comes_through_in_any_encoding(encoding, tmp_path):
    info, table = read(TEXT.encode(encoding), tmp_path)

    assert table["Stadt"][:3].to_list() == ["Köln", "Zürich", "São Paulo"]
    assert types(info) == {"Größe": "number", "Stadt": "category", "Ziel": "yes/no"}
    assert "encoding" in info["reading"]["guessed"]


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("gb18030", ["北京", "上海", "广州", "深圳大学"]),
        ("shift_jis", ["東京", "大阪", "とうきょう", "カタカナ"]),
        ("euc_kr", ["서울", "부산", "대구", "인천"]),
        ("big5", ["臺北", "高雄", "臺中", "新竹"]),
    ],
)
def test_asian_text_comes_through_in_the_encodings_of_its_country(encoding, words, tmp_path):
    text = "x,city,target\n" + "".join(f"{row},{words[row % 4]},{row % 2}\n" for row in range(80))

    _, table = read(text.encode(encoding), tmp_path)

    assert table["city"][:4].to_list() == words


def test_a_chosen_encoding_is_used_instead_of_the_guess(tmp_path):
    info, table = read("x,name\n1,é\n2,ü\n".encode("cp1252"), tmp_path, reading={"encoding": "cp1251"})

    assert table["name"].to_list() == ["й", "ь"]
    assert "encoding" not in info["reading"]["guessed"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends_are_found(delimiter, end, tmp_path):
    lines = [["a", "b", "c"], *[[str(row), f"word {row % 3}", str(row / 4)] for row in range(40)]]

    info, table = read(end.join(delimiter.join(line) for line in lines).encode(), tmp_path)

    assert info["reading"]["delimiter"] == delimiter
    assert table.shape == (40, 3)
    assert table["c"][-1] == 9.75


def test_a_semicolon_file_with_decimal_commas_has_numbers(tmp_path):
    rows = "".join(f"{row},5;1.{row:03},25;{row % 2}\n" for row in range(100, 160))

    info, table = read(("a;b;target\n" + rows).encode(), tmp_path)

    assert (info["reading"]["delimiter"], info["reading"]["decimal"]) == (";", ",")
    assert (table["a"][0], table["b"][0]) == (100.5, 1100.25)


def test_line_breaks_and_delimiters_within_quotes_are_kept(tmp_path):
    _, table = read(b'x,note\n1,"two\nlines, one cell"\n2,"he said ""hi"""\n3,plain\n', tmp_path)

    assert table["note"].to_list() == ["two\nlines, one cell", 'he said "hi"', "plain"]


def test_a_blank_after_the_delimiter_does_not_spoil_quotes(tmp_path):
    _, table = read(b'x, note\n1, "a, b"\n2, "c"\n3, d\n', tmp_path)

    assert table["note"].to_list() == ["a, b", "c", "d"]


def test_lines_are_numbered_as_in_the_file_after_blank_and_broken_lines(tmp_path):
    rows = "".join(f"{row},{row}\n" for row in range(50))

    info, _ = read(f'a,b\n\n{rows}"50\n",50\n51\n52,oops\n'.encode(), tmp_path)

    assert [(one["line"], one["text"]) for one in info["problems"]["first"]] == [(55, "51"), (56, "oops")]


def test_long_rows_lose_nothing_silently(tmp_path):
    rows = "".join(f"{row},{row}\n" for row in range(50))

    info, table = read(f"a,b\n{rows}50,51,extra\n".encode(), tmp_path)

    assert table.height == 51
    assert info["problems"]["first"] == [
        {
            "line": 52,
            "column": None,
            "text": "extra",
            "what": "has 3 cells where 2 were expected; these were left out",
        }
    ]


def test_columns_that_the_header_does_not_name_are_kept(tmp_path):
    _, table = read(b"a,b\n" + b"1,2,3\n" * 10 + b"1,2\n", tmp_path)

    assert table.columns == ["a", "b", "column_3"]


def test_row_names_without_a_name_of_their_own_come_first(tmp_path):
    _, table = read(b"a,b\n" + b"".join(b"r%d,%d,%d\n" % (row, row, row) for row in range(30)), tmp_path)

    assert table.columns == ["column_1", "a", "b"]


def test_chosen_types_and_header_are_used(tmp_path):
    content = b"1,2,2024-01-01\n" + b"3,4,2024-01-02\n" * 30

    info, table = read(
        content, tmp_path, reading={"header_row": None}, types={"column_1": "category", "column_3": "text"}
    )

    assert types(info) == {"column_1": "category", "column_2": "number", "column_3": "text"}
    assert table["column_1"][:2].to_list() == ["1", "3"]


def test_codes_with_leading_zeros_are_no_numbers(tmp_path):
    info, table = read(b"zip,x\n" + b"01067,1\n50667,2\n" * 20, tmp_path)

    assert types(info)["zip"] == "category"
    assert table["zip"][0] == "01067"


def test_a_count_that_begins_with_zeros_and_ones_is_a_number(tmp_path):
    rows = b"".join(b"%d,%d\n" % (row % 2 if row < 5000 else row % 9, row) for row in range(6000))

    info, _ = read(b"count,x\n" + rows, tmp_path)

    assert types(info)["count"] == "number"


def test_names_that_look_like_patterns_are_only_names(tmp_path):
    _, table = read(b"*,^a.*$,a b\n" + b"1,2,x\n" * 5, tmp_path)

    assert table.columns == ["*", "^a.*$", "a b"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(
            b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "This is a PNG picture, not a CSV file.", id="png"
        ),
        pytest.param(
            b"\xff\xd8\xff\xe0" + bytes(range(256)), "This is a JPEG picture, not a CSV file.", id="jpeg"
        ),
        pytest.param(b"%PDF-1.7\n1 0 obj\n", "This is a PDF document, not a CSV file.", id="pdf"),
        pytest.param(b"\x1f\x8b\x08" + bytes(50), "The archive is damaged or cut off.", id="gzip"),
        pytest.param(
            b"PK\x03\x04" + bytes(26) + b"[Content_Types].xml",
            "The workbook is damaged or cut off.",
            id="xlsx",
        ),
        pytest.param(b"PAR1" + bytes(50), "The Parquet file is damaged or cut off.", id="parquet"),
        pytest.param(
            b"<!DOCTYPE html><p>not found", "This is a web page or XML, not a CSV file.", id="web page"
        ),
        pytest.param(
            bytes(range(256)) * 20,
            "This is a binary file, not a CSV file: line 1 holds bytes that are no text.",
            id="noise",
        ),
        pytest.param(b"", "The file is empty.", id="empty"),
        pytest.param(b"\xef\xbb\xbf \r\n\n", "The file holds nothing but empty space.", id="blank"),
        pytest.param(b"a,b\n\n\n", "The file has a header and no rows.", id="header and blank lines"),
        pytest.param(
            b'a,b\n1,2\n3,"4\n5,6\n', "A quote that opens in line 3 is never closed.", id="open quote"
        ),
        pytest.param(
            b",".join(b"c%d" % place for place in range(10_001)) + b"\n" + b"1," * 10_000 + b"1\n",
            "The file has 10,001 columns; Strata reads up to 10,000.",
            id="10,001 columns",
        ),
        pytest.param(b"a" * 300_000, "The first line is longer than 250,000 characters.", id="one long line"),
        pytest.param(
            b"a,b\n1,2\n3," + b"4" * 4_200_000,
            "A line is longer than 4,000,000 characters.",
            id="a long line later",
        ),
    ],
)
def test_what_is_no_table_is_refused_and_leaves_nothing(content, message, tmp_path):
    with pytest.raises(DataError) as caught:
        read(content, tmp_path)

    assert caught.value.message == message
    assert caught.value.hint
    assert not list((tmp_path / "out").iterdir())


@pytest.mark.parametrize(
    ("settings", "where"),
    [
        pytest.param({"reading": {"encoding": "rot13"}}, "reading.encoding", id="no text encoding"),
        pytest.param({"reading": {"delimiter": ";;"}}, "reading.delimiter", id="two characters"),
        pytest.param({"reading": {"decimal": "x"}}, "reading.decimal", id="decimal"),
        pytest.param({"reading": {"header_row": 0}}, "reading.header_row", id="header"),
        pytest.param({"reading": {"header_row": 90}}, "reading.header_row", id="header below the end"),
        pytest.param({"reading": {"sheet": 1}}, "reading.sheet", id="sheet"),
        pytest.param({"reading": {"colour": "red"}}, "reading.colour", id="unknown setting"),
        pytest.param({"reading": {"format": "excel"}}, "reading.format", id="format"),
        pytest.param({"reading": {"bad_rows": "hide"}}, "reading.bad_rows", id="bad rows"),
        pytest.param({"types": {"a": "picture"}}, "column a", id="no such type"),
        pytest.param({"types": {"z": "number"}}, "column z", id="no such column"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_by_its_place(settings, where, tmp_path):
    with pytest.raises(DataError) as caught:
        read(b"a,b\n1,2\n3,4\n", tmp_path, **settings)

    assert caught.value.where == where


def test_progress_goes_from_0_to_1_and_says_what_happens(tmp_path):
    seen: list[tuple[float, str]] = []

    read(TEXT.encode(), tmp_path, progress=lambda share, sentence: seen.append((share, sentence)))

    shares = [share for share, _ in seen]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert "Profiling column 2 of 3" in {sentence for _, sentence in seen}
