"""A table too large for memory: the same arrays, written piece by piece and memory-mapped."""

from __future__ import annotations

import json

import numpy as np
import pytest

from training.encode import Encoded, encode_table, pieces
from training.recipe import Data

ROWS = 2_500


def table_of(made):
    return made(
        types={"note": "text"},
        x=[row % 97 if row % 13 else "" for row in range(ROWS)],
        city=["Rome", "", "Oslo", "Lima", "Bonn"] * (ROWS // 5),
        note=[f"call number {row % 40}" for row in range(ROWS)],
        y=[row * 1.5 if row % 9 else "" for row in range(ROWS)],
    )


@pytest.mark.parametrize("task", ["regression", "forecast"])
def test_arrays_of_pieces_are_the_arrays_of_the_whole(made, tmp_path, monkeypatch, task):
    read = table_of(made)
    roles = {"x": "feature", "city": "feature", "note": "feature", "y": "target"}
    steps = [{"do": "clip", "column": "x", "low": 0.05, "high": 0.95}] if task == "regression" else []
    data = Data.model_validate({"task": task, "target": "y", "roles": roles, "steps": steps,
                                "series": {"window": 5}})  # fmt: skip
    whole = encode_table(read.table, data, read.info)
    monkeypatch.setattr(pieces, "MOST_IN_MEMORY", 0)
    monkeypatch.setattr(pieces, "_AT_ONCE", 1)

    one = encode_table(read.table, data, read.info, folder=tmp_path / "arrays")
    one.save(tmp_path / "arrays")
    loaded = Encoded.load(tmp_path / "arrays")

    assert json.dumps(one.state) == json.dumps(whole.state)
    assert list(loaded.arrays) == list(one.arrays) and set(whole.arrays) == set(loaded.arrays)
    for name, array in whole.arrays.items():
        assert np.array_equal(array, loaded.arrays[name]), name
    inputs = [array for name, array in one.arrays.items() if name in ("numbers", "series")]
    assert all(isinstance(array, np.memmap) for array in inputs)
