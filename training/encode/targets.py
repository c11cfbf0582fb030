"""What is learned of the targets: classes, labels, means and deviations, as plain JSON."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from training.encode.apply import category_codes, class_words, label_rows, labels_in
from training.encode.cells import NO, YES, Words
from training.encode.figures import deviation_of, mean_of, or_one
from training.errors import DataError
from training.recipe import Data

MAX_CLASSES = 1_000
SEPARATORS = ";|,"


def learn_target(
    columns: dict[str, Any], training: np.ndarray, data: Data, info: dict[str, Any]
) -> dict[str, Any]:
    """The targets' part of the state.

    columns: name -> target column in the order of ``data.target``; of all but a forecast no cell is
    missing. Classes come from all rows, means and deviations from the training rows. Answers
    ``{"name", "names", "task", "classes", "mean", "std", "columns", "rows"}``, ``rows`` being those of
    training; classes and labels also have ``counts``, training rows of each; a multi-label target has
    ``separator``, and its classes are the labels; columns of numbers have their ``min``.
    Raises DataError when the task does not fit a column: one class, too many, no numbers.
    """
    about = {column["name"]: column for column in info["columns"]}
    entries = [
        {key: about[name][key] for key in ("name", "type", "format") if key in about[name]}
        for name in columns
    ]
    state = {**entries[0], "names": list(columns), "task": data.task, "columns": entries, "classes": None}
    state["rows"] = int(training.sum())
    if data.task in ("regression", "forecast"):
        learned = _numbers(columns, training, data, about)
        lowest = [{"min": float(np.nanmin(column))} for column in columns.values()]
        return state | learned | {"columns": [a | b for a, b in zip(entries, lowest, strict=True)]}
    name, column = next(iter(columns.items()))
    if data.task == "multilabel":
        return state | _labels(about[name], column, training) | {"mean": None, "std": None}
    classes = classes_of(about[name], column)
    if data.task == "binary" and len(classes) != 2:
        raise DataError(
            f"{name} has {len(classes):,} classes; a yes/no task has two.",
            where=f"column {name}",
            hint="Choose classification with several classes as the task.",
        )
    codes = category_codes(classes, class_words(column))[training] - 1
    counts = np.bincount(codes, minlength=len(classes)).tolist()
    return state | {"classes": classes, "counts": counts, "mean": None, "std": None}


def _numbers(
    columns: dict[str, Any], training: np.ndarray, data: Data, about: dict[str, Any]
) -> dict[str, Any]:
    means, deviations = [], []
    for name, column in columns.items():
        if isinstance(column, Words) or column.dtype.kind == "M":
            what = "a forecast" if data.task == "forecast" else "regression"
            raise DataError(
                f"{name} holds {_kind(about[name]['type'])}, and {what} predicts a number.",
                where=f"column {name}",
                hint="Choose a number column, or classification as the task.",
            )
        values = column[training]
        values = values[~np.isnan(values)]
        means.append(mean_of(values) if len(values) else 0.0)
        deviations.append(or_one(deviation_of(values)) if len(values) else 1.0)
    if data.task == "regression":
        return {"mean": means, "std": deviations}
    steps = data.windows.horizon
    names = [f"{name} +{step}" for step in range(1, steps + 1) for name in columns]
    return {"names": names, "mean": means * steps, "std": deviations * steps}


def _kind(type_: str) -> str:
    return {"date": "dates", "text": "texts", "category": "categories", "yes/no": "yes and no",
            "picture": "pictures"}.get(type_, type_)  # fmt: skip


def _labels(about: dict[str, Any], column: Any, training: np.ndarray) -> dict[str, Any]:
    words = _class_column(about, column)
    used = _used(words)
    separator = separator_of(used)
    labels = sorted({label for word in used for label in labels_in(word, separator)}, key=_class_order)
    if len(labels) < 2:
        raise DataError(
            f"{about['name']} has one label only, “{labels[0] if labels else ''}”; there is nothing to tell "
            "apart.",
            where=f"column {about['name']}",
            hint="Labels of one row are separated like “a;b;c”. Choose another target, or another task.",
        )
    _check_count(about["name"], len(labels), "labels")
    has = label_rows(class_words(column), separator, labels)[1]
    return {"separator": separator, "classes": labels, "counts": has[training].sum(axis=0).tolist()}


def separator_of(words: list[str]) -> str:
    """What parts the labels of one cell: the first of ; | , that stands in any."""
    return next((mark for mark in SEPARATORS if any(mark in word for word in words)), SEPARATORS[0])


def classes_of(about: dict[str, Any], column: Any) -> list[str]:
    """The classes of a target, sorted; of two, the one that says yes is last.

    Raises DataError for one class only and for more than MAX_CLASSES.
    """
    name = about["name"]
    classes = _used(_class_column(about, column))
    if len(classes) == 1:
        raise DataError(
            f"{name} is “{classes[0]}” in every row; there is nothing to tell apart.",
            where=f"column {name}",
            hint="Choose another target, or add rows of another class.",
        )
    _check_count(name, len(classes), "classes")
    return sorted(classes, key=_class_order)


def _class_column(about: dict[str, Any], column: Any) -> Any:
    if not isinstance(column, Words) and column.dtype.kind == "M":
        raise DataError(
            f"{about['name']} holds dates, which cannot be predicted.",
            where=f"column {about['name']}",
            hint="Choose another target.",
        )
    return class_words(column)


def _used(words: Any) -> list[str]:
    counts = np.bincount(words.codes[words.codes >= 0], minlength=len(words.values))
    return [word for word, count in zip(words.values, counts, strict=True) if count]


def _check_count(name: str, count: int, what: str) -> None:
    if count > MAX_CLASSES:
        raise DataError(
            f"{name} has {count:,} {what}, which looks like an identifier. Strata takes up to "
            f"{MAX_CLASSES:,}.",
            where=f"column {name}",
            hint="Choose another target, or regression when it is a quantity.",
        )


def _class_order(word: str) -> tuple[int, float, str]:
    if word.casefold() in NO | YES:
        return (0, float(word.casefold() in YES), word)
    return (1, float(word), word) if re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]+)?", word) else (2, 0.0, word)
