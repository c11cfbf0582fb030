"""Putting one value into the data or fit part of a draft: which places there are, and what follows.

A place outside of these is refused; the value itself is stored as it was typed.
"""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext as _

from studio.datasets import proposals
from training import recipe
from training.errors import DataError, SettingError

SCALARS = ("epochs", "batch_size", "precision", "device", "seed")
PARTS: dict[tuple[str, str], Any] = {
    ("data", "split"): recipe.Split,
    ("data", "encode"): recipe.Encode,
    ("fit", "stopping"): recipe.Stopping,
}
NAMED = ("objective", "optimizer", "schedule")
ROLES = ("feature", "identifier", "ignored")
_SETTING = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}\Z")


def put(draft: dict[str, Any], path: Any, value: Any, info: dict[str, Any]) -> None:
    """Set one value of ``draft`` in place. Raises SettingError or DataError."""
    match path.split(".") if isinstance(path, str) else path:
        case ["data", "target"]:
            _put_target(draft["data"], value, info)
            draft["fit"]["objective"] = {"name": "auto"}
        case ["data", "task"]:
            draft["data"]["task"] = _scalar(value)
            draft["fit"]["objective"] = {"name": "auto"}
        case ["data", "roles", str(column)]:
            _put_role(draft["data"], column, value, info)
        case [str(part), str(group), str(name)] if name in _names_of(part, group):
            draft[part].setdefault(group, {})[name] = _scalar(value)
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
