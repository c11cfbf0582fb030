"""Target and roles as people leave them on a version: proposals that networks start from.

A proposal is ``{"target": name|None, "task": …|None, "roles": {column: role}}``, whole and
consistent: the target has the role target and nothing else has.
"""

from __future__ import annotations

from typing import Any, get_args

from django.db import transaction
from django.utils.translation import gettext as _

from studio.datasets.models import DatasetVersion
from training.errors import SettingError
from training.recipe import Role, Task
from training.table import proposal_for

Proposal = dict[str, Any]
ROLES = get_args(Role)


def set_target(version: DatasetVersion, target: str) -> None:
    """Predict another column (or none yet: ""); every other column keeps its role."""
    _change(version, lambda proposal: retargeted(version.info, proposal, target))


def set_role(version: DatasetVersion, column: str, role: str) -> None:
    """Give a column a role; making it the target takes that from the column that has it."""
    _change(version, lambda proposal: with_role(version.info, proposal, column, role))


def set_task(version: DatasetVersion, task: str) -> None:
    """Say which kind of answer is wanted for the target."""

    def changed(proposal: Proposal) -> Proposal:
        if task not in get_args(Task):
            raise SettingError(_("There is no such kind of answer."), where="task")
        return {**proposal, "task": task}

    _change(version, changed)


def fitted(info: dict[str, Any], wished: Proposal) -> Proposal:
    """What people chose for another version, as far as the columns of this one allow."""
    names = {column["name"] for column in info["columns"]}
    if not wished or wished.get("target") not in names:
        return info["proposal"]
    proposal = retargeted(info, info["proposal"], wished["target"])
    kept = {name: role for name, role in wished["roles"].items() if name in names}
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


def _check_column(info: dict[str, Any], name: str) -> None:
    if not any(column["name"] == name for column in info["columns"]):
        raise SettingError(_("There is no column “%(name)s”.") % {"name": name}, where=f"column {name}")


def _change(version: DatasetVersion, changed) -> None:
    """Store what ``changed`` makes of the proposal as it stands now, not as this page saw it."""
    if not version.is_ready:
        raise SettingError(_("This version has no table yet."), where="version",
                           hint=_("Wait until the file is read, or change how it is read."))
    with transaction.atomic():
        row = DatasetVersion.objects.select_for_update().only("proposal").get(pk=version.pk)
        version.proposal = changed(row.proposal or version.info["proposal"])
        DatasetVersion.objects.filter(pk=version.pk).update(proposal=version.proposal)
