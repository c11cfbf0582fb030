"""Target and roles as people leave them on a version, as plain data: what networks start from.

A proposal is ``{"target": name|None, "task": …|None, "roles": {column: role}}``, whole and
consistent: the target has the role target and nothing else has. Once somebody takes a remedy it
also has ``steps`` (of the preparation) or ``split``; ``dismissed`` are the keys of findings that
nobody wants to see.
"""

from __future__ import annotations

from typing import Any, get_args

from django.utils.translation import gettext as _

from training.errors import SettingError
from training.recipe import Role, Task
from training.steps import STEPS, ColumnStep
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
    steps = [step for step in wished.get("steps", []) if names.issuperset(columns_of(step))]
    split = wished.get("split", {})
    more = {
        "steps": [step for step in steps if not changes(step, proposal["target"])],
        "split": split if split.get("column") in names else {},
        "dismissed": wished.get("dismissed", []),
    }
    filled = {name: value for name, value in more.items() if value}
    return {**proposal, "roles": {**proposal["roles"], **kept}, **filled}


def retargeted(info: dict[str, Any], proposal: Proposal, target: str) -> Proposal:
    """The proposal with another target. Raises SettingError when there is no such column."""
    roles = dict(proposal["roles"])
    before = proposal["target"]
    if before is not None and before != target:
        plain = info["proposal"]["roles"].get(before, "feature")
        roles[before] = "feature" if plain == "target" else plain
    if not target:
        return {**proposal, "target": None, "task": None, "roles": roles}
    _check_column(info, target)
    roles[target] = "target"
    kept = dict(proposal)
    if "steps" in kept:
        kept["steps"] = [step for step in kept["steps"] if not changes(step, target)]
    return {**kept, "target": target, "task": proposal_for(info, target)["task"], "roles": roles}


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


def with_remedy(
    info: dict[str, Any], proposal: Proposal, column: str | None, remedy: dict[str, Any]
) -> Proposal:
    """The proposal after a finding's remedy: a role, a step or settings of the split."""
    if "role" in remedy:
        return with_role(info, proposal, str(column), remedy["role"])
    if "split" in remedy:
        return {**proposal, "split": remedy["split"]}
    if has_remedy(proposal, column, remedy):
        return proposal
    steps = proposal.get("steps", [])
    # What is hashed is the value as it stands in the file: before all other steps.
    added = [remedy["step"], *steps] if remedy["step"]["do"] == "hash" else [*steps, remedy["step"]]
    return {**proposal, "steps": added}


def without_remedy(
    info: dict[str, Any], proposal: Proposal, column: str | None, remedy: dict[str, Any]
) -> Proposal:
    """The proposal with a remedy taken back."""
    if "role" in remedy:
        before = info["proposal"]["roles"].get(column, "feature")
        return with_role(
            info, proposal, str(column), "feature" if before in (remedy["role"], "target") else before
        )
    if "split" in remedy:
        return {name: value for name, value in proposal.items() if name != "split"}
    return {**proposal, "steps": [step for step in proposal.get("steps", []) if step != remedy["step"]]}


def has_remedy(proposal: Proposal, column: str | None, remedy: dict[str, Any]) -> bool:
    """Whether a remedy is in the proposal, taken here or not."""
    if "role" in remedy:
        return proposal["roles"].get(column) == remedy["role"]
    if "split" in remedy:
        return proposal.get("split") == remedy["split"]
    return remedy["step"] in proposal.get("steps", [])


def without_step(proposal: Proposal, place: int) -> Proposal:
    """The proposal without the step at ``place``. Raises SettingError where there is none."""
    steps = proposal.get("steps", [])
    if not 0 <= place < len(steps):
        raise SettingError(_("There is no such step."), where="steps")
    return {**proposal, "steps": [*steps[:place], *steps[place + 1 :]]}


def with_dismissed(proposal: Proposal, key: str, dismissed: bool) -> Proposal:
    """The proposal with a finding hidden, or shown again."""
    others = [each for each in proposal.get("dismissed", []) if each != key]
    return {**proposal, "dismissed": [*others, key] if dismissed else others}


def columns_of(step: dict[str, Any]) -> set[str]:
    """The columns that a step names."""
    return {name for name in (step.get("column"), *step.get("columns", [])) if name is not None}


def changes(step: dict[str, Any], column: str | None) -> bool:
    """Whether a step changes the cells of a column, as row steps do not."""
    kind = STEPS.get(step["do"])
    return kind is not None and issubclass(kind, ColumnStep) and step.get("column") == column


def with_task(proposal: Proposal, task: str) -> Proposal:
    """The proposal with another kind of answer. Raises SettingError for one there is not."""
    if task not in get_args(Task):
        raise SettingError(_("There is no such kind of answer."), where="task")
    return {**proposal, "task": task}


def tasks_of(column: dict[str, Any]) -> list[str]:
    """The kinds of answer that a column can be asked for, the likeliest first."""
    classes = "binary" if column["distinct"] == 2 else "multiclass"
    if column["type"] != "number":
        return [classes, *(["multilabel"] if column["type"] in ("category", "text") else [])]
    few = 2 <= column["distinct"] <= MOST_CLASSES_OF_A_NUMBER
    return list(dict.fromkeys([task_of(column), "regression", *([classes] if few else []), "forecast"]))


def _check_column(info: dict[str, Any], name: str) -> None:
    if not any(column["name"] == name for column in info["columns"]):
        raise SettingError(_("There is no column “%(name)s”.") % {"name": name}, where=f"column {name}")
