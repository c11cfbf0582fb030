"""Stopped or killed at any step and resumed: the same weights and metrics, bit for bit."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.training.made import (
    BRANCHED,
    CONVOLVED,
    NORMALISED,
    PLAIN,
    READ,
    assert_same,
    encoded_for,
    only,
    pictures_for,
    recipe_for,
    run,
    tensors_of,
    texts_for,
    wish_at,
)  # fmt: skip
from training import checkpoint, pace, snapshot
from training.errors import RecipeError
from training.events import EpochEnded, Finished, Note, Resumed, Scalars, Started, surviving

OPTIMIZERS = {
    "Adam": {"name": "Adam", "lr": 0.01},
    "SGD with momentum": {"name": "SGD", "lr": 0.05, "momentum": 0.9},
}
CHANGED = {"flip": "both", "shift": 0.1, "rotate": 20.0, "noise": 0.05, "mixup": 0.4}
# What each network's plan is, and settings that have a state or draw at random.
KILLED = {
    "by hand": (
        "by hand", [*PLAIN, {"id": "drop", "layer": "Dropout"}], encoded_for,
        {"schedule": {"name": "ReduceOnPlateau", "patience": 0, "threshold": 0.2, "gamma": 0.5},
         "augment": {"noise": 0.1}, "clip_norm": 0.5},
    ),
    "pool first": (
        "pool first, channels last", CONVOLVED, pictures_for,
        {"augment": CHANGED, "batch_size": 8, "accumulation": 2, "schedule": {"name": "OneCycle"}},
    ),
    "recurrent": (
        "eager", READ, texts_for,
        {"sampling": "balanced", "schedule": {"name": "CosineRestarts", "first": 2}},
    ),
}  # fmt: skip


class Kill(BaseException):
    """Ends a run as if its process had been killed: nothing is caught, flushed or saved."""


def killed_at(step):
    asked = iter(range(10**9))

    def control():
        if next(asked) == step:
            raise Kill
        return ""

    return control


@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS)
@pytest.mark.parametrize(("plan", "nodes", "made", "more"), KILLED.values(), ids=KILLED)
def test_killed_at_ten_steps_and_resumed_nothing_differs(
    tmp_path, monkeypatch, plan, nodes, made, more, optimizer
):
    monkeypatch.setattr(pace.SavingBudget, "is_due", lambda self, now: True)
    monkeypatch.setattr(pace, "flush_interval", lambda age: 0.0)
    monkeypatch.setattr(checkpoint.os, "fsync", lambda handle: None)  # the disk's speed is not the matter
    recipe = recipe_for("multiclass", nodes, epochs=4, optimizer=optimizer, **more)
    encoded = made("multiclass")
    whole = run(recipe, encoded, tmp_path / "whole")
    assert whole[0].plan == plan

    for step in random.sample(range(1, 16), 10):
        folder = tmp_path / f"killed at {step}"
        with pytest.raises(Kill):
            run(recipe, encoded, folder, control=killed_at(step))
        after = run(recipe, encoded, folder, resume=True)

        assert after[0].from_step == step
        assert epochs_of(after) == epochs_of(whole)[-len(epochs_of(after)) :]
        for which in ("last", "best"):
            assert_same(tensors_of(folder, which), tensors_of(tmp_path / "whole", which))


def epochs_of(told):
    return [(each.epoch, each.metrics, each.best_epoch, each.is_best) for each in only(told, EpochEnded)]


@pytest.mark.parametrize("nodes", [NORMALISED, BRANCHED], ids=["normalised", "branched"])
def test_paused_at_any_step_and_resumed_nothing_differs(tmp_path, nodes):
    optimizer = {"name": "NAdam", "lr": 0.01}
    recipe = recipe_for("multiclass", nodes, epochs=4, optimizer=optimizer, schedule={"name": "Cosine"})
    encoded = encoded_for("multiclass")
    whole = run(recipe, encoded, tmp_path / "whole")

    for step in random.sample(range(16), 4):
        folder = tmp_path / f"paused at {step}"
        before = run(recipe, encoded, folder, control=wish_at(step, "pause"))
        after = run(recipe, encoded, folder, resume=True)

        assert isinstance(after[0], Resumed) and after[0].from_step == step
        assert epochs_of(before) + epochs_of(after) == epochs_of(whole)
        for which in ("last", "best"):
            assert_same(tensors_of(folder, which), tensors_of(tmp_path / "whole", which))


def test_paused_over_and_over_nothing_differs(tmp_path):
    recipe, encoded = recipe_for("binary", NORMALISED), encoded_for("binary")
    run(recipe, encoded, tmp_path / "whole")

    run(recipe, encoded, tmp_path / "often", control=wish_at(1, "pause"))
    for _ in range(10):
        run(recipe, encoded, tmp_path / "often", control=wish_at(1, "pause"), resume=True)
    run(recipe, encoded, tmp_path / "often", resume=True)

    assert_same(tensors_of(tmp_path / "often"), tensors_of(tmp_path / "whole"))


def test_early_stopping_counts_on_after_a_resume(tmp_path):
    encoded = encoded_for("regression")
    encoded.arrays["target"][encoded.parts == 1] *= -1
    recipe = recipe_for(
        "regression", epochs=200, stopping={"patience": 5}, optimizer={"name": "Adam", "lr": 0.05}
    )
    whole = run(recipe, encoded, tmp_path / "whole")

    run(recipe, encoded, tmp_path / "paused", control=wish_at(whole[-1].step - 6, "pause"))
    after = run(recipe, encoded, tmp_path / "paused", resume=True)

    assert (after[-1].epoch, after[-1].best_epoch, after[-1].reason) == (
        whole[-1].epoch, whole[-1].best_epoch, whole[-1].reason,
    )  # fmt: skip


def test_the_history_has_each_step_once_after_a_resume(tmp_path):
    recipe, encoded = recipe_for("binary", epochs=6), encoded_for("binary")
    before = run(recipe, encoded, tmp_path, control=wish_at(13, "pause"))
    after = run(recipe, encoded, tmp_path, resume=True)

    kept = surviving([each.as_dict() for each in before + after if hasattr(each, "kind")])

    assert sum(each["steps"] for each in kept if each["kind"] == "scalars") == 24
    assert [each["epoch"] for each in kept if each["kind"] == "epoch"] == [1, 2, 3, 4, 5, 6]


def test_a_finished_run_that_is_resumed_just_finishes_again(tmp_path):
    recipe, encoded = recipe_for("binary"), encoded_for("binary")
    whole = run(recipe, encoded, tmp_path)

    again = run(recipe, encoded, tmp_path, resume=True)

    assert not only(again, Scalars)
    assert (again[-1].metrics, again[-1].best_epoch) == (whole[-1].metrics, whole[-1].best_epoch)


def test_without_a_checkpoint_a_resume_starts_again_and_says_so(tmp_path):
    told = run(recipe_for("binary"), encoded_for("binary"), tmp_path, resume=True)

    assert told[0].from_step == 0
    assert told[0].reason == "No checkpoint had been saved yet, so training starts again from the beginning."
    assert isinstance(told[-1], Finished)


def test_a_resume_uses_the_threads_of_the_first_attempt(tmp_path):
    encoded = encoded_for("binary")
    run(recipe_for("binary", threads=2), encoded, tmp_path, control=wish_at(3, "pause"))

    told = run(recipe_for("binary", threads=1), encoded, tmp_path, resume=True)

    assert only(told, Started)[0].threads == 2


@pytest.mark.parametrize("change", [{"batch_size": 8}, {"seed": 1}, {"optimizer": {"name": "SGD"}}])
def test_the_checkpoint_of_another_recipe_is_refused(tmp_path, change):
    encoded = encoded_for("binary")
    run(recipe_for("binary"), encoded, tmp_path, control=wish_at(3, "pause"))

    with pytest.raises(RecipeError, match=r"^The checkpoint in this folder belongs to another recipe"):
        run(recipe_for("binary", **change), encoded, tmp_path, resume=True)


def test_a_checkpoint_without_what_later_versions_added_is_gone_on_from(tmp_path):
    recipe, encoded = recipe_for("binary"), encoded_for("binary")
    run(recipe, encoded, tmp_path / "whole")
    run(recipe, encoded, tmp_path / "old", control=wish_at(5, "pause"))
    kept, _ = checkpoint.load(tmp_path / "old", "last")
    for name in ("scaler", "plateau"):
        del kept.meta[name]
    for name in ("deterministic", "rows_at_once"):
        del kept.meta["resolved"][name]
    kept.meta["recipe"] = snapshot._first_fingerprint(recipe)
    checkpoint.save(tmp_path / "old", "last", kept)

    told = run(recipe, encoded, tmp_path / "old", resume=True)

    assert isinstance(told[-1], Finished)
    assert_same(tensors_of(tmp_path / "old"), tensors_of(tmp_path / "whole"))


# Of the same recipe, by the code of the first version.
FIRST = "ed30e59cd29ce8ad8bb0913b399aa589abddbba591bedcf1b1488bd77d1db6ab"


def test_the_first_fingerprint_is_the_one_that_the_first_version_wrote():
    first = recipe_for("binary", batch_size=8, seed=3)
    changed = recipe_for("binary", batch_size=8, seed=3, clip_norm=1.0)

    assert snapshot._first_fingerprint(first) == FIRST
    assert snapshot._first_fingerprint(changed) != FIRST


def test_the_checkpoint_of_another_network_is_refused(tmp_path):
    encoded = encoded_for("binary")
    run(recipe_for("binary"), encoded, tmp_path, control=wish_at(3, "pause"))

    with pytest.raises(RecipeError, match=r"^The checkpoint in this folder belongs to another recipe"):
        run(recipe_for("binary", NORMALISED), encoded, tmp_path, resume=True)


def test_a_resumed_run_may_go_on_for_longer(tmp_path):
    encoded = encoded_for("binary")
    run(recipe_for("binary", epochs=2), encoded, tmp_path / "more")
    told = run(recipe_for("binary", epochs=5), encoded, tmp_path / "more", resume=True)
    run(recipe_for("binary", epochs=5), encoded, tmp_path / "whole")

    assert told[-1].epoch == 5
    assert_same(tensors_of(tmp_path / "more"), tensors_of(tmp_path / "whole"))


KILLING = """
import os, signal, sys
from pathlib import Path
from tests.training.made import NORMALISED, encoded_for, recipe_for
from training import pace
from training.fit import fit

