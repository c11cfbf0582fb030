"""Modules that learn from data look at training rows once; what they learn is saved with the weights."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from tests.training.made import (
    CONVOLVED,
    encoded_for,
    only,
    pictures_for,
    recipe_for,
    run,
    tensors_of,
    wish_at,
)
from training import first_look
from training.events import EpochEnded
from training.modules.embeddings import PiecewiseLinearEmbedding
from training.modules.pictures import Pixels

BINNED = [
    {"id": "bins", "layer": "PiecewiseLinearEmbedding", "inputs": ["numbers"], "bins": 4},
    {"id": "hidden", "layer": "Linear", "units": 6},
]


def test_pixels_are_standardised_by_what_training_pictures_are(tmp_path):
    encoded = pictures_for("multiclass")

    run(recipe_for("multiclass", CONVOLVED, epochs=1), encoded, tmp_path)

    seen = encoded.arrays["picture"][encoded.parts == 0].astype(np.float64)
    best = tensors_of(tmp_path, "best")
    assert best["pixels.mean"].item() == pytest.approx(seen.mean(), rel=1e-5)
    assert best["pixels.scale"].item() == pytest.approx(seen.std(), rel=1e-5)


def test_bins_are_shares_of_the_training_rows(tmp_path):
    encoded = encoded_for("multiclass")
    encoded.arrays["numbers"][encoded.parts != 0] += 1_000

    run(recipe_for("multiclass", BINNED, epochs=1), encoded, tmp_path)

    left = tensors_of(tmp_path, "best")["bins.left"].numpy()
    seen = encoded.arrays["numbers"][encoded.parts == 0]
    assert np.allclose(left, np.quantile(seen, [0, 0.25, 0.5, 0.75], axis=0, method="nearest").T, atol=0.3)


def test_they_look_once_and_a_resume_keeps_what_they_learned(tmp_path, monkeypatch):
    looked = []
    for module in (Pixels, PiecewiseLinearEmbedding):
        prepare = module.prepare
        monkeypatch.setattr(
            module, "prepare", lambda self, x, prepare=prepare: looked.append(len(x)) or prepare(self, x)
        )
    encoded, recipe = encoded_for("multiclass"), recipe_for("multiclass", BINNED)
    whole = run(recipe, encoded, tmp_path / "whole")
    run(recipe, encoded, tmp_path / "paused", control=wish_at(5, "pause"))
    told = run(recipe, encoded, tmp_path / "paused", resume=True)

    assert looked == [60, 60]
    assert only(told, EpochEnded)[-1].metrics == only(whole, EpochEnded)[-1].metrics


def test_few_rows_are_looked_at_where_rows_are_large(tmp_path, monkeypatch):
    looked = []
    monkeypatch.setattr(Pixels, "prepare", lambda self, x: looked.append(len(x)))
    monkeypatch.setattr(first_look, "_MOST_BYTES", 64 * 7)

    run(recipe_for("multiclass", CONVOLVED, epochs=1), pictures_for("multiclass"), tmp_path)

    assert looked == [7]


def test_looking_draws_nothing_and_ends_before_the_rest_of_the_network(tmp_path, monkeypatch):
    calls = []
    forward = torch.nn.Conv2d.forward
    monkeypatch.setattr(
        torch.nn.Conv2d, "forward", lambda self, x: calls.append(self.training) or forward(self, x)
    )

    run(
        recipe_for("multiclass", CONVOLVED),
        pictures_for("multiclass"),
        tmp_path,
        control=wish_at(0, "discard"),
    )

    assert not calls
