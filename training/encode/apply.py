"""State + columns -> arrays: the only code of Strata that turns values into network inputs.

Standard library and numpy only, and no import of a sibling: this file is copied into bundles
beside ``cells.py``, and training, evaluation, the web and the bundle all call it. So what was
trained on and what is predicted from cannot differ.
"""

from __future__ import annotations

from typing import Any

import numpy as np

DATE_PARTS = ("year", "month", "day", "weekday", "hour")
_LIMIT = float(np.finfo(np.float32).max)


def apply(state: dict[str, Any], columns: dict[str, Any]) -> dict[str, np.ndarray]:
    """The input arrays of these columns: ``numbers`` float32 (n, k), ``categories`` int64 (n, k).

    columns: name -> float64 (n,), datetime64[us] (n,) or words (``codes`` int (n,), ``values``),
    for every column of the state; the types are those that ``cells.columns_from_rows`` gives.
    An array without columns is left out.
    """
    rows = len(next(iter(columns.values()))) if columns else 0
    arrays: dict[str, np.ndarray] = {}
    if names := state["numbers"]["names"]:
        arrays["numbers"] = np.empty((rows, len(names)), dtype=np.float32)
    if names := state["categories"]["names"]:
        arrays["categories"] = np.empty((rows, len(names)), dtype=np.int64)
    for about in state["columns"]:
        column = columns[about["name"]]
        if about["input"] == "categories":
            arrays["categories"][:, about["at"]] = category_codes(about["vocabulary"], column)
            continue
        for offset, values in enumerate(_number_inputs(about, column)):
            arrays["numbers"][:, about["at"] + offset] = values
    return arrays


def apply_target(state: dict[str, Any], column: Any) -> np.ndarray:
    """The target array: float32 (n, 1), int64 (n,) or uint8 (n, 1) by the state's task.

    Raises ValueError when a row's target is missing or a class that the state doesn't know.
    """
    about = state["target"]
    if about["task"] == "regression":
        if np.isnan(column).any():
            raise ValueError(f"Some rows have no {about['name']}.")
        numbers: np.ndarray = np.clip(column, -_LIMIT, _LIMIT).astype(np.float32)
        return numbers[:, None]
    codes = category_codes(about["classes"], class_words(column)) - 1
    if (codes < 0).any():
        raise ValueError(f"Some rows have no {about['name']}, or a class that training did not have.")
    return codes if about["task"] == "multiclass" else codes.astype(np.uint8)[:, None]


def category_codes(vocabulary: list[str], column: Any) -> np.ndarray:
    """int64 (n,): 1 and up by the place in the vocabulary, 0 = unknown or missing."""
    places = {word: place for place, word in enumerate(vocabulary, start=1)}
    lookup = np.array([places.get(word, 0) for word in column.values] + [0], dtype=np.int64)
    codes: np.ndarray = lookup[column.codes]  # -1, a missing cell, is the last entry
    return codes


def class_words(column: Any) -> Any:
    """A target column as words: whole numbers become "3", so that they can name classes."""
    if not isinstance(column, np.ndarray):
        return column
    distinct, codes = np.unique(column, return_inverse=True)
    words = [
        str(int(value)) if float(value).is_integer() else repr(float(value))
        for value in distinct[~np.isnan(distinct)]
    ]
    return _Words(np.where(np.isnan(column), -1, codes), words)


class _Words:
    def __init__(self, codes: np.ndarray, values: list[str]) -> None:
        self.codes, self.values = codes, values


def _number_inputs(about: dict[str, Any], column: np.ndarray) -> list[np.ndarray]:
    if about["type"] == "date":
        parts = date_parts(column)
        return [_scaled(part, parts[part["part"]]) for part in about["parts"]]
    inputs = [_scaled(about, column)]
    if about["indicator"]:
        inputs.append(np.isnan(column).astype(np.float32))
    return inputs


def _scaled(about: dict[str, Any], column: np.ndarray) -> np.ndarray:
    filled = np.where(np.isnan(column), about["fill"], column)
    scaled: np.ndarray
    if "knots" in about:
        scaled = np.interp(filled, about["knots"], about["scores"])
    else:
        # Dividing first keeps 1e308 - (-1e308) from becoming infinite.
        scaled = np.clip(filled / about["scale"] - about["mean"] / about["scale"], -_LIMIT, _LIMIT)
    return scaled.astype(np.float32)


def date_parts(column: np.ndarray) -> dict[str, np.ndarray]:
    """float64 (n,) for each of DATE_PARTS of datetime64[us] (n,), NaN where there is no date."""
    missing = np.isnat(column)
    days = column.astype("datetime64[D]")
    months = column.astype("datetime64[M]")
    hours = column.astype("datetime64[h]")
    found = {
        "year": column.astype("datetime64[Y]").astype(np.int64) + 1970,
        "month": months.astype(np.int64) % 12 + 1,
        "day": (days - months.astype("datetime64[D]")).astype(np.int64) + 1,
        "weekday": (days.astype(np.int64) + 3) % 7,  # Monday is 0
        "hour": (hours - days.astype("datetime64[h]")).astype(np.int64),
    }
    return {part: np.where(missing, np.nan, values.astype(np.float64)) for part, values in found.items()}
