"""Any part of a table, a page of rows at a time, and one column looked at closely."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from datetime import datetime

import numpy as np
import polars as pl
import pytest
from PIL import Image

from training.errors import DataError
from training.table import apart, browse, ingest
from training.table.browse import Wish

ROWS = 1_000


@pytest.fixture
def table(tmp_path, monkeypatch):
    """Rows over several chunks: n counts down, every seventh is empty; names that polars might misread."""
    monkeypatch.setattr(browse, "CHUNK", 128)
    path = tmp_path / "table.parquet"
    pl.DataFrame(
        {
            "n": [None if row % 7 == 0 else float(ROWS - row) for row in range(ROWS)],
            "^kind.*$": ["red" if row % 3 else "Blue" for row in range(ROWS)],
            "day": [datetime(2024, 1, 1 + row % 28) for row in range(ROWS)],
            "seen": [f"row {row}" for row in range(ROWS)],
        }
    ).write_parquet(path, row_group_size=200)
    return path


def seen(table, wish=None, first=0, count=5):
    return [row[0] for row in browse.browse(table, ["seen"], first=first, count=count, wish=wish).cells]


def test_a_plain_page_is_the_files_rows_and_ends_with_the_table(table):
    page = browse.browse(table, ["seen", "n", "day"], first=997, count=50)

    assert page.numbers == [997, 998, 999] and page.found == ROWS
    assert page.cells[0] == ["row 997", "3", "2024-01-18"]
    assert browse.browse(table, ["seen"], first=5_000).cells == []


@pytest.mark.parametrize("down", [False, True])
def test_sorting_goes_over_all_chunks_and_puts_empty_cells_last(table, down):
    frame = pl.read_parquet(table).with_row_index("at")
    right = frame.sort("n", descending=down, nulls_last=True, maintain_order=True)["at"].to_list()

    for first in (0, 480, 990):
        page = browse.browse(table, ["n"], first=first, count=10, wish=Wish(sort="n", down=down))
        assert page.numbers == right[first : first + 10] and page.found == ROWS
    assert page.cells[-1] == [None]


def test_equal_cells_stay_in_the_order_of_the_file(table):
    assert seen(table, Wish(sort="^kind.*$"))[:3] == ["row 0", "row 3", "row 6"]
    assert seen(table, Wish(sort="^kind.*$", down=True))[:3] == ["row 1", "row 2", "row 4"]


@pytest.mark.parametrize(
    ("column", "test", "value", "keeps"),
    [
        ("n", "is", "999", lambda row: row["n"] == 999),
        ("n", "is_not", "999", lambda row: row["n"] != 999),
        ("n", "at_least", "990", lambda row: row["n"] is not None and row["n"] >= 990),
        ("n", "at_most", "12.5", lambda row: row["n"] is not None and row["n"] <= 12.5),
        ("n", "empty", "", lambda row: row["n"] is None),
        ("n", "filled", "", lambda row: row["n"] is not None),
        ("n", "contains", "99", lambda row: row["n"] is not None and "99" in str(row["n"])),
        ("^kind.*$", "is", "Blue", lambda row: row["^kind.*$"] == "Blue"),
        ("^kind.*$", "contains", "blu", lambda row: row["^kind.*$"] == "Blue"),
        ("seen", "contains", ".*", lambda row: False),
        ("day", "at_least", "2024-01-27", lambda row: row["day"].day >= 27),
        ("day", "contains", "01-05", lambda row: row["day"].day == 5),
    ],
)
def test_a_filter_keeps_exactly_the_rows_that_it_says(table, column, test, value, keeps):
    rows = pl.read_parquet(table).to_dicts()
    right = [number for number, row in enumerate(rows) if keeps(row)]

    page = browse.browse(table, ["seen"], count=ROWS, wish=Wish(column=column, test=test, value=value))

    assert page.numbers == right and page.found == len(right)


def test_a_date_without_a_time_is_the_whole_day_and_zones_are_reckoned(tmp_path):
    path = tmp_path / "days.parquet"
    days = [datetime(2024, 5, 31, 10), None, datetime(2024, 5, 31), datetime(2024, 6, 1)]
    pl.DataFrame({"day": days}).write_parquet(path)

    def found(test, value):
        return browse.browse(path, ["day"], wish=Wish(column="day", test=test, value=value)).numbers

    assert found("is", "2024-05-31") == [0, 2] and found("is_not", "2024-05-31") == [1, 3]
    assert found("at_most", "2024-05-31") == [0, 2] and found("at_least", "2024-05-31 12:00") == [3]
    assert found("at_least", "2024-05-31T12:00+02:00") == [0, 3]
    for wrong in ("", "9999-12-31T23:59-14:00", "31.5."):
        with pytest.raises(DataError, match="cannot be compared"):
            found("is", wrong)


def test_order_and_filter_go_together(table):
    wish = Wish(sort="n", column="^kind.*$", test="is", value="Blue")
    assert seen(table, wish, count=2) == ["row 999", "row 996"]


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        (Wish(column="n", value="many"), "“many” cannot be compared with “n”."),
        (Wish(column="day", value="yesterday"), "“yesterday” cannot be compared with “day”."),
        (
            Wish(column="seen", test="at_least", value="a"),
            "“seen” holds words, which have no least and no most.",
        ),
    ],
)
def test_a_value_of_another_kind_is_refused_in_a_sentence(table, wish, said):
    with pytest.raises(DataError) as caught:
        browse.browse(table, ["n"], wish=wish)
    assert str(caught.value).startswith(said) and caught.value.hint


def test_a_sorted_page_far_down_is_refused_because_all_before_it_would_be_kept(table):
    with pytest.raises(DataError, match="Sorted rows are shown up to the 100,000th"):
        browse.browse(table, ["n"], first=browse.DEEPEST + 1, wish=Wish(sort="n"))


def test_a_very_long_table_is_sorted_and_filtered_as_far_as_is_said(table, monkeypatch):
    monkeypatch.setattr(browse, "REACH", 300)

    page = browse.browse(table, ["n"], wish=Wish(sort="n"))
    assert (page.found, page.reach, page.numbers[0]) == (300, 300, 299)
    assert browse.browse(table, ["n"], first=990).reach == ROWS, "a page as in the file reaches every row"


def test_the_distribution_by_the_target_counts_every_row_once(table):
    number = {"name": "n", "type": "number", "histogram": {"edges": [1, 500, 1000]}}
    kind = {"name": "^kind.*$", "type": "category", "top": [["red", 666], ["Blue", 334]]}
    frame = pl.read_parquet(table).drop_nulls()

    split = apart.by_target(table, number, kind)

    assert (split["bins"], split["classes"]) == (["1 to 500", "500 to 1000"], ["red", "Blue"])
    red = frame.filter(pl.nth(1) == "red")["n"]
    assert split["counts"][0] == [(red < 500).sum(), (red >= 500).sum()]
    assert sum(map(sum, split["counts"])) == frame.height


def test_rarer_values_and_classes_are_counted_together(table):
    kind = {"name": "^kind.*$", "type": "category", "top": [["red", 666]]}
    number = {"name": "n", "type": "number", "median": 500.0}

    split = apart.by_target(table, kind, number)

    assert split["bins"] == ["red", None] and split["classes"] == ["< 500", "≥ 500"]
    assert sum(map(sum, split["counts"])) == pl.read_parquet(table)["n"].count()


def test_dates_are_told_apart_by_days(table):
    seconds = [datetime(2024, 1, day).timestamp() for day in (1, 15, 28)]
    day = {"name": "day", "type": "date", "histogram": {"edges": seconds}}
    kind = {"name": "^kind.*$", "type": "category", "top": [["red", 666], ["Blue", 334]]}

    split = apart.by_target(table, day, kind)

    assert split["bins"] == ["2024-01-01 to 2024-01-15", "2024-01-15 to 2024-01-28"]
    assert sum(map(sum, split["counts"])) == ROWS


def test_a_line_of_many_rows_keeps_its_spikes_and_follows_time(tmp_path):
    path = tmp_path / "series.parquet"
    values = [float(row % 10) for row in range(20_000)]
    values[12_345], values[777] = 500.0, -300.0
    days = [datetime.fromtimestamp(1_700_000_000 - 3_600 * row) for row in range(20_000)]
    pl.DataFrame({"value": values, "when": days}).write_parquet(path)

    drawn = apart.line(path, "value")
    assert len(drawn["y"]) <= 2 * apart.POINTS and drawn["rows"] == 20_000
    assert max(drawn["y"]) == 500 and min(drawn["y"]) == -300
    assert drawn["x"][drawn["y"].index(500)] == 12_346
    by_time = apart.line(path, "value", time="when")
    assert by_time["x"] == sorted(by_time["x"])


def test_texts_are_shown_from_short_to_long_with_their_lengths(tmp_path):
    path = tmp_path / "texts.parquet"
    pl.DataFrame({"said": [None, "one", "one two", "", "three short words", "x" * 900]}).write_parquet(path)

    shown = apart.texts(path, "said")

    assert shown["rows"] == 4 and shown["characters"] == {"least": 3, "median": 12, "most": 900}
    assert shown["examples"][0] == {"row": 2, "text": "one", "characters": 3, "words": 1}
    assert shown["examples"][-1]["characters"] == 900 and len(shown["examples"][-1]["text"]) == 400
    pl.DataFrame({"said": [None, ""]}).write_parquet(path)
    assert apart.texts(path, "said")["examples"] == []


def held_by_one_row(table, column):
    """How much of a file polars reads to show one row, measured in a process of its own."""
    code = (
        "import re, sys, polars as pl\n"
        "def most(): return 1024 * int(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1])\n"
        "pl.DataFrame({'a': [1]}).lazy().select(pl.all()).collect()\n"
        "before = most()\n"
        "pl.scan_parquet(sys.argv[1]).select(sys.argv[2]).slice(700, 1).collect()\n"
        "print(most() - before)"
    )
    run = subprocess.run([sys.executable, "-c", code, str(table), column], capture_output=True, check=True)
    return int(run.stdout)


def test_one_row_of_long_texts_is_shown_without_reading_them_all(tmp_path):
    random = np.random.default_rng(1)
    texts = (random.integers(97, 123, 60_000).astype(np.uint8).tobytes().decode() for _ in range(1_500))
    source = tmp_path / "long.csv"
    source.write_text("text,kind\n" + "".join(f"{text},{row % 2}\n" for row, text in enumerate(texts)))

    info = ingest(source, tmp_path / "out", file_name="long.csv")

    table = tmp_path / "out" / "table.parquet"
    assert info["rows"] == 1_500 and table.stat().st_size > 80_000_000
    assert held_by_one_row(table, "text") < 60_000_000
    assert browse.browse(table, ["kind"], first=1_499).cells == [["1"]]


def test_one_picture_is_shown_without_reading_them_all(tmp_path):
    random = np.random.default_rng(1)
    source = tmp_path / "pictures.zip"
    with zipfile.ZipFile(source, "w") as archive:
        for row in range(800):
            file = io.BytesIO()
            Image.fromarray(random.integers(0, 256, (160, 200, 3)).astype(np.uint8)).save(file, "PNG")
            archive.writestr(f"{row % 2}/{row:04}.png", file.getvalue())

    ingest(source, tmp_path / "out", file_name="pictures.zip")

    table = tmp_path / "out" / "table.parquet"
    assert table.stat().st_size > 70_000_000
    assert held_by_one_row(table, "picture") < 30_000_000
