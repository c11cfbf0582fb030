"""Encoding a table whose arrays do not fit in memory: column by column to learn, rows by rows to write."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import polars.selectors as cs

from training import steps
from training.encode.apply import apply
from training.encode.prepare import Prepared, prepare
from training.encode.reading import column_of, read_column, taken
from training.errors import EngineError
from training.recipe import Data

MOST_IN_MEMORY = 1_000_000_000
_AT_ONCE = 100_000_000  # bytes of one piece, about


class Columns:
    """The feature columns as ``learn`` goes through them: each is read when it is asked for, and forgotten.

    entries: what the steps of the preparation add to the state, of the columns that were asked for.
    """

    def __init__(
        self, table: Path, names: list[str], rows: np.ndarray, parts: np.ndarray, data: Data,
        info: dict[str, Any], key: str,
    ) -> None:  # fmt: skip
        self.names, self.data, self.info, self.key = names, data, info, key
        self._table, self._rows, self._training = table, rows, np.flatnonzero(parts == 0)
        self.entries: dict[str, dict[str, Any]] = {}

    def items(self) -> Iterator[tuple[str, Any]]:
        about = {column["name"]: column for column in self.info["columns"]}
        for name in self.names:
            if about[name]["type"] == "picture":  # of which nothing is learned
                yield name, np.empty(0, dtype=object)
                continue
            column = taken(read_column(self._table, name), self._rows)
            made = prepare({name: column}, self._training, self.data, self.info, self.key)
            self.entries |= made.entries
            yield name, made.ready[name]

    def into(self, state: dict[str, Any]) -> dict[str, Any]:
        """The state with the steps of each column."""
        return Prepared({}, {}, steps.foreseen(self.info, self.data), self.entries).into(state)


def is_large(table: Path, info: dict[str, Any], features: list[str], data: Data) -> bool:
    """Whether reading and encoding at once would take more than MOST_IN_MEMORY."""
    types = {column["name"]: column["type"] for column in info["columns"]}
    text = data.encode.text.length if "text" in {types[name] for name in features} else 0
    pixels = 0
    if "picture" in {types[name] for name in features}:
        pixels = data.encode.picture.channels * data.encode.picture.size**2
    bytes_ = info["rows"] * (16 * len(features) + 8 * text + pixels)
    return bool(bytes_ + (table.stat().st_size if pixels else 0) > MOST_IN_MEMORY)


def write_arrays(
    folder: Path,
    table: Path,
    state: dict[str, Any],
    rows: np.ndarray,
    data: Data,
    info: dict[str, Any],
    key: str,
) -> dict[str, np.ndarray]:
    """The input arrays of ``rows`` (ascending row numbers), as memory-mapped files in ``folder``.

    The bytes are those that ``apply`` makes of the whole table at once.
    """
    folder.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, np.ndarray] = {}
    size = _rows_at_once(table, state, info)
    for at in range(0, len(rows), size):
        some = rows[at : at + size]
        made = apply(state, _columns_of(table, state, some, data, info, key))
        for name, array in made.items():
            if name not in arrays:
                shape = (len(rows), *array.shape[1:])
                arrays[name] = np.lib.format.open_memmap(folder / f"{name}.npy", "w+", array.dtype, shape)
            arrays[name][at : at + size] = array
    for array in arrays.values():
        array.flush()  # type: ignore[attr-defined]
    return arrays


def write_windows(
    folder: Path, state: dict[str, Any], columns: dict[str, Any], windows: np.ndarray
) -> dict[str, np.ndarray]:
    """The input arrays of windows, as memory-mapped files: a row stands in many of them."""
    folder.mkdir(parents=True, exist_ok=True)
    names = state["series"]["names"]
    flat = apply({**state, "series": None, "numbers": {"names": names}}, columns)
    numbers = flat.pop("numbers")
    arrays = {name: array[windows[:, -1]] for name, array in flat.items()}
    shape = (*windows.shape, len(names))
    series = np.lib.format.open_memmap(folder / "series.npy", "w+", np.float32, shape)
    size = max(1, _AT_ONCE // (4 * windows.shape[1] * len(names)))
    for at in range(0, len(windows), size):
        series[at : at + size] = numbers[windows[at : at + size]]
    series.flush()
    return {"series": series, **arrays}


def _rows_at_once(table: Path, state: dict[str, Any], info: dict[str, Any]) -> int:
    picture, text = state.get("picture"), state.get("text")
    each = 32 * len(state["columns"]) + (16 * text["length"] if text else 0)
    if picture:
        each += (
            picture["channels"] * picture["height"] * picture["width"] + table.stat().st_size // info["rows"]
        )
    return int(max(1_000, _AT_ONCE // each))


def _columns_of(
    table: Path, state: dict[str, Any], rows: np.ndarray, data: Data, info: dict[str, Any], key: str
) -> dict[str, Any]:
    first, count = int(rows[0]), int(rows[-1] - rows[0]) + 1
    names = [column["name"] for column in state["columns"]]
    try:
        frame = pl.scan_parquet(table).slice(first, count).select(cs.by_name(names)).collect()
    except (OSError, pl.exceptions.PolarsError) as error:
        raise EngineError(f"The table cannot be read: {error}.") from error
    columns = {}
    for about in state["columns"]:
        column = taken(column_of(frame[about["name"]]), rows - first)
        if about["type"] == "hash":  # whoever has no key hashes before
            column = prepare({about["name"]: column}, np.arange(len(rows)), data, info, key).columns[
                about["name"]
            ]
        columns[about["name"]] = column
    return columns
