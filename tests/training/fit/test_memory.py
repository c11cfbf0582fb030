"""Memory: rows that do not fit are streamed, a full device trains fewer rows at once."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest
import torch
from torch import nn

from tests.training.made import (
    CONVOLVED,
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
)
from training import fit as engine
from training import setup
from training.batches import Rows, Sampler, StreamedRows, must_stream, rows_of
from training.encode import Encoded
from training.errors import EngineError
from training.events import EpochEnded, Finished, Note


def both(encoded, names, tmp_path) -> tuple[Rows, StreamedRows]:
    encoded.save(tmp_path / "arrays")
    mapped = Encoded.load(tmp_path / "arrays")
    prepare = torch.Tensor.long
    return (
        rows_of(encoded.arrays, encoded.parts == 0, names, "cpu", prepare),
        rows_of(mapped.arrays, mapped.parts == 0, names, "cpu", prepare, stream=True),
    )


def flat(batches):
    return [(*inputs, target) for inputs, target in batches]


def assert_same_batches(one, other):
    assert len(one) == len(other)
    for mine, theirs in zip(one, other, strict=True):
        assert all(torch.equal(a, b) and a.dtype == b.dtype for a, b in zip(mine, theirs, strict=True))


@pytest.mark.parametrize("size", [1, 16, 60, 999])
def test_streamed_rows_are_dealt_in_the_same_batches_bit_for_bit(tmp_path, monkeypatch, size):
    monkeypatch.setattr("training.batches._CHUNK", 40)
    encoded = encoded_for("multiclass", 250)
    resident, streamed = both(encoded, ("numbers", "categories"), tmp_path)

    for epoch, skip in ((1, 0), (2, 0), (2, 3)):
        dealt = [flat(Sampler(rows, size, 7).epoch(epoch, skip)) for rows in (resident, streamed)]
        assert_same_batches(*dealt)
    assert_same_batches(flat(resident.in_order(32)), flat(streamed.in_order(32)))
    assert np.array_equal(resident.truth, streamed.truth)


@pytest.mark.parametrize(
    ("nodes", "made"), [(PLAIN, encoded_for), (CONVOLVED, pictures_for), (READ, texts_for)]
)
def test_a_run_on_streamed_rows_ends_with_the_same_weights(tmp_path, monkeypatch, nodes, made):
    encoded, recipe = made("multiclass"), recipe_for("multiclass", nodes)
    encoded.save(tmp_path / "arrays")
    whole = run(recipe, encoded, tmp_path / "resident")

    monkeypatch.setattr(setup, "must_stream", lambda *_: True)
    told = run(recipe, Encoded.load(tmp_path / "arrays"), tmp_path / "streamed")

    assert told[-1].metrics == whole[-1].metrics
    assert_same(tensors_of(tmp_path / "streamed"), tensors_of(tmp_path / "resident"))


def test_large_rows_are_gathered_a_few_at_a_time(tmp_path, monkeypatch):
    encoded = pictures_for("multiclass", 200)
    resident, _ = both(encoded, ("picture",), tmp_path)
    expected = flat(Sampler(resident, 10, 7).epoch(1))
    monkeypatch.setattr("training.batches._CHUNK_BYTES", 64 * 25)
    taken = []
    monkeypatch.setattr(Rows, "take", lambda self, index: taken.append(len(index)) or take(self, index))

    assert_same_batches(flat(Sampler(resident, 10, 7).epoch(1)), expected)
    assert set(taken) == {20}


take = Rows.take


def test_what_fits_stays_and_what_does_not_is_streamed(monkeypatch):
    encoded = encoded_for("multiclass", 1_000)
    size = sum(encoded.arrays[name].nbytes for name in ("numbers", "target"))

    for free, streams in ((2 * size + 10, False), (2 * size - 10, True), (None, False)):
        monkeypatch.setattr("training.batches.free_bytes", lambda device, free=free: free)
        assert must_stream(encoded.arrays, ["numbers"], "cpu") is streams


def test_balanced_sampling_draws_each_class_equally_often_and_repeats(tmp_path):
    target = np.array([0] * 950 + [1] * 45 + [2] * 5)
    encoded = encoded_for("multiclass", 1_000, parts=np.zeros(1_000))
    encoded.arrays["target"] = target
    rows, _ = both(encoded, ("numbers",), tmp_path)

    drawn = Sampler(rows, 50, 7, classes=target).order(1).numpy()

    shares = np.bincount(target[drawn]) / len(drawn)
    assert len(drawn) == 1_000 and np.abs(shares - 1 / 3).max() < 0.06
    assert np.array_equal(drawn, Sampler(rows, 50, 7, classes=target).order(1).numpy())
    assert not np.array_equal(drawn, Sampler(rows, 50, 7, classes=target).order(2).numpy())


class FullAbove(nn.Module):
    """A device that is full: raises what PyTorch raises where more rows than ``rows`` come at once."""

    def __init__(self, inner: nn.Module, rows: int) -> None:
        super().__init__()
        self.inner, self.rows = inner, rows

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.training and len(x) > self.rows:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return self.inner(x)


NUMBERS = [
    {"id": "features", "layer": "Linear", "units": 8, "inputs": ["numbers"]},
    {"id": "gelu", "layer": "GELU"},
]


def full_at(monkeypatch, rows):
    assemble = setup.assemble

    def full(*given):
        parts = assemble(*given)
        parts.model._modules["features"] = FullAbove(parts.model.features, rows)
        return parts

    monkeypatch.setattr(setup, "assemble", full)


def test_a_full_device_trains_fewer_rows_at_once_to_the_same_effect(tmp_path, monkeypatch):
    encoded, recipe = encoded_for("multiclass"), recipe_for("multiclass", NUMBERS)
    free = run(recipe, encoded, tmp_path / "free")
    full_at(monkeypatch, 5)

    told = run(recipe, encoded, tmp_path / "full")

    assert [note.text for note in only(told, Note)] == [
        f"The memory of cpu is full, so {rows} rows at once are trained; the batch size stays in effect."
        for rows in (8, 4)
    ]
    assert isinstance(told[-1], Finished) and told[-1].step == free[-1].step
    for mine, theirs in zip(only(told, EpochEnded), only(free, EpochEnded), strict=True):
        assert mine.metrics["validation"]["loss"] == pytest.approx(
            theirs.metrics["validation"]["loss"], rel=1e-4
        )


def test_what_was_found_to_fit_is_kept_for_a_resume(tmp_path, monkeypatch):
    encoded, recipe = encoded_for("multiclass"), recipe_for("multiclass", NUMBERS)
    full_at(monkeypatch, 5)
    whole = run(recipe, encoded, tmp_path / "whole")

    run(recipe, encoded, tmp_path / "paused", control=wish_at(5, "pause"))
    told = run(recipe, encoded, tmp_path / "paused", resume=True)

    assert not only(told, Note) and told[1].resolved["rows_at_once"] == 4
    assert told[-1].metrics == whole[-1].metrics


def test_a_single_row_that_does_not_fit_is_explained(tmp_path, monkeypatch):
    full_at(monkeypatch, 0)

    with pytest.raises(
        EngineError, match=r"^The memory of cpu is too small for a single row of this network\."
    ):
        run(recipe_for("multiclass", NUMBERS), encoded_for("multiclass"), tmp_path)


def test_what_a_failed_step_held_is_free_before_the_next_try(tmp_path, monkeypatch):
    """An exception that is still being handled would keep the step's tensors alive by its frames."""
    held, seen = [], []

    class Holding(FullAbove):
        def forward(self, x):
            if self.training and len(x) > self.rows:
                large = x * 2
                held.append(weakref.ref(large))
                raise torch.OutOfMemoryError("CUDA out of memory.")
            seen.extend(ref() is None for ref in held)
            return self.inner(x)

    monkeypatch.setitem(globals(), "FullAbove", Holding)
    full_at(monkeypatch, 8)

    run(recipe_for("multiclass", NUMBERS, epochs=1), encoded_for("multiclass"), tmp_path)

    assert held and seen and all(seen)


def test_a_run_leaves_nothing_in_memory(tmp_path, monkeypatch):
    loops = []
    init = engine.Loop.__init__

    def noticed(self, *given):
        init(self, *given)
        loops.append([weakref.ref(each) for each in (self, self.model, self.training, self.optimizer)])

    monkeypatch.setattr(engine.Loop, "__init__", noticed)

    run(recipe_for("multiclass"), encoded_for("multiclass"), tmp_path)
    gc.collect()

    assert loops and not any(ref() for ref in loops[0])
