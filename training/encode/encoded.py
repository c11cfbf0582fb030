"""From a table and the data part of a recipe to the arrays that training sees."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from training import steps
from training.encode import pieces
from training.encode.apply import apply, apply_target
from training.encode.dealing import dealt, group_column, time_column
from training.encode.learn import learn
from training.encode.looks import learn_picture
from training.encode.prepare import prepare
from training.encode.reading import about, present, read_column, taken
from training.encode.row_steps import rows_left
from training.encode.series import changes_ahead, in_time_order, last_seen, training_windows
from training.encode.targets import classes_of
from training.errors import DataError, EngineError
from training.recipe import Data


@dataclass(frozen=True)
class Encoded:
    """The arrays of the rows that have a target, in file order.

    arrays: name -> array (n, …), with ``target``, and of a forecast ``last``, the targets' values that were
    last seen; parts: uint8 (n,), 0 training, 1 validation,
    2 test; state: all that was learned, plain JSON; rows: int64 (n,) row numbers in the table;
    dropped: how many rows had no target; left_out: what each row step of the preparation did
    (``{"step", "text", "rows"}``); order: of windows, the table's row numbers in order of time (the
    arrays then have one entry a window, and ``rows`` are the windows' last rows).
    """

    arrays: dict[str, np.ndarray]
    parts: np.ndarray
    state: dict[str, Any]
    rows: np.ndarray
    dropped: int
    left_out: list[dict[str, Any]] = field(default_factory=list)
    order: np.ndarray | None = None

    def save(self, folder: Path) -> None:
        """Write npy files and ``encoded.json``, which comes last: with it the folder is complete."""
        folder.mkdir(parents=True, exist_ok=True)
        beside = {"parts": self.parts, "rows": self.rows}
        beside |= {} if self.order is None else {"order": self.order}
        for name, array in {**self.arrays, **beside}.items():
            path = folder / f"{name}.npy"
            if not isinstance(array, np.memmap) or str(array.filename) != str(path):
                np.save(path, array, allow_pickle=False)
        document = {
            "state": self.state,
            "arrays": list(self.arrays),
            "beside": list(beside),
            "dropped": self.dropped,
            "left_out": self.left_out,
        }
        part = folder / "encoded.json.part"
        part.write_text(json.dumps(document, allow_nan=False, ensure_ascii=False), encoding="utf-8")
        part.replace(folder / "encoded.json")

    @classmethod
    def load(cls, folder: Path) -> Encoded:
        """The arrays of a folder, memory-mapped. Raises EngineError when it is not complete."""
        try:
            document = json.loads((folder / "encoded.json").read_text(encoding="utf-8"))
            arrays = {
                name: np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
                for name in (*document["arrays"], *document["beside"])
            }
        except (OSError, ValueError, KeyError) as error:
            raise EngineError(f"The encoded arrays cannot be read: {error}.") from error
        parts, rows, order = arrays.pop("parts"), arrays.pop("rows"), arrays.pop("order", None)
        return cls(arrays, parts, document["state"], rows, document["dropped"], document["left_out"], order)


def encode_table(
    table: Path, data: Data, info: dict[str, Any], *, key: str = "", folder: Path | None = None
) -> Encoded:
    """Prepare, split, learn on the training rows and encode all rows that have a target.

    table: the Parquet file of ``ingest``; info: what it answered; key: what hashing steps use, in
    hexadecimal digits; folder: where the arrays of a table too large for memory are written, to be
    saved there. Raises DataError when the data cannot be trained on: no usable feature, no
    target, one class, too few rows; SettingError for a step of the preparation that cannot be.
    """
    features = feature_names(data, info)
    read = partial(read_column, table)
    targets = {name: read(name) for name in data.target}
    usable = _usable_rows(data, targets, read)
    rows, left_out = rows_left(table, data, info, usable, read)
    if not len(rows):
        raise DataError(
            "The steps of the preparation leave no row.",
            where="data.steps",
            hint="Switch off a step that drops rows.",
        )
    dropped = int(info["rows"]) - len(usable)
    order = None
    if data.task == "forecast":
        rows = order = in_time_order(data, rows, read)
    targets = {name: taken(column, rows) for name, column in targets.items()}
    if data.task in ("binary", "multiclass"):
        classes_of(about(info, data.target[0]), targets[data.target[0]])
    parts = dealt(data, info, targets[data.target[0]], rows, read)
    is_large = folder is not None and pieces.is_large(table, info, features, data)
    if folder is not None and is_large and data.task != "forecast":
        lazily = pieces.Columns(table, features, rows, parts, data, info, key)
        state = lazily.into(learn(lazily, targets, parts, data, steps.foreseen(info, data)))
        arrays = pieces.write_arrays(folder, table, state, rows, data, info, key)
        arrays["target"] = apply_target(state, targets)
        return Encoded(arrays, parts, state, rows, dropped, left_out)
    columns = {name: taken(read(name), rows) for name in (*features, *_beside(data))}
    made = prepare(columns, np.flatnonzero(parts == 0), data, info, key)
    state = made.into(learn({name: made.ready[name] for name in features}, targets, parts, data, made.info))
    windows, ahead = None, None
    if data.task == "forecast":
        windows, ahead = training_windows(state, made.columns, parts, targets)
        rows, parts = rows[windows[:, -1]], parts[windows[:, -1]]
    if folder is not None and windows is not None:
        arrays = pieces.write_windows(folder, state, made.columns, windows)
    else:
        arrays = apply(state, made.columns, windows)
    arrays["target"] = apply_target(state, targets, ahead)
    if windows is not None:
        arrays["last"] = last_seen(state, targets, windows)
        training = parts == 0
        state["target"]["naive"] = changes_ahead(arrays["target"][training], arrays["last"][training])
    return Encoded(arrays, parts, state, rows, dropped, left_out, order)


def _usable_rows(data: Data, targets: dict[str, Any], read: Callable[[str], Any]) -> np.ndarray:
    """Row numbers of the rows with all targets; of a forecast, those whose place in time is known."""
    for name, column in targets.items():
        if not present(column).any():
            raise DataError(
                f"{name} is empty in every row.", where=f"column {name}", hint="Choose another target."
            )
    if data.task != "forecast":
        return np.flatnonzero(np.all([present(column) for column in targets.values()], axis=0))
    time = time_column(data)
    first = next(iter(targets.values()))
    return np.flatnonzero(present(read(time))) if time else np.arange(len(first))


def _beside(data: Data) -> list[str]:
    """Columns that say which window a row belongs to, and are no input."""
    group = group_column(data) if data.task == "forecast" else None
    return [group] if group else []


def feature_names(data: Data, info: dict[str, Any]) -> list[str]:
    """The columns that go into the network, in the table's order.

    Raises DataError when the target or a feature cannot be used.
    """
    known = {column["name"]: column for column in steps.foreseen(info, data)["columns"]}
    for name in (*data.target, *data.roles):
        if name not in known:
            raise DataError(
                f"The table has no column {name}.",
                where=f"column {name}",
                hint="Choose the columns again: the table may be another version.",
            )
    for name in data.target:
        if name in data.columns("feature"):
            raise DataError(
                f"{name} is both the target and a feature.",
                where=f"column {name}",
                hint="Give it one role.",
            )
    # What was is the best witness of what will be: a forecast looks at its targets' past.
    past = set(data.target) if data.task == "forecast" else set()
    features = [
        name
        for name in known
        if (data.roles.get(name) == "feature" or name in past) and known[name]["missing_share"] < 1
    ]
    if not features:
        raise DataError(
            "No column is left to learn from.",
            where="data.roles",
            hint="Give at least one column that is not empty the role feature.",
        )
    _check_pictures(features, known, data)
    return features


def _check_pictures(features: list[str], known: dict[str, Any], data: Data) -> None:
    """Raises DataError for several picture columns, or pixel columns that fill no picture."""
    wanted = "number" if data.encode.picture.pixels else "picture"
    if names := [name for name in features if known[name]["type"] == wanted]:
        learn_picture(names, 0.0, data.encode.picture)
