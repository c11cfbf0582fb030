"""Input shapes and heads: what comes from the data and the task, not from the drawing."""

from __future__ import annotations

from typing import Any

from training.encode.apply import DATE_PARTS, PERIODS, WAVES, labels_in
from training.encode.targets import separator_of
from training.layers import Shape
from training.network.parts import Head
from training.objectives import answers_in, objective_of
from training.recipe import Data, Encode, Named
from training.steps import foreseen

_RESERVED = 2  # codes of a text that say padding and unknown: training.encode.texts


def inputs_of(state: dict[str, Any]) -> dict[str, Shape]:
    """The exact input shapes, from what encoding learned."""
    inputs = {}
    if names := state["numbers"]["names"]:
        inputs["numbers"] = Shape((len(names),))
    if series := state.get("series"):
        inputs["series"] = Shape((series["window"], len(series["names"])))
    if sizes := state["categories"]["sizes"]:
        inputs["categories"] = Shape((len(sizes),), "categories", sizes=tuple(sizes))
    if text := state.get("text"):
        inputs["text"] = Shape((text["length"],), "tokens", sizes=(text["size"],), padded=0)
    if picture := state.get("picture"):
        inputs["picture"] = Shape((picture["channels"], picture["height"], picture["width"]), "picture")
    return inputs


def inputs_about(info: dict[str, Any], data: Data) -> dict[str, Shape]:
    """The input shapes as far as the profile tells; ``about`` marks what the training split decides."""
    numbers, sizes, about, kinds = 0, [], False, set()
    encode, past = data.encode, data.target if data.task == "forecast" else ()
    for column in foreseen(info, data)["columns"]:
        is_input = data.roles.get(column["name"]) == "feature" or column["name"] in past
        if not is_input or column["missing_share"] >= 1:
            continue
        if column["type"] == "number":
            flagged = encode.indicator and column["missing"] > 0 and not encode.picture.pixels
            numbers += 1 + flagged
            about = about or flagged
        elif column["type"] == "date":
            numbers += _date_numbers(column, encode)
            about = True
        elif column["type"] in ("category", "yes/no"):
            sizes.append(min(column["distinct"], encode.max_categories) + 1)
        else:
            kinds.add(column["type"])
    inputs = {}
    if numbers and data.task == "forecast":
        inputs["series"] = Shape((data.windows.window, numbers), about=about)
    elif numbers and encode.picture.pixels:
        kinds.add("picture")
    elif numbers:
        inputs["numbers"] = Shape((numbers,), about=about)
    if sizes:
        inputs["categories"] = Shape((len(sizes),), "categories", sizes=tuple(sizes), about=True)
    if "text" in kinds:
        most = encode.text.vocabulary + _RESERVED
        inputs["text"] = Shape((encode.text.length,), "tokens", sizes=(most,), about=True, padded=0)
    if "picture" in kinds:
        inputs["picture"] = Shape((encode.picture.channels, *[encode.picture.size] * 2), "picture")
    return inputs


def _date_numbers(column: dict[str, Any], encode: Encode) -> int:
    parts = column.get("parts") or DATE_PARTS[: None if _has_hours(column) else -1]
    return sum(len(WAVES) if encode.dates == "cyclic" and part in PERIODS else 1 for part in parts)


def _has_hours(column: dict[str, Any]) -> bool:
    ends = [str(column.get(end) or "") for end in ("min", "max")]
    return any("T" in end and not end.split("T")[1].startswith("00:00:00") for end in ends)


def head_for(data: Data, source: dict[str, Any], objective: Named | None = None) -> Head:
    """The head that the task's objective asks for.

    source: the encoder's state, or a version's info (whose class count is "about": rows without
    a target or classes the profile has not counted). Raises SettingError for a wrong objective.
    """
    chosen = objective_of(objective or Named(name="auto"), data.task)
    answers = _answers(data, source)
    return Head(_title(data, answers), chosen.head(answers), chosen.own_softmax)


def _title(data: Data, answers: int) -> str:
    if data.task == "binary":
        return "Output: yes or no"
    if data.task == "multiclass":
        return f"Output: one of {answers:,} classes"
    if data.task == "multilabel":
        return f"Output: any of {answers:,} labels"
    of = f" of {len(data.target):,} columns" if len(data.target) > 1 and data.task == "forecast" else ""
    steps = data.windows.horizon if data.task == "forecast" else 1
    if steps > 1:
        return f"Output: {steps:,} steps{of}"
    return f"Output: {answers:,} numbers" if answers > 1 else "Output: a number"


def _answers(data: Data, source: dict[str, Any]) -> int:
    """How many classes, labels or numbers the head is for."""
    if "target" in source:
        return answers_in(source["target"])
    if data.task in ("regression", "forecast"):
        return len(data.target) * (data.windows.horizon if data.task == "forecast" else 1)
    column = next((each for each in source["columns"] if each["name"] == data.target[0]), None)
    if column is None:
        return 2
    if data.task == "multilabel":
        return _labels(column)
    return int(column["distinct"])


def _labels(column: dict[str, Any]) -> int:
    """How many labels the cells that a profile shows hold together."""
    seen = [str(value) for value, _ in column.get("top") or []]
    cells = seen + [str(cell) for cell in column.get("examples") or []]
    separator = separator_of(cells)
    return max(2, len({label for cell in cells for label in labels_in(cell, separator)}))
