"""Learned steps of the preparation, applied to a column before it is encoded.

Standard library and numpy only: this file is copied into bundles beside ``apply.py``, and training
and every prediction call it. What each step learned is plain JSON in the state (training.steps).
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Any

import numpy as np

if __package__:
    from training.encode.cells import Words, text_of_number
else:  # unzipped: the same file lies beside this one
    from cells import Words, text_of_number  # type: ignore


def prepared(about: dict[str, Any], column: Any) -> Any:
    """A column as the steps of its entry in the state leave it; columns as ``cells`` has them."""
    for step in about.get("steps", ()):
        column = _ACTS[step["do"]](step, column)
    return column


def fingerprint(text: str, key: str, length: int) -> str:
    """The first ``length`` hexadecimal digits of HMAC-SHA256 of a cell. key: in hexadecimal digits."""
    return hmac.new(bytes.fromhex(key), text.encode(), "sha256").hexdigest()[:length]


def _fill(step: dict[str, Any], column: Any) -> Any:
    value = step["value"]
    if value is None:
        return column
    if isinstance(column, np.ndarray):
        is_date = column.dtype.kind == "M"
        missing = np.isnat(column) if is_date else np.isnan(column)
        return np.where(missing, np.datetime64(value, "us") if is_date else value, column)
    values = column.values if value in column.values else [*column.values, value]
    return Words(np.where(column.codes < 0, values.index(value), column.codes), values)


def _clip(step: dict[str, Any], column: np.ndarray) -> np.ndarray:
    low, high = step["low"], step["high"]
    return column if low is None and high is None else np.clip(column, low, high)


def _log(step: dict[str, Any], column: np.ndarray) -> np.ndarray:
    signed: np.ndarray = np.sign(column) * np.log1p(np.abs(column))
    return signed


def _bin(step: dict[str, Any], column: np.ndarray) -> Words:
    places = np.searchsorted(np.array(step["edges"], dtype=np.float64), column, side="right")
    return Words(np.where(np.isnan(column), -1, places), list(step["labels"]))


def _combine(step: dict[str, Any], column: Words) -> Words:
    keep = set(step["keep"])
    return _renamed(column, lambda word: word if word in keep else step["into"])


def _hash(step: dict[str, Any], column: Any) -> Words:
    return _renamed(_as_words(column), lambda word: fingerprint(word, step["key"], step["length"]))


def _mask(step: dict[str, Any], column: Any) -> Words:
    count = step["characters"]

    def masked(word: str) -> str:
        if len(word) <= count:  # nothing would be hidden
            return "***"
        return f"{word[:count]}***" if step["keep"] == "first" else f"***{word[len(word) - count :]}"

    return _renamed(_as_words(column), masked)


def _as_it_is(step: dict[str, Any], column: Any) -> Any:
    return column


def _as_words(column: Any) -> Words:
    """The column as words: numbers as the shortest text that says them."""
    if not isinstance(column, np.ndarray):
        return Words(column.codes, column.values)
    distinct, codes = np.unique(column, return_inverse=True)
    words = [text_of_number(value) for value in distinct[~np.isnan(distinct)]]
    return Words(np.where(np.isnan(column), -1, codes), words)


def _renamed(column: Words, name: Callable[[str], str]) -> Words:
    """Each word by another; words that become the same are one from then on."""
    names = [name(word) for word in column.values]
    places = {word: place for place, word in enumerate(dict.fromkeys(names))}
    lookup = np.array([places[word] for word in names] + [-1], dtype=np.int64)
    return Words(lookup[column.codes], list(places))


_ACTS: dict[str, Callable[[dict[str, Any], Any], Any]] = {
    "fill": _fill,
    "clip": _clip,
    "log": _log,
    "bin": _bin,
    "combine": _combine,
    "date_parts": _as_it_is,  # learn and apply take the parts that it names
    "hash": _hash,
    "mask": _mask,
}
