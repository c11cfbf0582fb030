"""Target and roles as people leave them on a version, as plain data: what networks start from.

A proposal is ``{"target": name|None, "task": …|None, "roles": {column: role}}``, whole and
consistent: the target has the role target and nothing else has.
"""

from __future__ import annotations

from typing import Any, get_args

from django.utils.translation import gettext as _

from training.errors import SettingError
from training.recipe import Role, Task
from training.table import proposal_for, task_of

Proposal = dict[str, Any]
ROLES = get_args(Role)
MOST_CLASSES_OF_A_NUMBER = 100


def fitted(info: dict[str, Any], wished: Proposal) -> Proposal:
    """What people chose for another version, as far as the columns of this one allow."""
    names = {column["name"] for column in info["columns"]}
    proposal = info["proposal"]
    if wished.get("target") in names:
        proposal = retargeted(info, proposal, wished["target"])
    kept = {
        name: role
        for name, role in wished.get("roles", {}).items()
        if name in names and role != "target" and name != proposal["target"]
    }
    return {**proposal, "roles": {**proposal["roles"], **kept}}


def retargeted(info: dict[str, Any], proposal: Proposal, target: str) -> Proposal:
    """The proposal with another target. Raises SettingError when there is no such column."""
    roles = dict(proposal["roles"])
    before = proposal["target"]
    if before is not None and before != target:
        plain = info["proposal"]["roles"].get(before, "feature")
        roles[before] = "feature" if plain == "target" else plain
    if not target:
        return {"target": None, "task": None, "roles": roles}
    _check_column(info, target)
    roles[target] = "target"
    return {"target": target, "task": proposal_for(info, target)["task"], "roles": roles}


def with_role(info: dict[str, Any], proposal: Proposal, column: str, role: str) -> Proposal:
    """The proposal with one role changed. Raises SettingError for a column or role there is not."""
    _check_column(info, column)
    if role not in ROLES:
        raise SettingError(_("There is no such role."), where=f"column {column}")
    if role == "target":
        return retargeted(info, proposal, column)
    if column == proposal["target"]:
        proposal = retargeted(info, proposal, "")
    return {**proposal, "roles": {**proposal["roles"], column: role}}


def with_task(proposal: Proposal, task: str) -> Proposal:
    """The proposal with another kind of answer. Raises SettingError for one there is not."""
    if task not in get_args(Task):
        raise SettingError(_("There is no such kind of answer."), where="task")
    return {**proposal, "task": task}


def tasks_of(column: dict[str, Any]) -> list[str]:
    """The kinds of answer that a column can be asked for, the likeliest first."""
    classes = "binary" if column["distinct"] == 2 else "multiclass"
    if column["type"] != "number":
        return [classes]
    few = 2 <= column["distinct"] <= MOST_CLASSES_OF_A_NUMBER
    return list(dict.fromkeys([task_of(column), "regression", *([classes] if few else [])]))


def _check_column(info: dict[str, Any], name: str) -> None:
    if not any(column["name"] == name for column in info["columns"]):
        raise SettingError(_("There is no column “%(name)s”.") % {"name": name}, where=f"column {name}")
