"""What a network is said to cost beside what PyTorch really keeps."""

from __future__ import annotations

import pytest
import torch

from tests.training.made import (
    CONVOLVED,
    PLAIN,
    READ,
    encoded_for,
    only,
    pictures_for,
    recipe_for,
    run,
    texts_for,
)
from training import resolve, setup
from training.assembly import assemble, judged
from training.errors import SettingError
from training.estimate import training_bytes
from training.events import Finished
from training.optimizers import SGD

ATTENTION = [
    {"id": "words", "layer": "Embedding", "width": 8},
    {"id": "block", "layer": "TransformerEncoderLayer", "num_heads": 2, "dim_feedforward": 16},
    {"id": "pooled", "layer": "SequencePooling"},
]
COLUMNS = [
    {"id": "waves", "layer": "PeriodicEmbedding", "inputs": ["numbers"]},
    {"id": "bins", "layer": "PiecewiseLinearEmbedding", "inputs": ["numbers"]},
    {"id": "both", "layer": "Concatenate", "inputs": ["waves", "bins"]},
]
NETWORKS = {
    "numbers": (PLAIN, encoded_for),
    "columns": (COLUMNS, encoded_for),
    "pictures": (CONVOLVED, pictures_for),
    "texts, step by step": (
        [READ[0], {**READ[1], "hidden_size": 32, "bidirectional": True, "num_layers": 2}],
        texts_for,
    ),
    "texts, by attention": (ATTENTION, texts_for),
}


@pytest.mark.parametrize(("nodes", "made"), NETWORKS.values(), ids=NETWORKS)
def test_what_a_batch_keeps_is_about_what_is_foreseen(nodes, made):
    encoded, rows = made("multiclass"), 64
    parts = assemble(recipe_for("multiclass", nodes), encoded.state)
    kept: dict[int, int] = {}

    def keep(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    inputs = [torch.from_numpy(encoded.arrays[name][:rows]) for name in parts.arrays]
    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        output = parts.model.train()(*inputs)

    weights = {each.untyped_storage().data_ptr() for each in parts.model.parameters()}
    real = sum(size for place, size in kept.items() if place not in weights)
    one, two = (training_bytes(parts.checked, size, SGD()) for size in (rows, 2 * rows))
    assert output.requires_grad and 0.9 * real <= two - one <= 5 * real


def test_what_cannot_fit_is_refused_before_a_weight_is_made(monkeypatch, tmp_path):
    recipe = recipe_for("binary", [{**PLAIN[0]}, {"id": "wide", "layer": "Linear", "units": 8_192}])
    encoded = encoded_for("binary")
    needed = training_bytes(judged(recipe, encoded.state), 16, SGD())
    monkeypatch.setattr(resolve, "machine_memory", lambda: needed // 2)
    monkeypatch.setattr(setup, "assemble", lambda *_: pytest.fail("made"))

    with pytest.raises(SettingError) as caught:
        run(recipe, encoded, tmp_path)

    assert caught.value.message.startswith("Training this network needs about ")
    assert caught.value.message.endswith(" MB.") and " of memory; this machine has " in caught.value.message
    assert caught.value.where in ("network.main", "fit.batch_size")


def test_a_batch_that_cannot_fit_is_refused_and_a_smaller_one_is_trained(monkeypatch, tmp_path):
    encoded = encoded_for("binary")
    monkeypatch.setattr(resolve, "machine_memory", lambda: 12_000)

    with pytest.raises(SettingError) as caught:
        run(recipe_for("binary", batch_size=60), encoded, tmp_path)
    told = run(recipe_for("binary", batch_size=4), encoded, tmp_path)

    assert (caught.value.where, caught.value.hint) == (
        "fit.batch_size", "Lower the batch size, or use fewer layers or units.",
    )  # fmt: skip
    assert only(told, Finished)
