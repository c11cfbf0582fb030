"""Small encoded tables, recipes and runs, made by hand, for the tests of fit and what follows it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from training import checkpoint
from training.encode import Encoded
from training.fit import fit
from training.recipe import Recipe

PLAIN = [
    {"id": "features", "layer": "Features"},
    {"id": "hidden", "layer": "Linear", "units": 8},
    {"id": "relu", "layer": "ReLU"},
]
NORMALISED = [
    {"id": "features", "layer": "Features"},
    {"id": "hidden", "layer": "Linear", "units": 8},
    {"id": "norm", "layer": "BatchNorm1d"},
    {"id": "relu", "layer": "ReLU"},
    {"id": "drop", "layer": "Dropout", "p": 0.3},
]
BRANCHED = [
    {"id": "features", "layer": "Features"},
    {"id": "left", "layer": "Linear", "units": 6},
    {"id": "right", "layer": "Linear", "units": 6, "inputs": ["features"]},
    {"id": "sum", "layer": "Add", "inputs": ["left", "right"]},
    {"id": "noise", "layer": "Dropout", "p": 0.2},
]


def recipe_for(task: str, nodes: list[dict[str, Any]] = PLAIN, **fit: Any) -> Recipe:
    settings = {"epochs": 3, "batch_size": 16, "threads": 1, **fit}
    return Recipe.parse(
        {
            "data": {
                "task": task,
                "target": ["y"],
                "roles": {"a": "feature", "b": "feature", "kind": "feature"},
            },
            "network": {"main": nodes},
            "fit": settings,
        }
    )


def encoded_for(task: str, rows: int = 100, parts: np.ndarray | None = None) -> Encoded:
    """Two numbers and a category that say much about the target; 60 % train, 20 % validate."""
    random = np.random.default_rng(7)
    numbers = random.normal(size=(rows, 2)).astype(np.float32)
    codes = random.integers(0, 4, size=(rows, 1))
    signal = numbers[:, 0] - numbers[:, 1] + 0.5 * codes[:, 0]
    target: dict[str, Any] = {"name": "y", "task": task, "classes": None}
    if task == "regression":
        values = (100 + 20 * signal).astype(np.float32)[:, None]
        target |= {"mean": [float(values.mean())], "std": [float(values.std())]}
    else:
        target["classes"] = ["no", "yes"] if task == "binary" else ["low", "middle", "high"]
        edges = [0.7] if task == "binary" else [0.0, 1.2]
        values = np.digitize(signal, edges).astype(np.int64)
        values = values.astype(np.uint8)[:, None] if task == "binary" else values
    if parts is None:
        parts = (np.arange(rows) % 5).clip(2) - 2
    state = {
        "version": 1,
        "columns": [],
        "numbers": {"names": ["a", "b"]},
        "categories": {"names": ["kind"], "sizes": [4]},
        "target": target,
    }
    arrays = {"numbers": numbers, "categories": codes, "target": values}
    return Encoded(arrays, np.asarray(parts, dtype=np.uint8), state, np.arange(rows), 0)


CONVOLVED = [
    {"id": "pixels", "layer": "Pixels"},
    {"id": "conv", "layer": "Conv2d", "units": 4},
    {"id": "relu", "layer": "ReLU"},
    {"id": "pool", "layer": "MaxPool2d"},
    {"id": "norm", "layer": "BatchNorm2d"},
    {"id": "conv2", "layer": "Conv2d", "units": 6},
    {"id": "relu2", "layer": "ReLU"},
    {"id": "flat", "layer": "Flatten"},
    {"id": "drop", "layer": "Dropout", "p": 0.2},
]
READ = [
    {"id": "words", "layer": "Embedding", "width": 6},
    {"id": "lstm", "layer": "LSTM", "hidden_size": 5},
    {"id": "drop", "layer": "Dropout", "p": 0.2},
]


def pictures_for(task: str, rows: int = 100, side: int = 8) -> Encoded:
    """Grey pictures (1, side, side) that are brighter on one side, by class."""
    encoded = encoded_for(task, rows)
    classes = encoded.arrays["target"].reshape(-1, 1, 1, 1)
    slope = np.linspace(-60, 60, side)[None, None, None] * (classes - classes.mean())
    noise = np.random.default_rng(8).normal(128, 20, size=(rows, 1, side, side))
    pixels = (noise + slope).clip(0, 255).astype(np.uint8)
    picture = {"names": ["photo"], "channels": 1, "height": side, "width": side}
    return _only(encoded, {"picture": pixels}, picture=picture)


def texts_for(task: str, rows: int = 100, length: int = 7) -> Encoded:
    """Codes of texts of 1 to ``length`` words; the first word says most about the class."""
    encoded = encoded_for(task, rows)
    random = np.random.default_rng(9)
    codes = random.integers(2, 12, size=(rows, length))
    codes[:, 0] = 2 + 3 * encoded.arrays["target"].reshape(-1) + random.integers(0, 2, rows)
    codes[np.arange(length) >= random.integers(1, length + 1, size=(rows, 1))] = 0
    return _only(encoded, {"text": codes}, text={"names": ["said"], "length": length, "size": 12})


def _only(encoded: Encoded, arrays: dict[str, np.ndarray], **state: Any) -> Encoded:
    """The same rows and targets with other inputs."""
    nothing = {"numbers": {"names": []}, "categories": {"names": [], "sizes": []}}
    target = {"target": encoded.arrays["target"]}
    return Encoded(
        {**arrays, **target}, encoded.parts, {**encoded.state, **nothing, **state}, encoded.rows, 0
    )


def go_on() -> str:
    return ""


def wish_at(step: int, wish: str) -> Callable[[], str]:
    """A control that is asked before each step and wants something before step number ``step`` (from 0)."""
    asked = iter(range(10**9))
    return lambda: wish if next(asked) >= step else ""


def run(recipe: Recipe, encoded: Encoded, folder: Path, **options: Any) -> list[Any]:
    """All that a fit tells."""
    return list(fit(recipe, encoded, folder, **{"control": go_on, **options}))


def only(told: list[Any], kind: type) -> list[Any]:
    return [each for each in told if isinstance(each, kind)]


def tensors_of(folder: Path, which: str = "last") -> dict[str, torch.Tensor]:
    found, notes = checkpoint.load(folder, which)
    assert found is not None and not notes
    return found.tensors


def assert_same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> None:
    """Bit for bit."""
    assert one.keys() == other.keys()
    different = [name for name in one if not torch.equal(one[name], other[name])]
    assert not different
