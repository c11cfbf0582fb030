"""What is learned from the training rows: fills, scales and vocabularies, as plain JSON.

``learn`` is given the whole table's columns and looks at training rows only; target classes
alone come from all rows, because a class is what the user asks for, not something estimated.
"""

from __future__ import annotations

from statistics import NormalDist
from typing import Any

import numpy as np

from training.encode.apply import DATE_PARTS, PERIODS, WAVES, date_parts
from training.encode.cells import Words
from training.encode.dealing import group_column, time_column
from training.encode.figures import deviation_of, mean_of, median_of, or_one
from training.encode.looks import brightest, learn_picture
from training.encode.targets import learn_target
from training.encode.vocabulary import learn_text
from training.recipe import Data, Encode

_KNOTS = 201


def learn(
    columns: Any, targets: dict[str, Any], parts: np.ndarray, data: Data, info: dict[str, Any]
) -> dict[str, Any]:
    """The state: how these columns and these targets become arrays.

    columns: has ``items()``, the feature columns in order, as ``cells`` has them; targets: the target
    columns; parts: uint8 (n,) of ``split``; info: the table's columns with their types and formats.
    """
    about = {column["name"]: column for column in info["columns"]}
    training = parts == 0
    numbers: list[str] = []
    categories: list[str] = []
    sizes: list[int] = []
    texts: dict[str, Words] = {}
    pixels: list[str] = []
    most = 0.0
    learned = []
    for name, column in columns.items():
        entry = {key: about[name][key] for key in ("name", "type", "format") if key in about[name]}
        if isinstance(column, Words) and entry["type"] == "text":
            entry |= {"input": "text", "at": len(texts)}
            texts[name] = column
        elif isinstance(column, Words):
            entry |= _category(column, training, data.encode) | {"at": len(categories)}
            categories.append(name)
            sizes.append(len(entry["vocabulary"]) + 1)
        elif entry["type"] == "picture":
            entry |= {"input": "picture", "at": 0}
        elif data.encode.picture.pixels and entry["type"] == "number":
            entry |= {"input": "pixels", "at": len(pixels)}
            pixels.append(name)
            most = max(most, brightest(name, column, training))
        else:
            values = column[training]
            is_date = entry["type"] == "date"
            entry |= (
                _date(values, data.encode, about[name].get("parts"))
                if is_date
                else _number(values, data.encode)
            )
            entry["at"] = len(numbers)
            numbers += _names(entry)
        learned.append(entry)
    state: dict[str, Any] = {
        "version": 1,
        "columns": learned,
        "numbers": {"names": numbers},
        "categories": {"names": categories, "sizes": sizes},
        "target": learn_target(targets, training, data, info),
    }
    if texts:
        state["text"] = learn_text(texts, training, data.encode.text)
    if pixels or any(entry["input"] == "picture" for entry in learned):
        names = pixels or [entry["name"] for entry in learned if entry["input"] == "picture"]
        state["picture"] = learn_picture(names, most, data.encode.picture)
    if data.task == "forecast":
        state["numbers"] = {"names": []}
        state["series"] = {"names": numbers, **data.windows.model_dump(), **_order(data, about)}
    return state


def _order(data: Data, about: dict[str, Any]) -> dict[str, Any]:
    """What says which rows follow one another: the columns of time and group, None where there is none."""
    names = {"time": time_column(data), "group": group_column(data)}
    return {
        role: {key: about[name][key] for key in ("name", "type", "format") if key in about[name]}
        if name
        else None
        for role, name in names.items()
    }


def _names(entry: dict[str, Any]) -> list[str]:
    name = entry["name"]
    if entry["type"] == "date":
        return [f"{name} ({_part_name(part)})" for part in entry["parts"]]
    return [name, f"{name} is missing"] if entry["indicator"] else [name]


def _part_name(part: dict[str, Any]) -> str:
    return f"{part['part']}, {part['wave']}" if "wave" in part else str(part["part"])


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


def _date(values: np.ndarray, encode: Encode, chosen: list[str] | None = None) -> dict[str, Any]:
    parts = date_parts(values)
    used = [part for part in DATE_PARTS if part != "hour" or np.nan_to_num(parts["hour"]).any()]
    kept = used if chosen is None else [part for part in DATE_PARTS if part in chosen]
    learned = [each for part in kept for each in _date_inputs(part, parts[part], encode)]
    return {"input": "numbers", "indicator": False, "parts": learned}


def _date_inputs(part: str, values: np.ndarray, encode: Encode) -> list[dict[str, Any]]:
    """What one part becomes: a scaled number, or the two coordinates of a place on a circle."""
    if encode.dates == "cyclic" and part in PERIODS:
        # No date is the middle of the circle: as far from one month as from any other.
        still = {"fill": 0.0, "mean": 0.0, "scale": 1.0}
        return [{"part": part, "wave": wave, **still} for wave in WAVES]
    return [{"part": part, **_fill_and_scale(values[~np.isnan(values)], encode)}]


def _fill_and_scale(present: np.ndarray, encode: Encode) -> dict[str, Any]:
    """present: the float64 values that are there; {"fill", "mean", "scale"} and, for quantiles, knots."""
    if not len(present):
        return {"fill": encode.constant if encode.missing == "constant" else 0.0, "mean": 0.0, "scale": 1.0}
    fills = {"median": median_of, "mean": mean_of}
    fill = fills[encode.missing](present) if encode.missing in fills else encode.constant
    learned: dict[str, Any] = {"fill": fill, "mean": 0.0, "scale": 1.0}
    if encode.scale == "standard":
        learned |= {"mean": mean_of(present), "scale": or_one(deviation_of(present))}
    elif encode.scale == "robust":
        low, high = (float(edge) for edge in np.quantile(present, [0.25, 0.75]))
        learned |= {"mean": median_of(present), "scale": or_one(high - low)}
    elif encode.scale == "minmax":
        low, high = float(present.min()), float(present.max())
        learned |= {"mean": low, "scale": or_one(high - low)}
    elif encode.scale == "quantile":
        learned |= _normal_scores(present)
    return learned | ({"clip": "smooth"} if encode.clip == "smooth" else {})


def _normal_scores(present: np.ndarray) -> dict[str, Any]:
    shares = (np.arange(_KNOTS) + 0.5) / _KNOTS
    knots = np.quantile(present, shares)
    scores = np.array([NormalDist().inv_cdf(float(share)) for share in shares])
    distinct, place = np.unique(knots, return_inverse=True)
    means = np.bincount(place, weights=scores) / np.bincount(place)
    return {"knots": distinct.tolist(), "scores": means.tolist()}
