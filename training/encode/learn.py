"""What is learned from the training rows: fills, scales and vocabularies, as plain JSON.

``learn`` is given the whole table's columns and looks at training rows only; target classes
alone come from all rows, because a class is what the user asks for, not something estimated.
"""

from __future__ import annotations

import re
from statistics import NormalDist
from typing import Any

import numpy as np

from training.encode.apply import DATE_PARTS, class_words, date_parts
from training.encode.cells import NO, YES, Words
from training.errors import DataError
from training.recipe import Data, Encode

MAX_CLASSES = 1_000
_KNOTS = 201


def learn(
    columns: dict[str, Any], target: Any, parts: np.ndarray, data: Data, info: dict[str, Any]
) -> dict[str, Any]:
    """The state: how these columns and this target become arrays.

    columns: the feature columns in order, as ``cells`` has them; target: the target's column;
    parts: uint8 (n,) of ``split``; info: the table's columns with their types and formats.
    """
    about = {column["name"]: column for column in info["columns"]}
    training = parts == 0
    numbers: list[str] = []
    categories: list[str] = []
    sizes: list[int] = []
    learned = []
    for name, column in columns.items():
        entry = {key: about[name][key] for key in ("name", "type", "format") if key in about[name]}
        if isinstance(column, Words):
            entry |= _category(column, training, data.encode) | {"at": len(categories)}
            categories.append(name)
            sizes.append(len(entry["vocabulary"]) + 1)
        else:
            entry |= (_date if entry["type"] == "date" else _number)(column[training], data.encode)
            entry["at"] = len(numbers)
            numbers += _names(entry)
        learned.append(entry)
    return {
        "version": 1,
        "columns": learned,
        "numbers": {"names": numbers},
        "categories": {"names": categories, "sizes": sizes},
        "target": learn_target(about[data.target[0]], target, training, data.task),
    }


def _names(entry: dict[str, Any]) -> list[str]:
    name = entry["name"]
    if entry["type"] == "date":
        return [f"{name} ({part['part']})" for part in entry["parts"]]
    return [name, f"{name} is missing"] if entry["indicator"] else [name]


def _category(column: Words, training: np.ndarray, encode: Encode) -> dict[str, Any]:
    seen = column.codes[training]
    counts = np.bincount(seen[seen >= 0], minlength=len(column.values))
    ranked = sorted((-int(count), word) for count, word in zip(counts, column.values, strict=True) if count)
    return {"input": "categories", "vocabulary": [word for _, word in ranked[: encode.max_categories]]}


def _number(values: np.ndarray, encode: Encode) -> dict[str, Any]:
    present = values[~np.isnan(values)]
    return {
        "input": "numbers",
        "indicator": bool(encode.indicator and len(present) < len(values)),
        **_fill_and_scale(present, encode),
    }


def _date(values: np.ndarray, encode: Encode) -> dict[str, Any]:
    parts = date_parts(values)
    kept = [part for part in DATE_PARTS if part != "hour" or np.nan_to_num(parts["hour"]).any()]
    learned = [
        {"part": part, **_fill_and_scale(parts[part][~np.isnan(parts[part])], encode)} for part in kept
    ]
    return {"input": "numbers", "indicator": False, "parts": learned}


def _fill_and_scale(present: np.ndarray, encode: Encode) -> dict[str, Any]:
    """present: the float64 values that are there; {"fill", "mean", "scale"} and, for quantiles, knots."""
    if not len(present):
        return {"fill": encode.constant if encode.missing == "constant" else 0.0, "mean": 0.0, "scale": 1.0}
    fills = {"median": _median, "mean": _mean}
    fill = fills[encode.missing](present) if encode.missing in fills else encode.constant
    learned: dict[str, Any] = {"fill": fill, "mean": 0.0, "scale": 1.0}
    if encode.scale == "standard":
        learned |= {"mean": _mean(present), "scale": _or_one(_deviation(present))}
    elif encode.scale == "robust":
        low, high = (float(edge) for edge in np.quantile(present, [0.25, 0.75]))
        learned |= {"mean": _median(present), "scale": _or_one(high - low)}
    elif encode.scale == "minmax":
        low, high = float(present.min()), float(present.max())
        learned |= {"mean": low, "scale": _or_one(high - low)}
    elif encode.scale == "quantile":
        learned |= _normal_scores(present)
    return learned


