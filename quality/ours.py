"""Strata's defaults: the draft that a user gets, trained as it stands."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import torch

from quality.sets import Table, encoded
from training.batches import rows_of
from training.events import Failed
from training.fit import fit
from training.judging import predictions_of, scores_on
from training.recipe import Recipe
from training.weights import trained


def predictions(set_: Table, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """(predicted, true) of the test rows: classes or values, of the best epoch's weights."""
    torch.set_num_threads(1)
    data = encoded(set_, seed)
    recipe = Recipe.parse({**set_.recipe(seed)})
    with tempfile.TemporaryDirectory() as folder:
        for event in fit(recipe, data, Path(folder), control=lambda: ""):
            if isinstance(event, Failed):
                raise RuntimeError(event.reason)
        parts = trained(recipe, data.state, Path(folder))
        rows = rows_of(data.arrays, data.parts == 2, parts.arrays, "cpu", parts.prepare_target)
        predicted = predictions_of(parts, scores_on(parts, rows))
    _, true = set_.frame(data.rows[data.parts == 2])
    if set_.is_regression:
        return predicted[:, 0], true
    classes = np.array(data.state["target"]["classes"])
    return classes[predicted.argmax(axis=1)], true
