"""Whether a bundle does what was trained: its arrays and its predictions against the engine's."""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from training.assembly import Assembled
from training.batches import rows_of
from training.bundle.runtime import Bundle
from training.curves import thinned
from training.encode import Encoded, apply, columns_from_rows
from training.encode.cells import read_columns, text_of_number
from training.encode.preparation import fingerprint
from training.errors import EngineError
from training.judging import predictions_of, scores_on

MOST_ROWS = 1_000
TOLERANCE = 1e-4  # of a probability, or of the target's deviation


def check_bundle(
    bundle: Bundle, parts: Assembled, encoded: Encoded, table: Path, key: str = ""
) -> dict[str, Any]:
    """Compare on up to MOST_ROWS real rows, evenly spread over the table.

    key: what columns are hashed with that the bundle expects hashed.
    Answers ``{"rows", "difference", "unit"}``: the largest difference of a prediction, as a share
    of ``unit`` ("probability" or "deviation of the target"). Raises EngineError when they disagree.
    """
    chosen = thinned(len(encoded.parts), MOST_ROWS)
    _check_arrays(bundle, encoded, table, chosen, key)
    mask = np.zeros(len(encoded.parts), dtype=bool)
    mask[chosen] = True
    rows = rows_of(encoded.arrays, mask, parts.arrays, "cpu", parts.prepare_target)
    ours = predictions_of(parts, scores_on(parts, rows)).astype(np.float64)
    theirs = bundle.run({name: encoded.arrays[name][chosen] for name in encoded.arrays}).astype(np.float64)
    is_number = not encoded.state["target"]["classes"]
    unit = np.array(encoded.state["target"]["std"] if is_number else 1.0)
    unit = unit[:, None] if ours.ndim == 3 else unit  # ranges have three values a number
    difference = float(np.max(np.abs(ours - theirs) / unit))
    # A value far from the mean has more digits before the point, so it may differ by more.
    allowed = TOLERANCE * max(1.0, float(np.max(np.abs(ours) / unit)) if is_number else 1.0)
    if not difference <= allowed:
        raise EngineError(
            f"The exported model disagrees with the trained one: the largest difference is {difference:.2g}, "
            f"at most {allowed:.2g} is allowed.",
            hint="Nothing was written. Please report this with the recipe.",
        )
    return {
        "rows": len(chosen),
        "difference": difference,
        "unit": "deviation of the target" if is_number else "probability",
    }


def _check_arrays(bundle: Bundle, encoded: Encoded, table: Path, chosen: np.ndarray, key: str) -> None:
    """The table's rows as text, through the bundle's preprocessing, must give the arrays of training."""
    rows, windows = rows_behind(encoded, chosen)
    texts = rows_as_text(table, rows, bundle.state, key)
    made = apply(bundle.state, columns_from_rows(bundle.state, texts), windows)
    for name, array in made.items():
        if not np.array_equal(array, encoded.arrays[name][chosen]):
            at = np.argwhere(array != encoded.arrays[name][chosen])
            where = f"{name}, column {int(at[0][-1]) + 1}" if len(at) else name
            raise EngineError(
                f"The bundle's preprocessing disagrees with the one that was trained on, in {where}.",
                hint="Nothing was written. Please report this with the recipe.",
            )


def rows_behind(encoded: Encoded, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
    """The table's rows that entries of the arrays were made of; of windows also which of these each holds."""
    if encoded.order is None:
        return encoded.rows[chosen], None
    length = encoded.state["series"]["window"]
    place = np.empty(int(encoded.order.max()) + 1, dtype=np.int64)
    place[encoded.order] = np.arange(len(encoded.order))
    windows = encoded.order[place[encoded.rows[chosen]][:, None] + np.arange(1 - length, 1)]
    rows, found = np.unique(windows, return_inverse=True)
    return rows, found.reshape(windows.shape)


def rows_as_text(table: Path, rows: np.ndarray, state: dict[str, Any], key: str = "") -> list[dict[str, str]]:
    """Rows of the table by number, as the text that a file in its own style would hold; hashed with ``key``
    where the state expects that."""
    names = [column["name"] for column in read_columns(state)]
    frame = pl.read_parquet(table, columns=names)[rows]
    columns = [_texts(frame[column["name"]].to_list(), column, key) for column in read_columns(state)]
    return [dict(zip(names, cells, strict=True)) for cells in zip(*columns, strict=True)]


def _texts(values: list[Any], about: dict[str, Any], key: str) -> list[str]:
    if about["type"] == "hash":
        return ["" if value is None else fingerprint(_plain(value), key, about["length"]) for value in values]
    style = about.get("format") or {}
    return ["" if value is None else _text(value, style) for value in values]


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else text_of_number(value)


def _text(value: Any, style: dict[str, str]) -> str:
    if isinstance(value, bytes):
        return b64encode(value).decode()
    if isinstance(value, datetime):
        return value.strftime(style.get("date", "%Y-%m-%d").replace("%.f", ".%f"))
    if isinstance(value, float | int) and not isinstance(value, bool):
        return repr(value).replace(".", style.get("decimal", "."))
    return str(value)
