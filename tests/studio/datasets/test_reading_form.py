"""Reading settings on the page: what is offered for a format, how a change looks, what is dropped."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import openpyxl

from .conftest import read_next

BROKEN = b"a,b\n" + b"1,2\n" * 60 + b"3\noops,4\n"


def packed(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.csv", content)
    return out.getvalue()


def workbook() -> bytes:
    book = openpyxl.Workbook()
    book.active.title = "Prices"
    for row in [["a", "b"], *[[at, at % 2] for at in range(30)]]:
        book.active.append(row)
    book.create_sheet("Notes").append(["nothing", "here"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def page(client, version) -> str:
    return client.get(f"/datasets/{version.dataset_id}/").content.decode()


def test_rows_that_cannot_be_read_are_left_out_when_people_say_so_and_counted(owner_client, upload):
    upload(BROKEN)
    kept = read_next()
    assert (kept.rows, kept.info["problems"]["count"]) == (62, 2)
    assert "Every row is kept" in page(owner_client, kept)

    settings = {"bad_cells": "drop", "bad_rows": "drop"}
    owner_client.post(f"/datasets/{kept.dataset_id}/reread/", settings)
    dropped = read_next()

    assert (dropped.rows, dropped.reading) == (60, settings)
    assert dropped.info["problems"]["dropped"] == 2
    assert "2 rows are left out of the table" in page(owner_client, dropped)


def test_the_sheets_of_a_workbook_are_offered_and_another_one_makes_a_version(owner_client, upload):
    upload(workbook(), "prices.xlsx")
    first = read_next()
    shown = page(owner_client, first)

    owner_client.post(f"/datasets/{first.dataset_id}/reread/", {"sheet": "Prices"})

    assert '<option value="Notes">' in shown and 'name="encoding"' not in shown
    assert first.rows == 30
    assert read_next().reading == {"sheet": "Prices"}


def test_an_archive_of_several_tables_asks_which_and_then_reads_it(owner_client, upload):
    upload(packed(train=b"a,b\n1,2\n" * 30, test=b"a,b\n1,2\n"), "both.zip")
    unread = read_next()
    shown = page(owner_client, unread)

    owner_client.post(f"/datasets/{unread.dataset_id}/reread/", {"member": "train.csv"})

    assert unread.status == "unreadable"
    assert "holds 2 tables" in shown and '<option value="train.csv">' in shown
    assert read_next().status == "ready"


def test_a_change_is_shown_before_it_is_saved(owner_client, upload):
    upload(b"a;b\n" + b"1,5;x\n" * 30)
    version = read_next()
    address = f"/datasets/{version.dataset_id}/preview/"

    seen = owner_client.post(address, {"delimiter": "|", "header_row": "none"}).content.decode()
    wrong = owner_client.post(address, {"header_row": "900"}).content.decode()

    assert "column_1" in seen and "1,5;x" in seen
    assert "should be the header" in wrong
    assert version.dataset.versions.count() == 1


def test_a_workbook_and_an_archive_are_shown_before_they_are_read_another_way(owner_client, upload):
    version = upload(workbook(), "w.xlsx")
    other = upload(packed(train=b"a,b\n1,2\n" * 30, test=b"x,y\n1,2\n"), "both.zip")

    seen = owner_client.post(f"/datasets/{version.dataset_id}/preview/", {"sheet": "Notes"})
    inner = owner_client.post(f"/datasets/{other.dataset_id}/preview/", {"member": "test.csv"})

    assert ">nothing<" in seen.content.decode()
    assert '<th scope="col">y</th>' in inner.content.decode()


def test_pictures_are_called_pictures_and_have_no_settings_of_a_csv(owner_client, upload):
    digits = Path(__file__).resolve().parents[3] / "samples" / "digits8x8" / "digits8x8.zip"
    upload(digits.read_bytes(), name="digits.zip")

    shown = page(owner_client, read_next())

    assert "<p>Pictures in a zip archive</p>" in shown
    assert 'name="encoding"' not in shown and "header in line" not in shown
