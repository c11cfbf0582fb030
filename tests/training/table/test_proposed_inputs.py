"""What is proposed for texts, several labels and pixel columns."""

from __future__ import annotations

import csv

import pytest

from training.encode import encode_table
from training.recipe import Data
from training.table import ingest


def proposed(tmp_path, **columns):
    source = tmp_path / "made.csv"
    with source.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
    info = ingest(source, tmp_path / "out", file_name="made.csv")
    return info, info["proposal"]


def test_several_labels_in_a_cell_are_a_multi_label_target(tmp_path):
    tags = ["red;small", "blue", "red;blue", "small"] * 20
    _, proposal = proposed(tmp_path, x=range(80), tags=tags)

    assert (proposal["target"], proposal["task"]) == ("tags", "multilabel")


@pytest.mark.parametrize(("columns", "most", "picture"), [
    (784, 255, {"pixels": True, "size": 28, "channels": 1}),
    (64, 16, {"pixels": True, "size": 8, "channels": 1}),
    (192, 255, {"pixels": True, "size": 8, "channels": 3}),
])  # fmt: skip
def test_columns_that_fill_a_picture_are_its_pixels(tmp_path, columns, most, picture):
    pixels = {
        f"p{at}": [(row * 7 + at) % (most + 1) if at else 0 for row in range(40)] for at in range(columns)
    }
    info, proposal = proposed(tmp_path, label=["a", "b"] * 20, **pixels)

    assert proposal["encode"] == {"picture": picture}
    one = encode_table(tmp_path / "out" / "table.parquet", Data.model_validate(proposal), info)
    side, channels = picture["size"], picture["channels"]
    assert one.arrays["picture"].shape == (40, channels, side, side)
    assert one.arrays["picture"].max() >= 250


@pytest.mark.parametrize("most", [256, -1])
def test_numbers_outside_0_to_255_are_no_pixels(tmp_path, most):
    pixels = {f"p{at}": [most, *range(39)] for at in range(64)}

    assert "encode" not in proposed(tmp_path, label=["a", "b"] * 20, **pixels)[1]


def test_sentences_are_a_feature_and_names_are_not(tmp_path):
    notes = [f"the parcel number {row} came late" for row in range(60)]
    names = [f"Ann{row} Smith{row}" for row in range(60)]
    _, proposal = proposed(tmp_path, note=notes, name=names, kind=["a", "b"] * 30)

    assert (proposal["roles"]["note"], proposal["roles"]["name"]) == ("feature", "ignored")
