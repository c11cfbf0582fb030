"""Input shapes and heads: what comes from the data and the task, not from the drawing."""

from __future__ import annotations

from typing import Any

from training.layers import Shape
from training.network.parts import Head
from training.objectives import objective_of
from training.recipe import Data, Named

_DATE_PARTS = 5  # year, month, day, weekday, hour: training.encode.apply


def inputs_of(state: dict[str, Any]) -> dict[str, Shape]:
    """The exact input shapes, from what encoding learned."""
    inputs = {}
    if names := state["numbers"]["names"]:
        inputs["numbers"] = Shape((len(names),))
    if sizes := state["categories"]["sizes"]:
        inputs["categories"] = Shape((len(sizes),), "categories", sizes=tuple(sizes))
    return inputs


def inputs_about(info: dict[str, Any], data: Data) -> dict[str, Shape]:
    """The input shapes as far as the profile tells; ``about`` marks what the training split decides."""
    numbers, sizes, about = 0, [], False
    for column in info["columns"]:
        if data.roles.get(column["name"]) != "feature" or column["missing_share"] >= 1:
            continue
        if column["type"] == "number":
            flagged = data.encode.indicator and column["missing"] > 0
            numbers += 1 + flagged
            about = about or flagged
        elif column["type"] == "date":
            numbers += _DATE_PARTS - (not _has_hours(column))
            about = True
        elif column["type"] in ("category", "yes/no"):
            sizes.append(min(column["distinct"], data.encode.max_categories) + 1)
    inputs = {}
    if numbers:
        inputs["numbers"] = Shape((numbers,), about=about)
    if sizes:
        inputs["categories"] = Shape((len(sizes),), "categories", sizes=tuple(sizes), about=True)
    return inputs


def _has_hours(column: dict[str, Any]) -> bool:
    ends = [str(column.get(end) or "") for end in ("min", "max")]
    return any("T" in end and not end.split("T")[1].startswith("00:00:00") for end in ends)


def head_for(data: Data, source: dict[str, Any], objective: Named | None = None) -> Head:
    """The head that the task's objective asks for.

    source: the encoder's state, or a version's info (whose class count is "about": rows without
    a target or classes the profile has not counted). Raises SettingError for a wrong objective.
    """
    chosen = objective_of(objective or Named(name="auto"), data.task)
    classes = _classes(data, source)
    titles = {
        "binary": "Output: yes or no",
        "multiclass": f"Output: one of {classes:,} classes",
        "regression": "Output: a number",
    }
    return Head(titles[data.task], chosen.head(classes), chosen.own_softmax)


def _classes(data: Data, source: dict[str, Any]) -> int:
    if data.task != "multiclass":
        return 0
    if "target" in source:
        return len(source["target"]["classes"])
    column = next((each for each in source["columns"] if each["name"] == data.target[0]), None)
    return int(column["distinct"]) if column else 2
