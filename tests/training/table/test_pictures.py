"""Zips of pictures: folders for classes, a CSV of labels, parts that folders give, and what is refused."""

from __future__ import annotations

import base64
import io
import stat
import struct
import zipfile
import zlib

import numpy as np
import polars as pl
import pytest
from PIL import Image

from training.encode import apply, columns_from_rows, encode_table
from training.errors import DataError
from training.recipe import Data
from training.table import ingest
from training.table.pictures import holds_pictures, pictures_at, thumbnail


def picture(shade, size=(6, 4), form="PNG"):
    out = io.BytesIO()
    Image.new("RGB", size, (shade, 255 - shade, 7)).save(out, form)
    return out.getvalue()


def zipped(tmp_path, entries):
    path = tmp_path / "pictures.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


def read(tmp_path, entries):
    source = zipped(tmp_path, entries)
    info = ingest(source, tmp_path / "out", file_name=source.name)
    return info, pl.read_parquet(tmp_path / "out" / "table.parquet")


FOLDERS = {
    f"photos/{name}/{place}.{form.lower()}": picture(shade + place, form=form)
    for name, shade in (("cat", 20), ("dog", 120))
    for place, form in enumerate(["PNG", "JPEG", "BMP", "GIF", "WEBP"] * 4)
}


def test_a_folder_for_each_class_is_a_table_of_pictures_and_labels(tmp_path):
    info, table = read(tmp_path, FOLDERS | {"photos/readme.txt": b"hello", "__MACOSX/cat/._1.png": b"x"})

    assert table.columns == ["label", "file", "picture"]
    assert table["label"].value_counts().sort("label").rows() == [("cat", 20), ("dog", 20)]
    assert info["columns"][-1]["type"] == "picture"
    assert info["proposal"]["target"] == "label"
    assert info["proposal"]["roles"] == {"label": "target", "file": "ignored", "picture": "feature"}
    assert table["picture"][0] == FOLDERS["photos/cat/0.png"]


def test_the_pixels_that_training_saw_are_those_of_the_files_sent_in_base64(tmp_path):
    info, table = read(tmp_path, FOLDERS)
    data = Data.model_validate(info["proposal"] | {"encode": {"picture": {"size": 8}}})
    one = encode_table(tmp_path / "out" / "table.parquet", data, info)
    assert one.arrays["picture"].shape == (40, 3, 8, 8)
    assert one.arrays["picture"].dtype == np.uint8

    sent = [{"picture": base64.b64encode(content).decode()} for content in table["picture"]]
    again = apply(one.state, columns_from_rows(one.state, sent))

    assert np.array_equal(again["picture"], one.arrays["picture"])


def test_top_folders_keep_their_split_and_what_is_not_given_is_drawn_from_train(tmp_path):
    entries = {f"train/{name}/{place}.png": picture(place) for name in "ab" for place in range(20)}
    entries |= {f"test/{name}/{place}.png": picture(place) for name in "ab" for place in range(3)}
    info, table = read(tmp_path, entries)

    counts = dict(table["split"].value_counts().rows())
    assert counts == {"train": 34, "validation": 6, "test": 6}
    assert table.filter(pl.col("split") == "test")["file"].str.starts_with("test/").all()
    assert info["proposal"]["split"] == {"method": "column", "column": "split"}
    data = Data.model_validate(info["proposal"])
    one = encode_table(tmp_path / "out" / "table.parquet", data, info)
    assert np.bincount(one.parts).tolist() == [34, 6, 6]


def test_a_csv_names_the_files_and_what_they_show(tmp_path):
    entries = {f"images/{place}.png": picture(place) for place in range(30)}
    lines = [f"{place}.png;{place * 1.5}" for place in range(30)] + ["gone.png;4"]
    info, table = read(tmp_path, entries | {"labels.csv": "name;weight\n" + "\n".join(lines)})

    assert table["weight"].to_list() == [place * 1.5 for place in range(30)]
    assert (info["problems"]["count"], info["problems"]["first"][0]["text"]) == (1, "gone.png")


def png_header(width, height):
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + head
    start = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return start + struct.pack(">I", 100) + b"IDAT"


@pytest.mark.parametrize(
    ("content", "what"),
    [
        pytest.param(png_header(50_000, 50_000), "far larger than 50 million pixels", id="far too large"),
        pytest.param(picture(1, (8_000, 7_000)), "8,000 × 7,000; at most 50 million", id="too large"),
        pytest.param(picture(1, (300, 300))[:-40], "damaged", id="truncated"),
        pytest.param(picture(1, form="TIFF"), "no picture that can be opened", id="another format"),
        pytest.param(b"<svg/>", "no picture that can be opened", id="wrong ending"),
        pytest.param(b"", "no picture that can be opened", id="empty"),
    ],
)
def test_a_picture_that_cannot_be_opened_is_left_out_and_named(tmp_path, content, what):
    info, table = read(tmp_path, FOLDERS | {"photos/dog/bad.png": content})

    assert len(table) == 40
    assert info["problems"]["count"] == 1
    assert info["problems"]["first"][0]["text"] == "photos/dog/bad.png"
    assert what in info["problems"]["first"][0]["what"]


def test_a_png_under_a_wrong_ending_is_read_as_what_it_is(tmp_path):
    assert len(read(tmp_path, FOLDERS | {"photos/dog/really.jpg": picture(9)})[1]) == 41


def link():
    entry = zipfile.ZipInfo("photos/cat/link.png")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        pytest.param("../evil.png", b"x", "a path that leads out of it", id="up"),
        pytest.param("/etc/evil.png", b"x", "a path that leads out of it", id="absolute"),
        pytest.param(link(), b"/etc/passwd", "a link to another file", id="link"),
        pytest.param("bomb.png", bytes(60_000_000), "would unpack to 60 MB", id="bomb"),
    ],
)
def test_an_unsafe_zip_is_refused_and_nothing_is_left(tmp_path, name, content, message):
    source = zipped(tmp_path, {"photos/cat/1.png": picture(1)})
    with zipfile.ZipFile(source, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content, zipfile.ZIP_DEFLATED)

    with pytest.raises(DataError, match=message):
        ingest(source, tmp_path / "out", file_name="x.zip")
    assert not list((tmp_path / "out").iterdir())


def test_pictures_without_labels_are_refused(tmp_path):
    with pytest.raises(DataError, match="nothing says what they show"):
        read(tmp_path, {"1.png": picture(1), "2.png": picture(2)})


def test_a_workbook_with_a_picture_on_its_sheet_is_no_zip_of_pictures(tmp_path):
    entries = {"[Content_Types].xml": b"<x/>", "xl/media/image1.png": picture(1)}

    assert not holds_pictures(zipped(tmp_path, entries))


def test_a_page_of_pictures_has_thumbnails(tmp_path):
    read(tmp_path, FOLDERS)

    some = pictures_at(tmp_path / "out" / "table.parquet", "picture", 38, 10)

    assert len(some) == 2
    assert Image.open(io.BytesIO(thumbnail(some[0], 32))).size == (32, 32)
