"""Packed files: one table comes out, bounded; what is odd about an archive is refused in words."""

from __future__ import annotations

import gzip
import io
import stat
import struct
import tracemalloc
import zipfile

import polars as pl
import pytest

from tests.training.table.files import CSV, read, refusal, workbook, zipped
from training.table import ingest


@pytest.mark.parametrize(
    ("content", "packed", "member"),
    [
        pytest.param(gzip.compress(CSV), "gzip", None, id="gzip"),
        pytest.param(gzip.compress(CSV[:100]) + gzip.compress(CSV[100:]), "gzip", None, id="gzip in parts"),
        pytest.param(zipped(("table.csv", CSV)), "zip", "table.csv", id="zip"),
        pytest.param(zipped(("notes/", b""), ("a/b/table.csv", CSV)), "zip", "a/b/table.csv", id="folders"),
        pytest.param(
            zipped(("t.csv", CSV), ("__MACOSX/._t.csv", b"\0"), ("README.md", b"x")),
            "zip",
            "t.csv",
            id="clutter",
        ),
        pytest.param(zipped(("data", CSV)), "zip", "data", id="no ending"),
    ],
)
def test_the_one_table_of_an_archive_is_read(content, packed, member, tmp_path):
    info, table = read(content, tmp_path)

    assert table.shape == (60, 3)
    assert (info["reading"]["packed"], info["reading"]["member"]) == (packed, member)


def test_a_workbook_within_a_zip_is_read_too(tmp_path):
    info, table = read(zipped(("w.xlsx", workbook(S=[["a"], [1], [2]]))), tmp_path)

    assert (info["reading"]["format"], table.shape) == ("excel", (2, 1))


def test_which_of_several_tables_is_read_can_be_chosen(tmp_path):
    content = zipped(("train.csv", CSV), ("test.csv", b"x,y\n1,2\n"))

    told = refusal(content, tmp_path)
    info, _ = read(content, tmp_path, reading={"member": "train.csv"})

    assert told.message == "The zip archive holds 2 tables: “train.csv”, “test.csv”."
    assert told.where == "reading.member"
    assert (info["rows"], info["reading"]["choices"]) == (60, {"member": ["train.csv", "test.csv"]})


def linked() -> bytes:
    entry = zipfile.ZipInfo("table.csv")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(entry, "/etc/passwd")
    return out.getvalue()


def locked() -> bytes:
    """An archive whose entry says that it is encrypted, in both places."""
    content = bytearray(zipped(("table.csv", CSV)))
    content[6] |= 1
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def understated() -> bytes:
    """An archive whose entry says that it is smaller than what it unpacks to."""
    content = bytearray(zipped(("table.csv", CSV * 50)))
    for place in (22, content.rindex(b"PK\x01\x02") + 24):
        content[place : place + 4] = struct.pack("<I", 100)
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(
            gzip.compress(bytes(90_000_000)),
            "The archive unpacks to more than 300 times its size, as only malicious ones do.",
            id="gzip bomb",
        ),
        pytest.param(
            zipped(("a.csv", bytes(90_000_000))),
            "The archive unpacks to more than 300 times its size, as only malicious ones do.",
            id="zip bomb",
        ),
        pytest.param(gzip.compress(CSV * 100)[:-200], "The archive is damaged or cut off.", id="cut gzip"),
        pytest.param(zipped(("a.csv", CSV))[:-30], "The archive is damaged or cut off.", id="cut zip"),
        pytest.param(understated(), "The archive is damaged or cut off.", id="a size that is wrong"),
        pytest.param(
            gzip.compress(CSV)[:-8] + bytes(8), "The archive is damaged or cut off.", id="checksum of gzip"
        ),
        pytest.param(
            zipped(("../../etc/cron.d/x.csv", CSV)),
            "The zip archive has an entry with a path that leads out of it: “../../etc/cron.d/x.csv”.",
            id="path upwards",
        ),
        pytest.param(
            zipped(("/etc/x.csv", CSV)),
            "The zip archive has an entry with a path that leads out of it: “/etc/x.csv”.",
            id="path from the root",
        ),
        pytest.param(
            zipped(("C:\\x.csv", CSV)),
            "The zip archive has an entry with a path that leads out of it: “C:\\x.csv”.",
            id="path with a drive",
        ),
        pytest.param(linked(), "The zip archive has a symbolic link in it: “table.csv”.", id="link"),
        pytest.param(
            locked(), "The zip archive is protected by a password: “table.csv” cannot be read.", id="password"
        ),
        pytest.param(zipped(), "The zip archive holds no table.", id="empty zip"),
        pytest.param(
            zipped(("a.md", b"x"), ("b.md", b"y")), "The zip archive holds no table.", id="no table"
        ),
        pytest.param(
            zipped(("inner.csv", zipped(("a.csv", CSV)))),
            "This is a zip archive within an archive, not a CSV file.",
            id="zip in zip",
        ),
        pytest.param(
            gzip.compress(gzip.compress(CSV)),
            "This is a gzip archive within an archive, not a CSV file.",
            id="gzip in gzip",
        ),
        pytest.param(gzip.compress(b""), "The file is empty.", id="nothing in gzip"),
        pytest.param(
            gzip.compress(b"\x89PNG\r\n\x1a\n" + bytes(range(256))),
            "This is a PNG picture, not a CSV file.",
            id="picture in gzip",
        ),
    ],
)
def test_an_archive_that_is_no_packed_table_is_refused_and_leaves_nothing(content, message, tmp_path):
    assert refusal(content, tmp_path).message == message


def test_what_comes_out_of_an_archive_is_bounded(tmp_path):
    told = refusal(gzip.compress(CSV * 100), tmp_path, limit_bytes=10_000)

    assert told.message == "Unpacked, the file has more than the 10 kB that a table may have."


# Large and odd text files, made here rather than kept.


def test_200_000_columns_are_refused(tmp_path):
    names = b",".join(b"c%d" % at for at in range(200_000))
    told = refusal(names + b"\n" + b"1," * 199_999 + b"1\n", tmp_path)

    assert told.message in (
        "The file has 200,000 columns; Strata reads up to 10,000.",
        "The first line is longer than 250,000 characters.",
    )


@pytest.mark.parametrize("before", [b"", b"a,b\n1,2\n"], ids=["first line", "later line"])
def test_a_line_of_500_mb_is_refused_without_being_held_in_memory(before, tmp_path):
    source = tmp_path / "long.csv"
    with source.open("wb") as file:
        file.write(before + b"x" * 2_000_000)
        file.truncate(500_000_000)  # the rest is a hole: no bytes on the disk
    tracemalloc.start()

    with pytest.raises(Exception, match="longer than") as caught:
        ingest(source, tmp_path / "out", file_name="long.csv")

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert type(caught.value).__name__ == "DataError"
    assert peak < 60_000_000


def test_cells_that_begin_like_formulas_are_kept_as_they_stand(tmp_path):
    cells = ["=1+1", "+49 30", "@home", "-x", '=HYPERLINK("http://x")']
    rows = "".join('"' + cells[row % 5].replace('"', '""') + f'",{row}\n' for row in range(50))

    _, table = read(("note,x\n" + rows).encode(), tmp_path)

    assert table["note"][:5].to_list() == cells
    assert table.schema["x"] == pl.Int64
