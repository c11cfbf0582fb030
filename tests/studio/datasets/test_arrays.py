"""The cache of encoded arrays: what names them, and what goes when it is full."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from studio.datasets.arrays import cache_key, evict
from training.recipe import Recipe


def filled(cache: Path, name: str, *, used_at: int) -> Path:
    folder = cache / name
    folder.mkdir()
    (folder / "numbers.npy").write_bytes(b"0" * 100)
    os.utime(folder, (used_at, used_at))
    return folder


def test_what_was_used_longest_ago_goes_first(tmp_path):
    folders = [filled(tmp_path, name, used_at=at) for at, name in enumerate("abc")]

    evict(tmp_path, 200)

    assert [folder.exists() for folder in folders] == [False, True, True]


def test_arrays_larger_than_the_cache_serve_the_run_that_made_them(tmp_path):
    folder = filled(tmp_path, "a", used_at=1)

    evict(tmp_path, 10, spare="a")

    assert folder.exists()


def test_what_goes_while_we_look_disturbs_nobody(tmp_path):
    folders = [filled(tmp_path, name, used_at=at) for at, name in enumerate("ab")]
    (folders[0] / "encoded.json.part").symlink_to(tmp_path / "gone")

    evict(tmp_path, 150)
    evict(tmp_path / "not made yet", 150)

    assert folders[1].exists()


@pytest.mark.parametrize(
    ("part", "change", "same"),
    [("data", {"split": {"seed": 1}}, False), ("fit", {"epochs": 3}, True)],
    ids=["another split", "other epochs"],
)
def test_only_what_arrays_depend_on_names_them(network, part, change, same):
    changed = {**network.draft, part: network.draft[part] | change}
    keys = {cache_key(Recipe.parse(draft), Path("tables/1.parquet")) for draft in (network.draft, changed)}

    assert (len(keys) == 1) is same
