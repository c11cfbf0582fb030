"""Putting one value into the data or fit part of a draft: which places there are, and what follows.

A place outside of these is refused; the value itself is stored as it was typed.
"""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext as _

from studio.datasets import proposals
from studio.networks.step_edits import put_steps
from training import recipe
from training.errors import DataError, SettingError
from training.start import first_objective

SCALARS = (
    "epochs", "steps", "batch_size", "sampling", "accumulation", "clip_norm", "clip_value", "precision",
    "channels_last", "compile", "deterministic", "device", "threads", "seed",
)  # fmt: skip
FIRST_STEPS = 1_000  # when somebody begins to count in steps
PARTS: dict[tuple[str, str], Any] = {
    ("data", "split"): recipe.Split,
    ("data", "encode"): recipe.Encode,
    ("data", "series"): recipe.Series,
    ("fit", "stopping"): recipe.Stopping,
    ("fit", "augment"): recipe.Augment,
}
NAMED = ("objective", "optimizer", "schedule")
ROLES = ("feature", "identifier", "ignored")
_SETTING = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}\Z")


def put(draft: dict[str, Any], path: Any, value: Any, info: dict[str, Any]) -> None:
    """Set one value of ``draft`` in place. Raises SettingError or DataError."""
    match path.split(".") if isinstance(path, str) else path:
        case ["data", "target"]:
            _put_target(draft["data"], value, info)
            draft["fit"]["objective"] = first_objective(draft["data"], info)
        case ["data", "task"]:
            _put_task(draft["data"], _scalar(value))
            draft["fit"]["objective"] = first_objective(draft["data"], info)
        case ["data", "steps", *rest]:
            put_steps(draft["data"], rest, value, info)
        case ["data", "roles", str(column)]:
            _put_role(draft["data"], column, value, info)
        case [str(part), str(group), str(name)] if name in _names_of(part, group):
            draft[part][group] = (draft[part].get(group) or {}) | {name: _scalar(value)}
        case ["data", "encode", str(group), str(name)] if name in _names_within(group):
            encode = draft["data"].setdefault("encode", {})
            encode[group] = (encode.get(group) or {}) | {name: _scalar(value)}
        case ["fit", "counted"]:
            _put_unit(draft["fit"], value)
        case ["fit", str(group), "name"] if group in NAMED:
            draft["fit"][group] = _renamed(draft["fit"].get(group, {}), _scalar(value))
        case ["fit", str(group), str(name)] if group in NAMED and _SETTING.match(name):
            draft["fit"].setdefault(group, {"name": "auto"})[name] = _scalar(value)
        case ["fit", str(name)] if name in SCALARS:
            draft["fit"][name] = _scalar(value)
        case _:
            raise SettingError(_("There is no setting “%(path)s”.") % {"path": str(path)[:80]})


def _names_of(part: str, group: str) -> set[str]:
    model = PARTS.get((part, group))
    return set(model.model_fields) if model else set()


def _names_within(group: str) -> set[str]:
    """The settings of a group of the encoding, such as those of texts."""
    model = {"text": recipe.Text, "picture": recipe.Picture}.get(group)
    return set(model.model_fields) if model else set()


def _put_unit(fit: dict[str, Any], unit: Any) -> None:
    """Count the run in epochs or in steps, which exclude each other."""
    if unit not in ("epochs", "steps"):
        raise SettingError(_("The length of a run is counted in epochs or steps."), where="fit.counted")
    other = "steps" if unit == "epochs" else "epochs"
    if fit.get(unit) is None:
        fit[unit] = recipe.Fit.model_fields["epochs"].default if unit == "epochs" else FIRST_STEPS
    fit[other] = None


def _scalar(value: Any) -> Any:
    if value is not None and not isinstance(value, str | int | float | bool):
        raise SettingError(_("A setting has to be a number, a text, on or off."))
    return value


def _renamed(part: dict[str, Any], name: Any) -> dict[str, Any]:
    """Another choice by name: its settings start from its own defaults."""
    return part if part.get("name") == name else {"name": name}


def _put_target(data: dict[str, Any], column: Any, info: dict[str, Any]) -> None:
    _check_column(column, info, "data.target")
    before = next(iter(data.get("target") or []), None)
    now = {"target": before, "task": data.get("task"), "roles": data.get("roles", {})}
    proposal = proposals.retargeted(info, now, column)
    data |= {"target": [column], "task": proposal["task"], "roles": proposal["roles"]}


def _put_task(data: dict[str, Any], task: Any) -> None:
    """Another kind of answer. A forecast's windows hold rows that follow one another, so no row is drawn."""
    data["task"] = task
    split = data.get("split") or {}
    if task == "forecast" and split.get("method") in (None, "random", "stratified"):
        data["split"] = split | {"method": "time"}


def _put_role(data: dict[str, Any], column: str, role: Any, info: dict[str, Any]) -> None:
    _check_column(column, info, "data.roles")
    if role not in ROLES:
        raise SettingError(
            _("The role of a column has to be feature, identifier or ignored."), where=f"data.roles.{column}"
        )
    if data.get("target") == [column]:
        raise SettingError(
            _("“%(name)s” is the target.") % {"name": column},
            where=f"data.roles.{column}",
            hint=_("Choose another target first."),
        )
    data.setdefault("roles", {})[column] = role


def _check_column(column: Any, info: dict[str, Any], where: str) -> None:
    if not any(column == known["name"] for known in info.get("columns", [])):
        raise DataError(
            _("There is no column “%(name)s” in this dataset.") % {"name": str(column)[:80]}, where=where
        )
