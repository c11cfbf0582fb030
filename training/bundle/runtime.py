"""A bundle that predicts: rows in, predictions out. numpy, onnxruntime and the standard library only.

This file lies in every bundle, beside ``apply.py`` and ``cells.py``, and Strata serves predictions
with the same file: what people download is what is served.
"""

from __future__ import annotations

import json
import math
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

if __package__:
    from training.encode.apply import apply
    from training.encode.cells import column_of, columns_from_rows, read_columns
    from training.encode.windows import earlier_row, group_codes, window_rows
else:  # unzipped: the same files lie beside this one
    from apply import apply  # type: ignore
    from cells import column_of, columns_from_rows, read_columns  # type: ignore
    from windows import earlier_row, group_codes, window_rows  # type: ignore

_AT_ONCE = 4096
_LARGEST_MEMBER = 2 << 30
_SHOWN = 5
_LIKELY = 0.5  # a label with a larger probability is said


class Bundle:
    """A trained model with its preprocessing, from a bundle's zip or the folder it was unzipped to.

    Raises ValueError when the file is no bundle. An instance may be shared between threads.
    """

    def __init__(self, source: Path | str) -> None:
        self.source = Path(source)
        document = json.loads(_member(self.source, "preprocessing.json"))
        self.state: dict[str, Any] = document["state"]
        self._features: list[dict[str, Any]] = document["features"]
        self.reading: dict[str, Any] = document.get("reading", {})
        self.levels: list[float] = document.get("levels", [])
        """Of predicted ranges: the shares of true values below low, median and high; else empty."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            _member(self.source, "model.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self._arrays = [taken.name for taken in self._session.get_inputs()]

    @property
    def task(self) -> str:
        """``"binary"``, ``"multiclass"``, ``"multilabel"``, ``"regression"`` or ``"forecast"``."""
        return str(self.state["target"]["task"])

    @property
    def target(self) -> str:
        """The column that is predicted; of several, the first."""
        return str(self.state["target"]["name"])

    @property
    def outputs(self) -> list[str]:
        """Names of the numbers of one prediction, "sales +1" …; one name where it is a single answer."""
        return list(self.state["target"]["names"])

    @property
    def window(self) -> int:
        """How many rows in a row one prediction looks at: 1, or a forecast's window."""
        return int((self.state.get("series") or {"window": 1})["window"])

    @property
    def classes(self) -> list[str]:
        """The classes or labels that probabilities are for, in their order; empty for numbers."""
        return list(self.state["target"].get("classes") or [])

    @property
    def features(self) -> list[dict[str, Any]]:
        """What a form has to ask for, in the table's order.

        Each has name, type and typical (a value that often occurs, or the median); a number also
        min, max and whole, a date min and max, a category or yes/no choices (most frequent first).
        """
        return [dict(feature) for feature in self._features]

    @property
    def columns(self) -> list[str]:
        """The columns that rows must have: the features, and the group that windows must not cross."""
        return [column["name"] for column in read_columns(self.state)]

    def unknown_columns(self, rows: list[dict[str, Any]]) -> list[str]:
        """Columns of the rows that the model does not look at, apart from its target."""
        series = self.state.get("series") or {}
        beside = [series[role]["name"] for role in ("time", "group") if series.get(role)]
        targets = [about["name"] for about in self.state["target"]["columns"]]
        known = {*(feature["name"] for feature in self._features), *targets, *beside}
        return [name for name in dict.fromkeys(name for row in rows for name in row) if name not in known]

    def predict(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """One ``{"prediction": …}`` a row; with classes also ``"probabilities": {class: share}``.

        The prediction is a class, a number, a list of labels, or ``{name: number}`` for several. With
        ``levels`` it is the median, and ``"low"`` and ``"high"`` in the same form are its range.
        rows: column -> text, number, true/false or None. Empty cells are allowed, other columns
        are ignored. A forecast takes rows in order of time and answers once for each row that ends
        a whole window; ``"row"`` is its number, from 1. Raises ValueError, in a sentence that names
        row and column, when a column is missing, a cell cannot be read, rows are out of order or
        fewer than a window, or an answer is no finite number.
        """
        problems: list[dict[str, Any]] = []
        columns = columns_from_rows(self.state, rows, problems)
        if problems:
            raise ValueError(_sentence(problems))
        if not rows:
            return []
        ends = self._ends(columns, rows)
        outputs = self.run(apply(self.state, columns))
        lost = np.flatnonzero(~np.isfinite(outputs.reshape(len(outputs), -1)).all(axis=1))
        if len(lost):
            row = ends[lost[0]] + 1 if ends else lost[0] + 1
            raise ValueError(f"Row {row:,} has numbers that are too large for the model to answer.")
        found = self.predictions_of(outputs)
        return [{"row": row + 1, **one} for row, one in zip(ends, found, strict=True)] if ends else found

    def _ends(self, columns: dict[str, Any], rows: list[dict[str, Any]]) -> list[int]:
        """The rows that end a whole window; [] where each row is predicted by itself."""
        series = self.state.get("series")
        if not series:
            return []
        time = series.get("time")
        if time and any(time["name"] in row for row in rows):
            moments = column_of(time, [row.get(time["name"]) for row in rows])
            group = series.get("group")
            late = earlier_row(moments, group_codes(columns[group["name"]]) if group else None)
            if late is not None:
                raise ValueError(
                    f"Row {late + 1:,} is earlier than one before it. Send rows in order of time."
                )
        ends: list[int] = window_rows(self.state, columns)[:, -1].tolist()
        if not ends:
            of_group = f" of one {series['group']['name']}" if series.get("group") else ""
            raise ValueError(
                f"A prediction looks at {self.window:,} rows{of_group} that follow one another, and there "
                "are fewer. Send at least so many."
            )
        return ends

    def run(self, arrays: dict[str, np.ndarray]) -> np.ndarray:
        """Encoded arrays (n, …) to (n, classes) probabilities, (n, outputs) values or (…, 3) ranges."""
        taken = {name: arrays[name] for name in self._arrays}
        rows = len(next(iter(taken.values())))
        name = "probabilities" if self.classes else "prediction"
        pieces = [
            self._session.run([name], {key: array[at : at + _AT_ONCE] for key, array in taken.items()})[0]
            for at in range(0, rows, _AT_ONCE)
        ]
        return np.concatenate(pieces)

    def predictions_of(self, outputs: np.ndarray) -> list[dict[str, Any]]:
        """What ``run`` answered, in the words of the target."""
        if self.levels:
            low, median, high = np.moveaxis(outputs, 2, 0).tolist()
            return [
                dict(zip(("prediction", "low", "high"), map(self._numbers, values), strict=True))
                for values in zip(median, low, high, strict=True)
            ]
        if not self.classes:
            return [{"prediction": self._numbers(values)} for values in outputs.tolist()]
        if self.task == "multilabel":
            chosen: list[Any] = [
                [label for label, share in zip(self.classes, shares, strict=True) if share > _LIKELY]
                for shares in outputs.tolist()
            ]
        else:
            chosen = [self.classes[at] for at in outputs.argmax(axis=1).tolist()]
        return [
            {
                "prediction": one,
                "probabilities": dict(zip(self.classes, map(_finite, shares), strict=True)),
            }
            for one, shares in zip(chosen, outputs.tolist(), strict=True)
        ]

    def _numbers(self, values: list[float]) -> Any:
        if len(self.outputs) == 1:
            return _finite(values[0])
        return dict(zip(self.outputs, map(_finite, values), strict=True))


def _member(source: Path, name: str) -> bytes:
    """A file of the bundle, whether it is zipped or not."""
    try:
        if source.is_dir():
            return (source / name).read_bytes()
        with zipfile.ZipFile(source) as archive, archive.open(name) as file:
            content = file.read(_LARGEST_MEMBER + 1)
    except (OSError, KeyError, zipfile.BadZipFile):
        raise ValueError(f"{source.name} is not a bundle: it has no {name} that can be read.") from None
    if len(content) > _LARGEST_MEMBER:
        raise ValueError(f"{source.name} is not a bundle: its {name} is larger than 2 GB.")
    return content


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _sentence(problems: list[dict[str, Any]]) -> str:
    shown = [
        f"row {each['row']:,}, column {each['column']}: “{each['text'][:40]}” {each['what']}"
        for each in problems[:_SHOWN]
    ]
    more = f", and {len(problems) - _SHOWN:,} more" if len(problems) > _SHOWN else ""
    return f"Some cells cannot be read: {'; '.join(shown)}{more}. Mend them, or leave them empty."


def listed(names: Iterable[str]) -> str:
    """Names for a sentence, the first few."""
    names = list(names)
    more = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