pace.SavingBudget.is_due = lambda self, now: True
pace.flush_interval = lambda age: 0.0
left = int(sys.argv[2])

def control():
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return ""

recipe = recipe_for("multiclass", NORMALISED, epochs=4)
for told in fit(recipe, encoded_for("multiclass"), Path(sys.argv[1]), control=control):
    pass
"""


def test_a_process_killed_at_a_random_step_and_resumed_nothing_differs(tmp_path):
    recipe, encoded = recipe_for("multiclass", NORMALISED, epochs=4), encoded_for("multiclass")
    run(recipe, encoded, tmp_path / "whole")

    step, folder = random.randrange(1, 16), tmp_path / "killed"
    done = subprocess.run([sys.executable, "-c", KILLING, folder, str(step)], cwd=Path(__file__).parents[3])
    assert done.returncode == -signal.SIGKILL
    after = run(recipe, encoded, folder, resume=True)

    assert after[0].from_step == step
    assert_same(tensors_of(folder), tensors_of(tmp_path / "whole"))


def test_a_checkpoint_never_parts_a_block_of_scalars(tmp_path, monkeypatch):
    monkeypatch.setattr(pace.SavingBudget, "is_due", lambda self, now: True)
    monkeypatch.setattr(pace, "flush_interval", lambda age: 0.0)
    told = run(recipe_for("binary"), encoded_for("binary"), tmp_path)

    ends = {each.step for each in only(told, Scalars)}
    assert {each.step for each in told if getattr(each, "kind", "") == "checkpoint"} <= ends
    assert not only(told, Note)
