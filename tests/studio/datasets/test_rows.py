"""The rows and columns of the dataset page, looked at more closely."""

from __future__ import annotations

import io
import re
import zipfile

import numpy as np
import pytest
from PIL import Image

from studio.datasets import rows, services
from training.table import apart, browse

from .conftest import read_next
from .test_page import XSS, get


def cells(page: str) -> list[str]:
    return re.findall(r"<td[^>]*>([^<]*)</td>", page)


@pytest.fixture
def pictures(upload):
    """Thirty pictures in a folder for each class."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number in range(30):
            file = io.BytesIO()
            Image.fromarray(np.full((12, 12), 8 * number, np.uint8)).save(file, "PNG")
            archive.writestr(f"{('cat', 'dog')[number % 2]}/{number:02}.png", file.getvalue())
    upload(packed.getvalue(), "pets.zip")
    return read_next()


def test_the_next_rows_are_read_from_the_table_a_page_at_a_time(owner_client, ready):
    page = get(owner_client, ready, "columns/", row=51)

    assert "Rows 51 to 100 of 200" in page and "C-050" in page and "C-100" not in page
    assert page.count("<tr>") == 1 + rows.PAGE
    assert 'id="rows-before"' in page and 'id="rows-after"' in page
    last = get(owner_client, ready, "columns/", row=151)
    assert "Rows 151 to 200 of 200" in last and 'id="rows-after"' not in last


def test_a_head_sorts_up_then_down_then_as_in_the_file(owner_client, ready):
    up = get(owner_client, ready, "columns/", sort="age")
    assert 'aria-sort="ascending"' in up and "C-000" in up and "C-049" not in up
    down = get(owner_client, ready, "columns/", sort="age", down=1)
    assert 'aria-sort="descending"' in down and "C-049" in down and "C-000" not in down
    assert "sort=age&amp;down=1" in up and "sort=" not in re.search(r'id="sort-2"[^>]*', down)[0]


def test_a_filter_shows_the_rows_that_pass_and_how_many(owner_client, ready):
    page = get(owner_client, ready, "columns/", where="plan", test="is", value="plus", sort="age", down=1)

    assert "Rows 1 to 50 of 100" in page and ">basic<" not in page
    assert "where=plan" in re.search(r'id="rows-after"[^>]*', page)[0]
    none = get(owner_client, ready, "columns/", where="plan", test="is", value="gold")
    assert "No row is so." in none
    wrong = get(owner_client, ready, "columns/", where="age", test="at_least", value="old")
    assert "“old” cannot be compared with “age”. Give a number, such as 12.5." in wrong


def test_a_table_longer_than_order_and_filter_reach_says_so(owner_client, ready, monkeypatch):
    monkeypatch.setattr(browse, "REACH", 120)
    monkeypatch.setattr(apart, "REACH", 120)

    page = get(owner_client, ready, "columns/", where="plan", test="is", value="plus")

    assert "Rows 1 to 50 of 60." in page and "Order and filter go through the first 120 rows." in page
    assert "Order and filter" not in get(owner_client, ready, "columns/", row=151)
    assert "The first 120 rows are counted." in get(owner_client, ready, "look/1/")


def test_a_cell_reads_the_same_on_the_first_page_and_on_any_other(owner_client, upload):
    upload(
        b"weight,kind\n" + b"".join(b"%s,k%d\n" % ((b"2.0", b"1.50")[row % 2], row % 3) for row in range(120))
    )
    version = read_next()

    first, next_ = (cells(get(owner_client, version, "columns/", row=row)) for row in (1, 51))
    assert {"2", "1.5"} <= set(first) and set(first) == set(next_)


def test_a_row_past_the_end_and_columns_that_are_gone_show_the_beginning(owner_client, ready):
    page = get(owner_client, ready, "columns/", row=9_000, sort="gone", where="lost", value="1")

    assert "Rows 1 to 50 of 200" in page and "err-text" not in page


def test_a_change_of_roles_keeps_the_part_of_the_table_that_is_looked_at(owner_client, ready):
    page = get(owner_client, ready, "columns/", sort="age", row=51)
    address = re.search(r'hx-post="([^"]*/role/[^"]*)"', page)[1].replace("&amp;", "&")

    after = owner_client.post(
        address, {"role": "ignored", "column": "plan"}, headers={"HX-Request": "true"}
    ).content.decode()

    assert "Rows 51 to 100 of 200" in after and 'aria-sort="ascending"' in after


def test_a_column_is_told_apart_by_the_target_when_asked(owner_client, ready):
    assert "How the rows of each" not in get(owner_client, ready)

    page = get(owner_client, ready, "look/1/")

    assert "How the rows of each churned are distributed" in page
    for text in ("basic", "plus", "134 rows", "66 rows", "Distinct"):
        assert text in page, text
    assert "How the rows of each" not in get(owner_client, ready, "look/3/"), (
        "the target by itself says nothing"
    )


def test_each_class_has_its_colour_and_names_from_the_file_are_escaped(owner_client, upload):
    lines = (f"{row},{XSS[0] if row % 3 else 'fine'},v{row % 4}\n" for row in range(120))
    upload(b"n,bought,kind\n" + "".join(lines).encode())
    version = read_next()
    services.set_target(version=version, target="bought")

    of_numbers, of_values = get(owner_client, version, "look/0/"), get(owner_client, version, "look/2/")

    for page in (of_numbers, of_values):
        assert 'class="f1"' in page and 'class="f2"' in page and 'class="f3"' not in page
        assert "<img src=x" not in page and "&lt;img src=x" in page
    assert 'class="upright"' in of_numbers and 'class="lying"' in of_values


def test_a_column_of_names_of_which_none_recurs_is_not_told_apart(owner_client, ready):
    assert "How the rows of each" not in get(owner_client, ready, "look/0/")


def test_a_column_that_is_not_there_is_404(owner_client, ready):
    for part in ("look/4/", "look/99999/", "picture/0/0/", "picture/9/0/"):
        assert owner_client.get(f"/datasets/{ready.dataset_id}/{part}").status_code == 404


def test_pictures_open_with_the_page_as_a_grid_of_small_ones(owner_client, pictures):
    page = get(owner_client, pictures)
    at = [column["type"] for column in pictures.info["columns"]].index("picture")
    assert f"/look/{at}/" in page.split('id="closer"')[1][:200] and ">Picture<" in page

    grid = get(owner_client, pictures, f"look/{at}/")
    assert grid.count("<img") == 24 and "Rows 1 to 24 of 30" in grid and "cat" in grid
    assert get(owner_client, pictures, f"look/{at}/", row=24).count("<img") == 6

    sorted_down = get(owner_client, pictures, "columns/", sort="file", down=1)
    assert sorted_down.count('class="cell-picture"') == 30
    assert re.search(rf'cell-picture" src="/datasets/\d+/picture/{at}/(\d+)/', sorted_down)[1] == "29"

    answer = owner_client.get(f"/datasets/{pictures.dataset_id}/picture/{at}/29/")
    assert answer["Content-Type"] == "image/png" and "private" in answer["Cache-Control"]
    assert Image.open(io.BytesIO(answer.content)).size == (96, 96)
    assert owner_client.get(f"/datasets/{pictures.dataset_id}/picture/{at}/30/").status_code == 404


def test_texts_open_with_the_page_as_examples_with_lengths(owner_client, upload):
    said = [f"{'word ' * (row % 40)}number {row} of all {XSS[0]}" for row in range(120)]
    upload(b"said,good\n" + "".join(f'"{text}",{row % 2}\n' for row, text in enumerate(said)).encode())
    version = read_next()

    assert "/look/0/" in get(owner_client, version).split('id="closer"')[1][:200]
    page = get(owner_client, version, "look/0/")

    assert "it is left out unless" not in get(owner_client, version), "it is a feature"
    assert "characters, half of them up to" in page and "Row 1: " in page
    assert "<img src=x" not in page and "&lt;img src=x" in page


def test_a_series_opens_with_the_page_as_a_line(owner_client, upload):
    rows_ = "".join(f"2024-{1 + row // 28:02}-{1 + row % 28:02},{row % 17}.5\n" for row in range(200))
    upload(f"day,sold\n{rows_}".encode())
    version = read_next()

    assert "/look/1/" in get(owner_client, version).split('id="closer"')[1][:200]
    page = get(owner_client, version, "look/1/")

    assert "<polyline points=" in page and "By day." in page and "2024-01-01" in page
    assert "From 0.5 to 16.5." in page


def test_a_table_with_many_rows_a_date_opens_with_no_line(owner_client, upload):
    rows_ = "".join(f"2024-01-{1 + row % 28:02},{row % 17}.5,k{row % 3}\n" for row in range(200))
    upload(f"joined,paid,kind\n{rows_}".encode())

    assert "/look/" not in get(owner_client, read_next()).split('id="closer"')[1][:200]


def test_the_page_of_a_wide_table_has_one_page_of_columns_and_rows(owner_client, upload):
    head = ",".join(f"c{number}" for number in range(600))
    upload(
        f"{head}\n".encode()
        + b"\n".join(b",".join(b"%d" % (row * 7 % 60) for _ in range(600)) for row in range(60))
    )
    version = read_next()

    page = get(owner_client, version, "columns/", page=3, row=11, sort="c599")

    assert page.count('<th scope="col"') == 50 and "101 to 150 of 600 columns" in page
    assert len(cells(page)) == 50 * 50


def test_other_columns_are_shown_of_the_same_rows(owner_client, upload):
    head = ",".join(f"c{number}" for number in range(120))
    upload(
        f"{head}\n".encode()
        + b"\n".join(b",".join(b"%d" % (row % 60) for _ in range(120)) for row in range(80))
    )
    version = read_next()

    page = get(
        owner_client, version, "columns/", page=2, row=11, sort="c7", where="c9", test="at_least", value="5"
    )

    for way in ("columns-before", "columns-after", "find-column"):
        address = re.search(rf'id="{way}".*?hx-get="([^"]*)"', page)[1]
        for part in ("row=11", "sort=c7", "where=c9", "test=at_least", "value=5"):
            assert part in address, (way, part)
    narrowed = get(owner_client, version, "columns/", q="c11", sort="c7", down=1)
    assert narrowed.count('<th scope="col"') == 11 and cells(narrowed)[0] == "59"


def test_the_first_page_is_whole_where_the_profile_keeps_fewer_rows(owner_client, ready):
    ready.info["preview"] = ready.info["preview"][:17]  # as of a table of 2,000 columns
    ready.save()

    page = get(owner_client, ready)

    assert "Rows 1 to 50 of 200" in page and "C-049" in page
