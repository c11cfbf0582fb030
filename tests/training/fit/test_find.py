"""The searches for a learning rate and a batch size: quick, sensible and without a trace."""

from __future__ import annotations

import math

import pytest
import torch

from tests.training.made import CONVOLVED, NORMALISED, PLAIN, encoded_for, pictures_for, recipe_for, run
from training import find
from training.errors import DataError
from training.find import find_batch_size, find_lr, suggested
from training.stepping import Stepper


@pytest.mark.parametrize("optimizer", ["Adam", "SGD"])
@pytest.mark.parametrize(("nodes", "made"), [(PLAIN, encoded_for), (CONVOLVED, pictures_for)])
def test_a_found_rate_trains_better_than_ones_far_below_and_above(tmp_path, nodes, made, optimizer):
    encoded = made("multiclass", 600)
    found = find_lr(recipe_for("multiclass", nodes, optimizer={"name": optimizer}), encoded)

    rate = found["suggested"]
    assert found["lr"] == sorted(found["lr"]) and len(found["lr"]) == len(found["loss"]) >= 40
    assert all(math.isfinite(loss) for loss in found["loss"])
    assert found["lr"][0] == 1e-6 and 1e-4 <= rate <= 3

    losses = {
        each: run(
            recipe_for("multiclass", nodes, epochs=3, optimizer={"name": optimizer, "lr": each}),
            encoded, tmp_path / str(each),
        )[-1].metrics["validation"]["loss"]
        for each in (rate / 100, rate)
    }  # fmt: skip
    assert losses[rate] < losses[rate / 100]


def test_the_search_leaves_no_trace_and_repeats(tmp_path):
    encoded, recipe = encoded_for("multiclass"), recipe_for("multiclass", NORMALISED)
    torch.manual_seed(3)
    before = torch.get_rng_state(), torch.get_num_threads()

    one, two = (find_lr(recipe, encoded, seconds=60) for _ in range(2))

    assert torch.equal(torch.get_rng_state(), before[0]) and torch.get_num_threads() == before[1]
    assert one == two


def test_slow_steps_are_fewer_and_the_sweep_still_spans_all_rates(monkeypatch):
    encoded, recipe = encoded_for("multiclass"), recipe_for("multiclass")

    found = find_lr(recipe, encoded, seconds=0.0)

    assert len(found["lr"]) <= 40 and found["lr"][-1] > 0.1


def test_no_rate_is_suggested_where_the_loss_does_not_fall():
    rates = [10 ** (-6 + at / 10) for at in range(70)]

    assert suggested(rates, [1.0] * 70) is None
    assert suggested(rates, [1 + at / 100 for at in range(70)]) is None
    assert suggested(rates[:5], [5.0, 4.0, 3.0, 2.0, 1.0]) is None


def test_the_rate_where_the_loss_falls_fastest_is_suggested():
    rates = [10 ** (-6 + at / 10) for at in range(70)]
    losses = [2 - 1 / (1 + math.exp(-(at - 35) / 2)) for at in range(50)]
    losses += [losses[-1] + 0.3 * at for at in range(20)]

    assert suggested(rates, losses) == pytest.approx(rates[35], rel=0.3)


def test_batch_sizes_are_tried_by_twos_with_their_speed():
    found = find_batch_size(recipe_for("multiclass"), encoded_for("multiclass", 400))

    assert found["batch_size"] == [16 * 2**at for at in range(len(found["batch_size"]))]
    assert found["largest"] == found["batch_size"][-1] <= 240
    assert found["suggested"] in found["batch_size"]
    assert all(speed > 0 for speed in found["rows_per_second"])
    best = max(found["rows_per_second"])
    assert found["rows_per_second"][found["batch_size"].index(found["suggested"])] >= 0.9 * best


def test_the_search_ends_where_the_device_is_full(monkeypatch):
    step = Stepper.step

    def full_above_64(self, inputs, target):
        if len(target) > 64:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return step(self, inputs, target)

    monkeypatch.setattr(Stepper, "step", full_above_64)
    monkeypatch.setattr(find, "_TRIAL_SECONDS", 0.0)

    assert find_batch_size(recipe_for("binary"), encoded_for("binary", 1_000))["largest"] <= 64


def test_the_search_ends_where_the_machine_has_no_more_memory(monkeypatch):
    encoded, recipe = encoded_for("binary", 1_000), recipe_for("binary", batch_size=4)
    monkeypatch.setattr(find, "_TRIAL_SECONDS", 0.0)
    monkeypatch.setattr(find, "machine_memory", lambda: 20_000)
    assert find_batch_size(recipe, encoded)["largest"] <= 64

    monkeypatch.setattr(find, "machine_memory", lambda: 2_000)
    with pytest.raises(DataError, match=r"^Not even a batch of 16 rows fits into the memory\."):
        find_batch_size(recipe, encoded)
