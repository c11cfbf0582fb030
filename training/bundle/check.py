"""Whether a bundle does what was trained: its arrays and its predictions against the engine's."""

from __future__ import annotations

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
from training.errors import EngineError
from training.judging import predictions_of, scores_on

MOST_ROWS = 1_000
TOLERANCE = 1e-4  # of a probability, or of the target's deviation


def check_bundle(bundle: Bundle, parts: Assembled, encoded: Encoded, table: Path) -> dict[str, Any]:
    """Compare on up to MOST_ROWS real rows, evenly spread over the table.

    Answers ``{"rows", "difference", "unit"}``: the largest difference of a prediction, as a share
    of ``unit`` ("probability" or "deviation of the target"). Raises EngineError when they disagree.
    """
    chosen = thinned(len(encoded.parts), MOST_ROWS)
    _check_arrays(bundle, encoded, table, chosen)
    mask = np.zeros(len(encoded.parts), dtype=bool)
    mask[chosen] = True
    rows = rows_of(encoded.arrays, mask, parts.arrays, "cpu", parts.prepare_target)
    ours = predictions_of(parts, scores_on(parts, rows)).astype(np.float64)
    theirs = bundle.run({name: encoded.arrays[name][chosen] for name in encoded.arrays}).astype(np.float64)
    is_number = parts.recipe.data.task == "regression"
    unit = float(encoded.state["target"].get("std") or 1.0) if is_number else 1.0
    difference = float(np.max(np.abs(ours - theirs))) / unit
    # A value far from the mean has more digits before the point, so it may differ by more.
    allowed = TOLERANCE * max(1.0, float(np.max(np.abs(ours))) / unit if is_number else 1.0)
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


def _check_arrays(bundle: Bundle, encoded: Encoded, table: Path, chosen: np.ndarray) -> None:
    """The table's rows as text, through the bundle's preprocessing, must give the arrays of training."""
    texts = rows_as_text(table, encoded.rows[chosen], bundle.state)
    made = apply(bundle.state, columns_from_rows(bundle.state, texts))
    for name, array in made.items():
        if not np.array_equal(array, encoded.arrays[name][chosen]):
            at = np.argwhere(array != encoded.arrays[name][chosen])
            where = f"{name}, column {int(at[0][-1]) + 1}" if len(at) else name
            raise EngineError(
                f"The bundle's preprocessing disagrees with the one that was trained on, in {where}.",
                hint="Nothing was written. Please report this with the recipe.",
            )


def rows_as_text(table: Path, rows: np.ndarray, state: dict[str, Any]) -> list[dict[str, str]]:
    """Rows of the table by number, as the text that a file in its own style would hold."""
    names = [column["name"] for column in state["columns"]]
    frame = pl.read_parquet(table, columns=names)[rows]
    columns = [_texts(frame[column["name"]].to_list(), column) for column in state["columns"]]
    return [dict(zip(names, cells, strict=True)) for cells in zip(*columns, strict=True)]


def _texts(values: list[Any], about: dict[str, Any]) -> list[str]:
    style = about.get("format") or {}
    return ["" if value is None else _text(value, style) for value in values]


def _text(value: Any, style: dict[str, str]) -> str:
    if isinstance(value, datetime):
        return value.strftime(style.get("date", "%Y-%m-%d").replace("%.f", ".%f"))
    if isinstance(value, float | int) and not isinstance(value, bool):
        return repr(value).replace(".", style.get("decimal", "."))
    return str(value)
