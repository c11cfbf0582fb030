"""What the dataset page shows of a version, gathered for its templates."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from studio.datasets import closer, columns, links, proposals, reading, rows, step_words, words
from studio.datasets.findings import findings_of
from studio.datasets.models import DatasetVersion
from studio.datasets.rows import Place
from training.recipe import Split

SHOWN_CLASSES = 3


def context(version: DatasetVersion, place: Place | None = None) -> dict[str, Any]:
    """Everything that templates/datasets/state.html needs; ``place`` is the part of the table to show."""
    place = place or Place()
    place = place.known(version) if version.is_ready else place
    gathered = {
        "dataset": version.dataset,
        "version": version,
        "types": words.TYPES,
        "params": place.address(version),
        "reading": reading.fields(version),
        "versions": version.dataset.versions.only(
            "number", "state", "unreadable", "rows", "size_bytes", "created_at"
        ),
    }
    if version.is_ready:
        gathered |= ready(version, place)
    return gathered


def ready(version: DatasetVersion, place: Place) -> dict[str, Any]:
    """What there is to show once the file is read."""
    info, proposal = version.info, version.proposal or version.info["proposal"]
    found = findings_of(info, proposal)
    shown = columns.page_of(info, proposal["roles"], version.types, query=place.query, number=place.page)
    preview = rows.preview(version, shown.columns, place)
    return {
        "info": info,
        "findings": found,
        "open_findings": [finding for finding in found if not finding.dismissed],
        "dismissed": [finding for finding in found if finding.dismissed],
        "handled": sum(finding.handled for finding in found),
        "personal": [finding.column for finding in found if finding.code == "personal"],
        "steps": [step_words.described(step) for step in proposal.get("steps", [])],
        "columns": shown,
        "ways": ways(version, shown, preview.place),
        "heads": [(column, rows.sorting(version, column, preview.place)) for column in shown.columns],
        "preview": preview,
        "shown_names": {column.name for column in shown.columns},
        "tests": rows.TEST_WORDS,
        "opened_first": closer.opened_first(version),
        "roles": summary(proposal["roles"]),
        "task": task_card(info, proposal),
        "split": split_card(info, proposal),
        "links": links.links_of(info, proposal["target"]),
    }


def ways(version: DatasetVersion, shown: columns.Page, place: Place) -> dict[str, str]:
    """Addresses of other columns of the same rows: the pages before and after, and where a search begins."""
    pages = {"before": shown.before, "after": shown.after}
    there = {way: replace(place, page=number).address(version) for way, number in pages.items() if number}
    return there | {"find": replace(place, page=1, query="").address(version)}


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


def _order_of(split: Split, proposal: dict[str, Any]) -> str:
    """What the rows are ordered by where the latest ones test; "" where they do not."""
    if split.method == "time":
        return split.column or ""
    if proposal["task"] != "forecast":
        return ""
    times = (name for name, role in proposal["roles"].items() if role == "time")
    return next(times, _("their order in the file"))


def split_card(info: dict[str, Any], proposal: dict[str, Any]) -> dict[str, Any]:
    """How rows are going to be dealt to the three parts, unless the network says otherwise."""
    split = Split.model_validate(proposal.get("split", {}))
    target = next((column for column in info["columns"] if column["name"] == proposal["target"]), None)
    rows = info["rows"] - (target["missing"] if target else 0)
    validation, test = round(rows * split.validation), round(rows * split.test)
    return {
        "dropped": info["rows"] - rows,
        "stratified": proposal["task"] not in ("regression", "forecast"),
        "by_time": _order_of(split, proposal),
        "parts": [
            (_("Training"), rows - validation - test, 1 - split.validation - split.test, "d1"),
            (_("Validation"), validation, split.validation, "d2"),
            (_("Test"), test, split.test, "d6"),
        ],
    }
