"""What one would say without a model: the answers that a report sets beside the network's."""

from __future__ import annotations

from typing import Any

import numpy as np

from training.encode import Encoded
from training.headline import listed, number
from training.objectives import Objective

Told = dict[str, str]  # name, title, and answer: what is said, for a sentence
Baseline = tuple[np.ndarray, Told]


def baseline_of(objective: Objective, target: dict[str, Any], encoded: Encoded) -> Baseline:
    """Trivial predictions for the test rows, in the form of the objective's, learned on the training rows."""
    known = np.asarray(encoded.arrays["target"][encoded.parts == 0])
    rows = int((encoded.parts == 2).sum())
    if target["task"] == "forecast":
        return _last_value(objective, encoded, known)
    if target["task"] == "regression":
        return _same_range(objective, known, rows) if objective.levels else _mean(target, known, rows)
    if target["task"] == "multilabel":
        return _frequent_labels(target["classes"], known, rows)
    return _majority(target["classes"], known.reshape(-1), rows)


def _majority(classes: list[str], known: np.ndarray, rows: int) -> Baseline:
    shares = np.bincount(known.astype(np.int64), minlength=len(classes)) / len(known)
    answer = classes[int(shares.argmax())]
    return np.tile(shares, (rows, 1)), _told("majority", f"Always saying {answer}", answer)


def _frequent_labels(classes: list[str], known: np.ndarray, rows: int) -> Baseline:
    sets, counts = np.unique(known, axis=0, return_counts=True)
    chosen = sets[int(counts.argmax())]
    answer = listed([label for label, has in zip(classes, chosen, strict=True) if has]) or "no label"
    said = np.tile(chosen.astype(np.float64), (rows, 1))
    return said, _told("frequent_labels", f"Always saying {answer}", answer)


def _mean(target: dict[str, Any], known: np.ndarray, rows: int) -> Baseline:
    means = known.mean(axis=0, dtype=np.float64)
    said = np.tile(means, (rows, 1))
    if len(means) > 1:
        return said, _told("mean", "Always saying the mean of each", "the mean of each")
    answer = number(float(means[0]))
    return said, _told("mean", f"Always saying the mean, {answer}", answer)


def _same_range(objective: Objective, known: np.ndarray, rows: int) -> Baseline:
    ends = np.quantile(known.astype(np.float64), objective.levels, axis=0).T
    said = np.tile(ends, (rows, 1, 1))
    if len(ends) > 1:
        return said, _told("quantiles", "Always saying the same range for each", "the same range for each")
    low, median, high = (number(float(end)) for end in ends[0])
    answer = f"{median}, from {low} to {high}"
    return said, _told("quantiles", f"Always saying {answer}", answer)


def _last_value(objective: Objective, encoded: Encoded, known: np.ndarray) -> Baseline:
    """The last seen value for every step; of a range also how far the training rows went from it."""
    last = np.asarray(encoded.arrays["last"], dtype=np.float64)
    again = np.tile(last, known.shape[1] // last.shape[1])
    said = again[encoded.parts == 2]
    if objective.levels:
        changes = np.quantile(known - again[encoded.parts == 0], objective.levels, axis=0).T
        changes[:, len(objective.levels) // 2] = 0.0
        said = np.sort(said[:, :, None] + changes, axis=2)
    return said, _told("last_value", "Saying the last seen value again", "the last seen value")


def _told(name: str, title: str, answer: str) -> Told:
    return {"name": name, "title": title, "answer": answer}
