"""The data part of a draft as the builder's data panel shows it: target, task and roles."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from studio.datasets import proposals
from studio.networks import step_form
from studio.networks.fields import Choice
from studio.networks.settings_paths import ROLES

COLUMNS_SHOWN = 100
TASKS = {
    "binary": gettext_lazy("Yes or no"),
    "multiclass": gettext_lazy("One of several classes"),
    "multilabel": gettext_lazy("Any of several labels"),
    "regression": gettext_lazy("A number"),
    "forecast": gettext_lazy("A forecast"),
}
ROLE_TITLES = {
    "feature": gettext_lazy("Feature"),
    "identifier": gettext_lazy("Identifier"),
    "ignored": gettext_lazy("Ignored"),
}


@dataclass(frozen=True)
class Panel:
    """The head of the data panel. ``counts`` says how many columns have which role."""

    target: str
    task: str
    targets: list[Choice]
    tasks: list[Choice]
    features: int
    left_out: int
    steps: list[step_form.StepView]
    step_kinds: list[Choice]


@dataclass(frozen=True)
class Column:
    name: str
    type: str
    missing_share: float
    role: str
    roles: list[Choice]


def panel(draft: dict[str, Any], info: dict[str, Any]) -> Panel:
    """Target and task of a draft, with what may be chosen instead."""
    data = draft["data"]
    target = next(iter(data.get("target") or []), "")
    names = [column["name"] for column in info["columns"]]
    known = next((column for column in info["columns"] if column["name"] == target), None)
    task = data.get("task") or ""
    suited = proposals.tasks_of(known) if known else list(TASKS)
    counts = Counter(data.get("roles", {}).get(name, "ignored") for name in names if name != target)
    return Panel(
        target=target,
        task=str(TASKS.get(task, task)),
        targets=_choices(names, target, {}),
        tasks=_choices(suited, task, TASKS),
        features=counts["feature"],
        left_out=sum(counts.values()) - counts["feature"],
        steps=step_form.views(draft, info),
        step_kinds=step_form.kinds(),
    )


def columns(draft: dict[str, Any], info: dict[str, Any], query: str = "") -> list[Column]:
    """The first columns but the target whose name holds ``query``."""
    data = draft["data"]
    wanted = query.casefold().strip()
    found = [
        column
        for column in info["columns"]
        if wanted in column["name"].casefold() and [column["name"]] != data.get("target")
    ]
    return [
        _column(column, data.get("roles", {}).get(column["name"], "ignored"))
        for column in found[:COLUMNS_SHOWN]
    ]


def _column(column: dict[str, Any], role: str) -> Column:
    return Column(
        column["name"],
        column["type"],
        column["missing_share"],
        role,
        _choices(list(ROLES), role, ROLE_TITLES),
    )


def _choices(values: list[str], chosen: str, titles: dict[str, Any]) -> list[Choice]:
    all_values = values if chosen in values else [chosen, *values]
    return [Choice(each, str(titles.get(each, each)) or _("Choose"), each == chosen) for each in all_values]
