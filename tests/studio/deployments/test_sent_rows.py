"""What people send to be predicted is refused with the place of what is wrong, never with a crash."""

from __future__ import annotations

import json

import pytest

from studio.deployments import rows
from training.errors import SettingError


def json_body(text: str) -> bytes:
    return ('{"rows": [' + text + "]}").encode()


def test_json_rows_arrive_as_they_were_sent():
    sent = {"age": 41, "height": 1.8, "plan": "plus", "member": True, "note": None}

    assert rows.from_json(json.dumps({"rows": [sent]}).encode()) == [sent]


@pytest.mark.parametrize(
    "body, where, sentence",
    [
        pytest.param(b"", "rows", "The body is not JSON.", id="empty"),
        pytest.param(b"\xff\xfe", "rows", "The body is not JSON.", id="not text"),
        pytest.param(b"[1, 2]", "rows", "The body has to be an object", id="a list"),
        pytest.param(b'{"rows": {}}', "rows", "The body has to be an object", id="rows is no list"),
        pytest.param(
            b'{"rows": [], "model": 3}', "rows", "The body has to be an object", id="more than rows"
        ),
        pytest.param(b'{"rows": []}', "rows", "There is no row to predict.", id="no row"),
        pytest.param(json_body("[1, 2]"), "rows[0]", "Each row has to be an object", id="row is a list"),
        pytest.param(json_body('{"age": NaN}'), "rows[0].age", "NaN is not a number in JSON.", id="NaN"),
        pytest.param(json_body('{"age": -Infinity}'), "rows[0].age", "-Infinity is not", id="infinity"),
        pytest.param(
            json_body('{"age": 1e400}'), "rows[0].age", "The number 1e400 is too large.", id="1e400"
        ),
        pytest.param(
            json_body('{"age": ' + "9" * 5000 + "}"), "rows[0].age", "has 5,000 digits", id="5,000 digits"
        ),
        pytest.param(json_body('{"age": [[1]]}'), "rows[0].age", "A cell has to be", id="a list as a cell"),
        pytest.param(json_body('{"age": 1, "age": 2}'), "age", "“age” stands twice", id="duplicate keys"),
        pytest.param(
            json_body('{"a": "' + "x" * 20_000 + '"}'), "rows[0].a", "20,000 characters", id="long text"
        ),
        pytest.param(b'{"rows": ' + b"[" * 10_000, "rows", "nested too deeply", id="nested 10,000 deep"),
        pytest.param(
            json_body(",".join(["{}"] * 20_001)), "rows", "more than 20,000 rows", id="too many rows"
        ),
    ],
)
def test_json_that_is_wrong_is_refused_at_its_place(body, where, sentence):
    with pytest.raises(SettingError) as caught:
        rows.from_json(body)

    assert caught.value.where == where
    assert sentence in caught.value.message


@pytest.mark.parametrize("separator", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
def test_csv_rows_are_read_with_the_separator_that_the_header_has(separator):
    body = separator.join(["age", "plan"]) + "\n" + separator.join(["41", "plus"]) + "\n\n"

    assert rows.from_csv(body.encode("utf-8-sig"), {}) == [{"age": "41", "plan": "plus"}]


def test_csv_headers_get_the_names_that_reading_a_dataset_gives_them():
    assert rows.from_csv(b" age ,,age\n1,2,3\n", {}) == [{"age": "1", "column_2": "2", "age_2": "3"}]


@pytest.mark.parametrize(
    "body, where, sentence",
    [
        pytest.param(b"", "rows", "There is no row", id="empty"),
        pytest.param(b"age,plan\n", "rows", "There is no row", id="header only"),
        pytest.param(
            "alter;größe\n1;2".encode("latin-1"), "file", "not in UTF-8: byte 8", id="wrong encoding"
        ),
        pytest.param(b"age\n4\x001\n", "file", "NUL", id="NUL bytes"),
        pytest.param(b"age,plan\n1\n", "line 2", "Line 2 has 1 values, the header has 2.", id="ragged"),
        pytest.param(b'age\n"1\n', "line 2", "The file is not a CSV: line 2", id="unclosed quote"),
        pytest.param(
            b",".join([b"%d" % name for name in range(100_000)] * 2) + b"\n1\n",
            "0",
            "stand more than once",
            id="many equal names",
        ),
        pytest.param(b"age\n" + b"1\n" * 20_001, "rows", "more than 20,000 rows", id="too many rows"),
    ],
)
def test_csv_that_is_wrong_is_refused_at_its_place(body, where, sentence):
    with pytest.raises(SettingError) as caught:
        rows.from_csv(body, {})

    assert caught.value.where == where
    assert sentence in caught.value.message


def test_csv_in_the_encoding_of_the_training_file_is_read():
    reading = {"encoding": "cp1252", "delimiter": ";"}

    assert rows.from_csv("größe;preis\n1;2,50 €".encode("cp1252"), reading) == [
        {"größe": "1", "preis": "2,50 €"}
    ]


def test_columns_that_the_data_never_had_are_named():
    with pytest.raises(SettingError) as caught:
        rows.check_columns([{"age": 1, "hieght": 2}], features=["age", "height"], known=["target"])

    assert caught.value.message == "The model does not know the column “hieght”."
    assert caught.value.hint == "Its columns are “age”, “height”."
    assert caught.value.where == "rows[0].hieght"


def test_the_target_and_ignored_columns_may_come_along():
    rows.check_columns([{"age": 1, "target": "yes"}], features=["age"], known=["age", "target"])


def test_a_row_without_a_feature_is_refused():
    with pytest.raises(SettingError, match="The column “height” is missing") as caught:
        rows.check_columns([{"age": 1, "height": None}, {"age": 1}], features=["age", "height"])

    assert caught.value.where == "rows[1].height"
