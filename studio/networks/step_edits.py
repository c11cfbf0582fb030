"""Edits of the preparation in a draft: ``put`` with a path below ["data", "steps"].

["data", "steps", "add"]              value: a step's name; a fitting column is chosen
["data", "steps", 2, "move"]          value: the place that it goes to
["data", "steps", 2, "remove"]
["data", "steps", 2, "columns", "add" or "remove"]     value: a column
["data", "steps", 2, "by"]            value: of that field, as it was typed
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from studio.datasets.proposals import changes
from studio.networks import fields
from training.declared import field_of
from training.errors import SettingError
from training.steps import STEPS

STEPS_LIMIT = 200


def put_steps(data: dict[str, Any], path: list[Any], value: Any, info: dict[str, Any]) -> None:
    """Change ``data["steps"]``; path: what follows ["data", "steps"]. Raises SettingError."""
    steps = [dict(step) for step in data.get("steps", [])]
    match path:
        case ["add"] if isinstance(value, str) and value in STEPS:
            _add(steps, fresh(value, data, info))
        case [place, "move"]:
            steps.insert(_place(value, steps), steps.pop(_place(place, steps)))
        case [place, "remove"]:
            steps.pop(_place(place, steps))
        case [place, "columns", ("add" | "remove") as act] if isinstance(value, str):
            step = steps[_place(place, steps)]
            others = [name for name in step.get("columns", []) if name != value]
            step["columns"] = [*others, value] if act == "add" else others
        case [place, str(name)] if name != "do":
            step = steps[_place(place, steps)]
            step[name] = _typed(step, name, value)
        case _:
            raise SettingError(_("There is no such change of the preparation."), where="data.steps")
    data["steps"] = steps


def label(path: list[Any]) -> str:
    """What an edit does, for the undo button. path: what follows ["data", "steps"]."""
    match path:
        case ["add"]:
            return _("Added a step")
        case [_, "move"]:
            return _("Moved a step")
        case [_, "remove"]:
            return _("Removed a step")
        case [_, "off"]:
            return _("Switched a step on or off")
        case _:
            return _("Changed a step")


def fresh(name: str, data: dict[str, Any], info: dict[str, Any]) -> dict[str, Any]:
    """A step with its defaults, on the first feature that it takes."""
    kind, roles = STEPS[name], data.get("roles", {})
    if "column" not in kind.model_fields:
        return {"do": name}
    features = [column for column in info["columns"] if roles.get(column["name"]) == "feature"]
    able = [
        column for column in features or info["columns"] if not kind.takes or column["type"] in kind.takes
    ]
    if not able:
        raise SettingError(
            _("No feature is of a type that “%(step)s” takes.") % {"step": _(kind.title)}, where="data.steps"
        )
    emptier = sorted(able, key=lambda column: -column["missing"])  # sorting keeps the table's order
    wordier = sorted(able, key=lambda column: column["type"] == "number")
    chosen = {"fill": emptier, "drop_rows": emptier, "hash": wordier, "mask": wordier}.get(name, able)[0]
    step: dict[str, Any] = {"do": name, "column": chosen["name"]}
    return step | ({"by": "median"} if name == "fill" and chosen["type"] == "number" else {})


def _add(steps: list[dict[str, Any]], step: dict[str, Any]) -> None:
    if len(steps) >= STEPS_LIMIT:
        raise SettingError(
            _("A preparation has at most %(limit)s steps.") % {"limit": STEPS_LIMIT}, where="data.steps"
        )
    before = [at for at, other in enumerate(steps) if changes(other, step.get("column"))]
    steps.insert(before[0] if step["do"] == "hash" and before else len(steps), step)


def _place(value: Any, steps: list[Any]) -> int:
    text = str(value)
    if isinstance(value, bool) or not text.isascii() or not text.isdigit() or int(text[:9]) >= len(steps):
        raise SettingError(_("There is no such step."), where="data.steps")
    return int(text)


def _typed(step: dict[str, Any], name: str, value: Any) -> Any:
    """What was typed as the value of a field: a number where it is one."""
    kind = STEPS.get(str(step.get("do")))
    if name == "off":
        return value is True
    known = kind is not None and name in kind.model_fields and name != "columns"
    if value is not None and not isinstance(value, str | int | float | bool):
        raise SettingError(_("A setting has to be a number, a text, on or off."))
    return fields.typed(field_of(kind, name), value) if known else value
