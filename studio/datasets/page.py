"""What the dataset page shows of a version, gathered for its templates."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from studio.datasets import columns, proposals, words
from studio.datasets.findings import findings_of
from studio.datasets.forms import GUESS
from studio.datasets.models import DatasetVersion
from training.recipe import Split

ENCODINGS = {
    "utf-8": "UTF-8",
    "cp1252": "Windows-1252",
    "latin-1": "Latin-1",
    "gb18030": "GB18030 (GBK)",
    "big5": "Big5",
    "shift_jis": "Shift-JIS",
    "euc_kr": "EUC-KR",
    "utf-16": "UTF-16",
}
DELIMITERS = {
    ",": gettext_lazy("Comma"),
    ";": gettext_lazy("Semicolon"),
    "\t": gettext_lazy("Tab"),
    "|": gettext_lazy("Vertical bar"),
    " ": gettext_lazy("Spaces"),
    "": gettext_lazy("None: one column"),
}
SHOWN_CLASSES = 3
DECIMALS = {".": gettext_lazy("Point (3.14)"), ",": gettext_lazy("Comma (3,14)")}


def context(version: DatasetVersion, *, query: str = "", number: int = 1) -> dict[str, Any]:
    """Everything that templates/datasets/state.html needs."""
    gathered = {
        "dataset": version.dataset,
        "version": version,
        "types": words.TYPES,
        "params": urlencode({"version": version.number, "page": number, "q": query}),
        "reading": reading_fields(version),
        "versions": version.dataset.versions.only("number", "state", "unreadable", "rows", "created_at"),
    }
    if version.is_ready:
        gathered |= ready(version, query=query, number=number)
    return gathered


def ready(version: DatasetVersion, *, query: str = "", number: int = 1) -> dict[str, Any]:
    """What there is to show once the file is read."""
    info, proposal = version.info, version.proposal or version.info["proposal"]
    found = findings_of(info, proposal)
    return {
        "info": info,
        "findings": found,
        "handled": sum(finding.handled for finding in found),
        "columns": columns.page_of(info, proposal["roles"], version.types, query=query, number=number),
        "roles": summary(proposal["roles"]),
        "task": task_card(info, proposal),
        "split": split_card(info, proposal),
    }


def summary(roles: dict[str, str]) -> str:
    """How many columns have each role: "12 features, 1 target, 1 ID"."""
    given = list(roles.values())
    return ", ".join(words.counted(role, given.count(role)) for role in words.ROLES if role in given)


def task_card(info: dict[str, Any], proposal: dict[str, Any]) -> dict[str, Any]:
    """The target, the kinds of answer that it can have, and why one is chosen."""
    target = next((column for column in info["columns"] if column["name"] == proposal["target"]), None)
    names = [column["name"] for column in info["columns"]]
    card = {"target": proposal["target"], "chosen": proposal["task"], "names": names}
    if target is None:
        return card
    kinds = [(task, words.TASKS[task]) for task in proposals.tasks_of(target)]
    return card | {"kinds": kinds, "why": why(target, proposal["task"])}


def why(target: dict[str, Any], task: str) -> str:
    """What about the target makes this kind of answer fit."""
    if task == "regression" and target.get("min") is not None:
        ends = {end: f"{target[end]:,.6g}".replace("-", "−") for end in ("min", "max")}
        return _("The target has numbers from %(min)s to %(max)s.") % ends
    values = [str(value) for value, _count in (target.get("top") or [])[:SHOWN_CLASSES]]
    shown = ", ".join(Truncator(value).chars(24) for value in values)
    said = {"count": f"{target['distinct']:,}", "values": shown}
    if not values:
        return _("The target has %(count)s values.") % said
    if target["distinct"] > len(values):
        return _("The target has %(count)s values: %(values)s …") % said
    return _("The target has %(count)s values: %(values)s.") % said


def split_card(info: dict[str, Any], proposal: dict[str, Any]) -> dict[str, Any]:
    """How rows are going to be dealt to the three parts, unless the network says otherwise."""
    split = Split()
    target = next((column for column in info["columns"] if column["name"] == proposal["target"]), None)
    rows = info["rows"] - (target["missing"] if target else 0)
    validation, test = round(rows * split.validation), round(rows * split.test)
    return {
        "dropped": info["rows"] - rows,
        "stratified": proposal["task"] != "regression",
        "parts": [
            (_("Training"), rows - validation - test, 1 - split.validation - split.test, "d1"),
            (_("Validation"), validation, split.validation, "d2"),
            (_("Test"), test, split.test, "d6"),
        ],
    }


def reading_fields(version: DatasetVersion) -> dict[str, Any]:
    """The settings of reading: what was used, what people fixed, and what can be chosen."""
    used, fixed = version.info.get("reading", {}), version.reading

    def field(name: str, options: dict[str, Any]) -> dict[str, Any]:
        value = used.get(name, fixed.get(name))
        chosen = fixed.get(name, GUESS)
        return {"used": options.get(value, value), "fixed": chosen, "options": options.items()}

    header = used.get("header_row", fixed.get("header_row", 1))
    return {
        "encoding": field("encoding", ENCODINGS),
        "delimiter": field("delimiter", DELIMITERS),
        "decimal": field("decimal", DECIMALS),
        "header_row": header,
        "header_fixed": "header_row" in fixed,
        "lines": range(1, max(10, header or 0) + 1),
    }
