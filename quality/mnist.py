"""The three MNIST recipes in full, and what a draft proposes, judged on the 10,000 test pictures."""

from __future__ import annotations

import json
import tempfile
import time
import zipfile
from pathlib import Path
from typing import Any

import torch

from quality.sets import ROOT
from training.encode import encode_table
from training.evaluate import report
from training.events import Failed
from training.fit import fit
from training.recipe import Recipe
from training.start import draft
from training.table import ingest

RECIPES = ("mnist_softmax", "mnist_mlp", "mnist_cnn")
VALIDATES = 50  # every so many of the 60,000: the authors train on all of them and validate on none
ARCHIVES = {"train": "mnist_train.zip", "test": "mnist_test.zip"}


def accuracies(folder: Path) -> dict[str, dict[str, float]]:
    """Recipe -> accuracy on the test pictures and CPU-seconds of training.

    folder: holds mnist_train.zip and mnist_test.zip, each with a folder for each digit.
    """
    torch.set_num_threads(1)
    found = {}
    with tempfile.TemporaryDirectory() as place:
        work = Path(place)
        info = ingest(_together(folder, work / "mnist.zip"), work, file_name="mnist.zip")
        for name in (*RECIPES, "draft"):
            recipe = Recipe.parse(draft(info) if name == "draft" else _authors(name, info))
            encoded = encode_table(work / "table.parquet", recipe.data, info)
            began = time.process_time()
            for event in fit(recipe, encoded, work / name, control=lambda: ""):
                if isinstance(event, Failed):
                    raise RuntimeError(event.reason)
            seconds = time.process_time() - began
            told = {each["name"]: each["value"] for each in report(recipe, encoded, work / name)["metrics"]}
            found[name] = {"accuracy": told["accuracy"], "seconds": seconds}
    return found


def _authors(name: str, info: dict[str, Any]) -> dict[str, Any]:
    """A recipe of docs/recipes, on the pictures' own split."""
    document: dict[str, Any] = json.loads((ROOT / "docs" / "recipes" / f"{name}.json").read_text())
    document["data"]["split"] = info["proposal"]["split"]
    document["data"]["roles"]["split"] = "ignored"
    return document


def _together(folder: Path, out: Path) -> Path:
    """One zip whose top folders say which pictures train, validate and test."""
    with zipfile.ZipFile(out, "w") as whole:
        for part, name in ARCHIVES.items():
            with zipfile.ZipFile(folder / name) as archive:
                pictures = [entry for entry in archive.namelist() if entry.endswith(".png")]
                for number, entry in enumerate(pictures):
                    judges = part == "train" and number % VALIDATES == 0
                    whole.writestr(f"{'validation' if judges else part}/{entry}", archive.read(entry))
    return out
