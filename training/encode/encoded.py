"""From a table and the data part of a recipe to the arrays that training sees."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import polars.selectors as cs

from training.encode.apply import apply, apply_target, category_codes, class_words
from training.encode.cells import Words
from training.encode.learn import classes_of, learn
from training.encode.split import split
from training.errors import DataError, EngineError
from training.recipe import Data


@dataclass(frozen=True)
class Encoded:
    """The arrays of the rows that have a target, in file order.

    arrays: name -> array (n, …), with ``target``; parts: uint8 (n,), 0 training, 1 validation,
    2 test; state: all that was learned, plain JSON; rows: int64 (n,) row numbers in the table;
    dropped: how many rows had no target.
    """

    arrays: dict[str, np.ndarray]
    parts: np.ndarray
    state: dict[str, Any]
    rows: np.ndarray
    dropped: int

    def save(self, folder: Path) -> None:
        """Write npy files and ``encoded.json``, which comes last: with it the folder is complete."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, array in {**self.arrays, "parts": self.parts, "rows": self.rows}.items():
            np.save(folder / f"{name}.npy", array, allow_pickle=False)
        document = {"state": self.state, "arrays": list(self.arrays), "dropped": self.dropped}
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
                for name in (*document["arrays"], "parts", "rows")
            }
        except (OSError, ValueError, KeyError) as error:
            raise EngineError(f"The encoded arrays cannot be read: {error}.") from error
        parts, rows = arrays.pop("parts"), arrays.pop("rows")
        return cls(arrays, parts, document["state"], rows, document["dropped"])


def encode_table(table: Path, data: Data, info: dict[str, Any]) -> Encoded:
    """Split, learn on the training rows and encode all rows that have a target.

    table: the Parquet file of ``ingest``; info: what it answered. Raises DataError when the data
    cannot be trained on: no usable feature, no target, one class, too few rows.
    """
    features = feature_names(data, info)
    name = data.target[0]
    target = read_column(table, name)
    present = _present(target)
    if not present.any():
        raise DataError(
            f"{name} is empty in every row.", where=f"column {name}", hint="Choose another target."
        )
    rows = np.flatnonzero(present)
    target = _taken(target, rows)
    if data.task != "regression":
        classes_of(_about(info, name), target)
    parts = _split(table, data, info, target, rows)
    columns = {feature: _taken(read_column(table, feature), rows) for feature in features}
    state = learn(columns, target, parts, data, info)
    arrays = apply(state, columns)
    arrays["target"] = apply_target(state, target)
    return Encoded(arrays, parts, state, rows, int(len(present) - len(rows)))


def feature_names(data: Data, info: dict[str, Any]) -> list[str]:
    """The columns that go into the network, in the table's order.

    Raises DataError when the target or a feature cannot be used.
    """
    known = {column["name"]: column for column in info["columns"]}
    for name in (*data.target, *data.roles):
        if name not in known:
            raise DataError(
                f"The table has no column {name}.",
                where=f"column {name}",
                hint="Choose the columns again: the table may be another version.",
            )
    if data.target[0] in data.columns("feature"):
        raise DataError(
            f"{data.target[0]} is both the target and a feature.",
            where=f"column {data.target[0]}",
            hint="Give it one role.",
        )
    features = [
        name for name in known if data.roles.get(name) == "feature" and known[name]["missing_share"] < 1
    ]
    for name in features:
        if known[name]["type"] in ("text", "picture"):
            raise DataError(
                f"{name} holds {known[name]['type']}s, which cannot be an input of this network.",
                where=f"column {name}",
                hint="Set its role to ignored, or its type to category.",
            )
    if not features:
        raise DataError(
            "No column is left to learn from.",
            where="data.roles",
            hint="Give at least one column that is not empty the role feature.",
        )
    return features


def read_column(table: Path, name: str) -> Any:
    """One column of the table as ``cells`` has it: numbers, dates or Words."""
    try:
        # Without its name, which polars would take for a pattern when it is "*" or "^…$".
        series = pl.scan_parquet(table).select(cs.by_name(name)).collect().to_series().rename("cells")
    except (OSError, pl.exceptions.PolarsError) as error:
        raise EngineError(f"The table cannot be read: {error}.") from error
    if series.dtype.is_numeric():
        return series.cast(pl.Float64).fill_null(float("nan")).to_numpy()
    if series.dtype.is_temporal():
        return series.cast(pl.Datetime("us")).to_numpy()
    values = series.drop_nulls().unique().sort()
    codes = series.cast(pl.Enum(values)).to_physical().cast(pl.Int64).fill_null(-1)
    return Words(codes.to_numpy(), values.to_list())


def _about(info: dict[str, Any], name: str) -> dict[str, Any]:
    return next(column for column in info["columns"] if column["name"] == name)


def _present(column: Any) -> np.ndarray:
    present: np.ndarray
    if isinstance(column, Words):
        present = column.codes >= 0
    else:
        present = ~(np.isnat(column) if column.dtype.kind == "M" else np.isnan(column))
    return present


def _taken(column: Any, rows: np.ndarray) -> Any:
    if len(rows) == len(column):
        return column
    return Words(column.codes[rows], column.values) if isinstance(column, Words) else column[rows]


def _split(table: Path, data: Data, info: dict[str, Any], target: Any, rows: np.ndarray) -> np.ndarray:
    chosen = data.split
    by, values = None, None
    if chosen.method == "stratified":
        by = _strata(target, data)
    elif chosen.method != "random":
        by, values = _split_column(table, data, info, rows)
    return split(
        len(rows),
        method=chosen.method,
        validation=chosen.validation,
        test=chosen.test,
        seed=chosen.seed,
        by=by,
        values=values,
    )


def _strata(target: Any, data: Data) -> np.ndarray:
    if data.task == "regression":
        edges = np.quantile(target, np.linspace(0, 1, 11)[1:-1])
        return np.asarray(np.searchsorted(edges, target))
    words = class_words(target)
    return category_codes(sorted(words.values), words)


def _split_column(
    table: Path, data: Data, info: dict[str, Any], rows: np.ndarray
) -> tuple[np.ndarray, list[str] | None]:
    role = {"time": "time", "group": "group"}.get(data.split.method)
    name = data.split.column or next(iter(data.columns(role) if role else []), None)  # type: ignore[arg-type]
    if name is None or name not in {column["name"] for column in info["columns"]}:
        raise DataError(
            f"A split by {data.split.method} needs a column.",
            where="data.split.column",
            hint="Choose the column, or a random split.",
        )
    column = _taken(read_column(table, name), rows)
    if data.split.method == "time":
        if isinstance(column, Words):
            raise DataError(
                f"{name} holds neither dates nor numbers, so rows cannot be ordered by it.",
                where=f"column {name}",
                hint="Choose a date column, or a random split.",
            )
        return column, None
    words = column if isinstance(column, Words) else class_words(_as_numbers(column))
    return np.asarray(words.codes), list(words.values)


def _as_numbers(column: np.ndarray) -> np.ndarray:
    if column.dtype.kind != "M":
        return column
    return np.where(np.isnat(column), np.nan, column.astype(np.int64).astype(np.float64))
