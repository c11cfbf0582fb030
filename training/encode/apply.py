"""State + columns -> arrays: the only code of Strata that turns values into network inputs.

Standard library and numpy only: this file is copied into bundles beside its siblings (COPIED of
this package), and training, evaluation, the web and the bundle all call it. So what was
trained on and what is predicted from cannot differ.
"""

from __future__ import annotations

from typing import Any

import numpy as np

if __package__:
    from training.encode.pictures import picture_array, pixel_array
    from training.encode.preparation import prepared
    from training.encode.texts import text_codes
    from training.encode.windows import window_rows
else:  # unzipped: the same files lie beside this one
    from pictures import picture_array, pixel_array  # type: ignore
    from preparation import prepared  # type: ignore
    from texts import text_codes  # type: ignore
    from windows import window_rows  # type: ignore

DATE_PARTS = ("year", "month", "day", "weekday", "hour")
PERIODS = {"month": 12, "day": 31, "weekday": 7, "hour": 24}
WAVES = ("sine", "cosine")
_LIMIT = float(np.finfo(np.float32).max)


def apply(
    state: dict[str, Any], columns: dict[str, Any], windows: np.ndarray | None = None
) -> dict[str, np.ndarray]:
    """The input arrays of these columns; an array without columns is left out.

    ``numbers`` float32 (n, k), ``categories`` int64 (n, k), ``text`` int64 (n, L),
    ``picture`` uint8 (n, C, H, W) and, for windows, ``series`` float32 (m, T, k) in the place of
    numbers; all other arrays then are those of the windows' last rows.
    columns: name -> float64 (n,), datetime64[us] (n,) or words (``codes`` int (n,), ``values``)
    or files (object array (n,) of bytes), for every column of the state; the types are those that
    ``cells.columns_from_rows`` gives.
    windows: int64 (m, T) rows of each window; every whole window where none are given.
    """
    rows = len(next(iter(columns.values()))) if columns else 0
    series = state.get("series")
    names = series["names"] if series else state["numbers"]["names"]
    numbers = np.empty((len(names), rows), dtype=np.float32)
    codes = np.empty((len(state["categories"]["names"]), rows), dtype=np.int64)
    texts, pixels = [], []
    arrays: dict[str, np.ndarray] = {}
    for about in state["columns"]:
        column = prepared(about, columns[about["name"]])
        if about["input"] == "categories":
            codes[about["at"]] = category_codes(about["vocabulary"], column)
        elif about["input"] == "text":
            texts.append(column)
        elif about["input"] == "pixels":
            pixels.append(column)
        elif about["input"] == "picture":
            arrays["picture"] = picture_array(state["picture"], column)
        else:
            for offset, values in enumerate(_number_inputs(about, column)):
                numbers[about["at"] + offset] = values
    if len(numbers):
        arrays["numbers"] = np.ascontiguousarray(numbers.T)
    if len(codes):
        arrays["categories"] = np.ascontiguousarray(codes.T)
    if texts:
        arrays["text"] = text_codes(state["text"], texts)
    if pixels:
        arrays["picture"] = pixel_array(state["picture"], pixels)
    if series:
        windows = window_rows(state, columns) if windows is None else windows
        numbers = arrays.pop("numbers")
        arrays = {"series": numbers[windows], **{name: each[windows[:, -1]] for name, each in arrays.items()}}
    return arrays


def apply_target(
    state: dict[str, Any], columns: dict[str, Any], ahead: np.ndarray | None = None
) -> np.ndarray:
    """The target array, by the state's task.

    float32 (n, targets) for regression, int64 (n,) for several classes, uint8 (n, 1) for two, uint8
    (n, labels), and float32 (m, horizon * targets) for a forecast, the next row's targets first.
    columns: name -> target column; ahead: int64 (m, horizon), the rows that a forecast predicts.
    Raises ValueError when a row's target is missing or a class that the state doesn't know.
    """
    about = state["target"]
    names = [entry["name"] for entry in about["columns"]]
    if about["task"] in ("regression", "forecast"):
        numbers = np.stack([np.clip(columns[name], -_LIMIT, _LIMIT) for name in names], axis=1)
        if ahead is not None:
            numbers = numbers[ahead].reshape(len(ahead), -1)
        if np.isnan(numbers).any():
            raise ValueError(f"Some rows have no {about['name']}.")
        return numbers.astype(np.float32)
    words = class_words(columns[names[0]])
    if about["task"] == "multilabel":
        labels, has = label_rows(words, about["separator"], about["classes"])
        if len(labels) > len(about["classes"]):
            raise ValueError(f"Some rows of {about['name']} have a label that training did not have.")
        return has.astype(np.uint8)
    codes = category_codes(about["classes"], words) - 1
    if (codes < 0).any():
        raise ValueError(f"Some rows have no {about['name']}, or a class that training did not have.")
    return codes if about["task"] == "multiclass" else codes.astype(np.uint8)[:, None]


def labels_in(cell: str, separator: str) -> list[str]:
    """The labels of a multi-label cell, "a;b;c": trimmed, none empty, each once."""
    return list(dict.fromkeys(label for part in cell.split(separator) if (label := part.strip())))


def label_rows(
    words: Any, separator: str, known: list[str] | tuple[str, ...] = ()
) -> tuple[list[str], np.ndarray]:
    """The labels (``known`` first, then others as they come) and which row has which, bool (n, labels)."""
    cells = [labels_in(word, separator) for word in words.values]
    labels = list(dict.fromkeys([*known, *(label for cell in cells for label in cell)]))
    places = {label: place for place, label in enumerate(labels)}
    has = np.zeros((len(cells) + 1, len(labels)), dtype=bool)
    for row, cell in enumerate(cells):
        has[row, [places[label] for label in cell]] = True
    return labels, has[words.codes]


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
        return [_scaled(part, _turned(part, parts[part["part"]])) for part in about["parts"]]
    inputs = [_scaled(about, column)]
    if about["indicator"]:
        inputs.append(np.isnan(column).astype(np.float32))
    return inputs


def _turned(about: dict[str, Any], values: np.ndarray) -> np.ndarray:
    """The sine or cosine of where a part stands in its period, where that is asked for."""
    if "wave" not in about:
        return values
    angle = 2 * np.pi * values / PERIODS[about["part"]]
    turned: np.ndarray = np.sin(angle) if about["wave"] == "sine" else np.cos(angle)
    return turned


def _scaled(about: dict[str, Any], column: np.ndarray) -> np.ndarray:
    filled = np.where(np.isnan(column), about["fill"], column)
    scaled: np.ndarray
    if "knots" in about:
        scaled = np.interp(filled, about["knots"], about["scores"])
    else:
        # Dividing first keeps 1e308 - (-1e308) from becoming infinite.
        scaled = np.clip(filled / about["scale"] - about["mean"] / about["scale"], -_LIMIT, _LIMIT)
    if about.get("clip") == "smooth":
        scaled = scaled / np.sqrt(1 + np.square(scaled / 3))  # RealMLP, arXiv 2407.04491
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
