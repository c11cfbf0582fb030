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
    from training.encode.cells import columns_from_rows
else:  # unzipped: the same files lie beside this one
    from apply import apply  # type: ignore
    from cells import columns_from_rows  # type: ignore

_AT_ONCE = 4096
_LARGEST_MEMBER = 2 << 30
_SHOWN = 5


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
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            _member(self.source, "model.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self._arrays = [taken.name for taken in self._session.get_inputs()]

    @property
    def task(self) -> str:
        """``"binary"``, ``"multiclass"`` or ``"regression"``."""
        return str(self.state["target"]["task"])

    @property
    def target(self) -> str:
        """The column that is predicted."""
        return str(self.state["target"]["name"])

    @property
    def classes(self) -> list[str]:
        """The classes that probabilities are for, in their order; empty for a number."""
        return list(self.state["target"].get("classes") or [])

    @property
    def features(self) -> list[dict[str, Any]]:
        """What a form has to ask for, in the table's order.

        Each has name, type and typical (a value that often occurs, or the median); a number also
        min, max and whole, a date min and max, a category or yes/no choices (most frequent first).
        """
        return [dict(feature) for feature in self._features]

    def unknown_columns(self, rows: list[dict[str, Any]]) -> list[str]:
        """Columns of the rows that the model does not look at, apart from its target."""
        known = {*(feature["name"] for feature in self._features), self.target}
        return [name for name in dict.fromkeys(name for row in rows for name in row) if name not in known]

    def predict(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """One ``{"prediction": …}`` a row; with classes also ``"probabilities": {class: share}``.

        rows: column -> text, number, true/false or None. Empty cells are allowed, other columns
        are ignored. Raises ValueError, in a sentence that names row and column, when a column is
        missing, a cell cannot be read, or an answer is no finite number.
        """
        problems: list[dict[str, Any]] = []
        columns = columns_from_rows(self.state, rows, problems)
        if problems:
            raise ValueError(_sentence(problems))
        if not rows:
            return []
        outputs = self.run(apply(self.state, columns))
        lost = np.flatnonzero(~np.isfinite(outputs).all(axis=1))
        if len(lost):
            raise ValueError(f"Row {lost[0] + 1:,} has numbers that are too large for the model to answer.")
        return self.predictions_of(outputs)

    def run(self, arrays: dict[str, np.ndarray]) -> np.ndarray:
        """Encoded arrays (n, …) to (n, classes) probabilities or (n, 1) values."""
        taken = {name: arrays[name] for name in self._arrays}
        rows = len(next(iter(taken.values())))
        name = "prediction" if self.task == "regression" else "probabilities"
        pieces = [
            self._session.run([name], {key: array[at : at + _AT_ONCE] for key, array in taken.items()})[0]
            for at in range(0, rows, _AT_ONCE)
        ]
        return np.concatenate(pieces)

    def predictions_of(self, outputs: np.ndarray) -> list[dict[str, Any]]:
        """What ``run`` answered, in the words of the target."""
        if self.task == "regression":
            return [{"prediction": _finite(value)} for value in outputs[:, 0].tolist()]
        best = outputs.argmax(axis=1).tolist()
        return [
            {
                "prediction": self.classes[at],
                "probabilities": dict(zip(self.classes, map(_finite, shares), strict=True)),
            }
            for at, shares in zip(best, outputs.tolist(), strict=True)
        ]


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