def _median(values: np.ndarray) -> float:
    ordered = np.partition(values, [(len(values) - 1) // 2, len(values) // 2])
    return float(ordered[(len(values) - 1) // 2] / 2 + ordered[len(values) // 2] / 2)


def _mean(values: np.ndarray) -> float:
    largest = _largest(values)
    return float((values / largest).mean() * largest)


def _deviation(values: np.ndarray) -> float:
    largest = _largest(values)
    return float((values / largest).std() * largest)


def _largest(values: np.ndarray) -> float:
    # Squares of 1e200 are infinite: sums are taken of values brought to at most 1.
    return float(np.abs(values).max()) if np.abs(values).max() > 1e100 else 1.0


def _or_one(scale: float) -> float:
    # A constant column carries nothing; dividing by 1 leaves it at 0.
    return scale if np.isfinite(scale) and scale > 1e-300 else 1.0


def _normal_scores(present: np.ndarray) -> dict[str, Any]:
    shares = (np.arange(_KNOTS) + 0.5) / _KNOTS
    knots = np.quantile(present, shares)
    scores = np.array([NormalDist().inv_cdf(float(share)) for share in shares])
    distinct, place = np.unique(knots, return_inverse=True)
    means = np.bincount(place, weights=scores) / np.bincount(place)
    return {"knots": distinct.tolist(), "scores": means.tolist()}


def learn_target(about: dict[str, Any], column: Any, training: np.ndarray, task: str) -> dict[str, Any]:
    """The target's part of the state; ``column`` has no missing cell.

    Raises DataError when the task does not fit the column: one class, too many, no numbers.
    """
    name = about["name"]
    entry = {key: about[key] for key in ("name", "type", "format") if key in about} | {"task": task}
    if task == "regression":
        if isinstance(column, Words) or column.dtype.kind == "M":
            raise DataError(
                f"{name} holds {_kind(about['type'])}, and regression predicts a number.",
                where=f"column {name}",
                hint="Choose a number column, or classification as the task.",
            )
        values = column[training]
        return entry | {"classes": None, "mean": _mean(values), "std": _or_one(_deviation(values))}
    classes = classes_of(about, column)
    if task == "binary" and len(classes) != 2:
        raise DataError(
            f"{name} has {len(classes):,} classes; a yes/no task has two.",
            where=f"column {name}",
            hint="Choose classification with several classes as the task.",
        )
    return entry | {"classes": classes, "mean": None, "std": None}


def _kind(type_: str) -> str:
    return {"date": "dates", "text": "texts", "category": "categories", "yes/no": "yes and no"}.get(
        type_, type_
    )


def classes_of(about: dict[str, Any], column: Any) -> list[str]:
    """The classes of a target, sorted; of two, the one that says yes is last.

    Raises DataError for one class only and for more than MAX_CLASSES.
    """
    name = about["name"]
    if not isinstance(column, Words) and column.dtype.kind == "M":
        raise DataError(
            f"{name} holds dates, which cannot be predicted.",
            where=f"column {name}",
            hint="Choose another target.",
        )
    words = class_words(column)
    used = np.bincount(words.codes[words.codes >= 0], minlength=len(words.values))
    classes = [word for word, count in zip(words.values, used, strict=True) if count]
    if len(classes) == 1:
        raise DataError(
            f"{name} is “{classes[0]}” in every row; there is nothing to tell apart.",
            where=f"column {name}",
            hint="Choose another target, or add rows of another class.",
        )
    if len(classes) > MAX_CLASSES:
        raise DataError(
            f"{name} has {len(classes):,} classes, which looks like an identifier. Strata takes up to "
            f"{MAX_CLASSES:,}.",
            where=f"column {name}",
            hint="Choose another target, or regression when it is a quantity.",
        )
    return sorted(classes, key=_class_order)


def _class_order(word: str) -> tuple[int, float, str]:
    if word.casefold() in NO | YES:
        return (0, float(word.casefold() in YES), word)
    return (1, float(word), word) if re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]+)?", word) else (2, 0.0, word)
