"""A checkpoint that was announced can be read, whatever happens to the process, the file or the disk."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from tests.training.made import assert_same, encoded_for, only, recipe_for, run, tensors_of, wish_at
from training import checkpoint
from training.checkpoint import Checkpoint, load, save
from training.errors import EngineError
from training.events import Note, Resumed
from training.pace import SavingBudget


def numbered(step: int) -> Checkpoint:
    return Checkpoint({"step": step, "epoch": step}, {"weight": torch.full((50,), float(step))})


def newest(folder: Path) -> Path:
    return folder / json.loads((folder / "last.json").read_text())["body"]["tensors"]


def test_what_is_saved_is_what_is_loaded(tmp_path):
    tensors = {
        "float": torch.randn(3, 4), "count": torch.tensor(7), "bytes": torch.arange(5, dtype=torch.uint8),
    }  # fmt: skip
    saved = save(tmp_path, "last", Checkpoint({"step": 3, "epoch": 1, "best": {"value": 0.1 + 0.2}}, tensors))

    found, notes = load(tmp_path, "last")

    assert not notes and found.meta["best"]["value"] == 0.1 + 0.2
    assert_same(found.tensors, tensors)
    assert saved.path == "last-000000000003.safetensors" and saved.bytes > 0


def test_nothing_saved_is_nothing_loaded(tmp_path):
    assert load(tmp_path / "nowhere", "last") == (None, [])


def test_only_the_newest_and_the_one_before_stay_on_disk(tmp_path):
    for step in range(6):
        save(tmp_path, "last", numbered(step))

    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "last-000000000004.safetensors", "last-000000000005.safetensors", "last.json", "last.previous.json",
    ]  # fmt: skip


@pytest.mark.parametrize("share", range(0, 100, 7))
def test_a_cut_off_file_falls_back_to_the_one_before(tmp_path, share):
    save(tmp_path, "last", numbered(1))
    save(tmp_path, "last", numbered(2))
    content = newest(tmp_path).read_bytes()
    newest(tmp_path).write_bytes(content[: len(content) * share // 100])

    found, notes = load(tmp_path, "last")

    assert found.meta["step"] == 1
    assert notes == ["The newest of the checkpoints “last” is damaged and was passed over."]


@pytest.mark.parametrize("name", ["tensors", "json"])
@pytest.mark.parametrize("share", range(0, 100, 9))
def test_a_flipped_byte_falls_back_to_the_one_before(tmp_path, share, name):
    save(tmp_path, "last", numbered(1))
    save(tmp_path, "last", numbered(2))
    path = newest(tmp_path) if name == "tensors" else tmp_path / "last.json"
    content = bytearray(path.read_bytes())
    content[len(content) * share // 100] ^= 0x01
    path.write_bytes(content)

    found, notes = load(tmp_path, "last")

    assert found.meta["step"] == 1 and len(notes) == 1


def test_a_file_name_cannot_lead_out_of_the_folder(tmp_path):
    save(tmp_path / "run", "last", numbered(1))
    body = json.loads((tmp_path / "run" / "last.json").read_text())["body"]
    newest(tmp_path / "run").rename(tmp_path / "outside.safetensors")
    body["tensors"] = "../outside.safetensors"
    text = {"checksum": checkpoint._digest(checkpoint._canonical(body)), "body": body}
    (tmp_path / "run" / "last.json").write_text(json.dumps(text))

    assert load(tmp_path / "run", "last")[0] is None


WRITER = """
import os, sys
from pathlib import Path
import torch
from training.checkpoint import Checkpoint, save

def numbered(step):
    return Checkpoint({"step": step, "epoch": step}, {"weight": torch.full((50,), float(step))})

save(Path(sys.argv[1]), "last", numbered(1))
os.environ["STRATA_FAILPOINT"] = sys.argv[2]
save(Path(sys.argv[1]), "last", numbered(2))
"""


@pytest.mark.parametrize(
    ("failpoint", "step"),
    [("after_tensors", 1), ("before_rename", 1), ("after_previous", 1), ("after_json", 2)],
)
def test_killed_while_writing_a_whole_checkpoint_is_left(tmp_path, failpoint, step):
    done = subprocess.run([sys.executable, "-c", WRITER, tmp_path, failpoint], cwd=Path(__file__).parents[3])
    assert done.returncode == -signal.SIGKILL

    assert load(tmp_path, "last")[0].meta["step"] == step

    save(tmp_path, "last", numbered(3))
    assert load(tmp_path, "last")[0].meta["step"] == 3
    assert not list(tmp_path.glob("*.writing"))


@pytest.mark.parametrize("broken", ["fsync", "replace"])
def test_a_full_disk_is_told_and_costs_nothing_that_was_saved(tmp_path, monkeypatch, broken):
    save(tmp_path, "last", numbered(1))

    def full(*arguments, **named):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os if broken == "fsync" else Path, broken, full)
        with pytest.raises(EngineError, match=r"full: a checkpoint needs \d+ bytes, .* free\.") as caught:
            save(tmp_path, "last", numbered(2))
    assert caught.value.where == "disk"

    assert load(tmp_path, "last")[0].meta["step"] == 1
    assert not list(tmp_path.glob("*.writing"))


def test_a_resume_from_a_damaged_checkpoint_goes_on_from_the_one_before_and_says_so(tmp_path):
    recipe, encoded = recipe_for("binary", epochs=4), encoded_for("binary")
    run(recipe, encoded, tmp_path / "whole")
    run(recipe, encoded, tmp_path / "run", control=wish_at(3, "pause"))
    run(recipe, encoded, tmp_path / "run", control=wish_at(4, "pause"), resume=True)
    newest(tmp_path / "run").write_bytes(b"nonsense")

    told = run(recipe, encoded, tmp_path / "run", resume=True)

    assert only(told, Resumed)[0].from_step == 3
    assert only(told, Note)[0].text == "The newest of the checkpoints “last” is damaged and was passed over."
    assert_same(tensors_of(tmp_path / "run"), tensors_of(tmp_path / "whole"))


def test_with_both_damaged_training_starts_again(tmp_path):
    recipe, encoded = recipe_for("binary", epochs=4), encoded_for("binary")
    run(recipe, encoded, tmp_path, control=wish_at(3, "pause"))
    for path in tmp_path.glob("last-*"):
        path.write_bytes(b"")

    told = run(recipe, encoded, tmp_path, resume=True)

    assert (
        told[0].reason == "No checkpoint can be read any more, so training starts again from the beginning."
    )
    assert told[-1].epoch == 4


def test_writing_keeps_to_its_share_of_the_time_and_is_never_later_than_30_seconds():
    budget = SavingBudget()

    assert not budget.is_due(0.5)
    assert budget.is_due(1.0)
    budget.paid(0.1, 1.1)
    assert not budget.is_due(9.0)
    assert budget.is_due(10.0)
    budget.paid(0.5, 10.5)
    assert budget.is_due(40.5) and not budget.is_due(30.0)


def test_where_one_write_is_expensive_the_interval_grows_and_that_is_told_once():
    budget = SavingBudget()

    budget.paid(3.0, 60.0)

    assert budget.interval == pytest.approx(150.0)
    assert budget.just_stretched() and not budget.just_stretched()
