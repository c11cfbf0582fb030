"""What was found in a file, with the remedy that mends it, as the page shows it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from studio.datasets import proposals, words
from training.readiness import target_problem
from training.table.target_findings import CODES, about_target

ICONS = {"bad": "error", "warn": "warn", "info": "info"}
ROLES = {
    "identifier": (_("Set as ID"), _("Set as ID")),
    "ignored": (_("Ignore"), _("Ignored")),
    "feature": (_("Use as feature"), _("Feature")),
    "time": (_("Set as time"), _("Set as time")),
}
STEPS = {
    "fill": (_("Fill them"), _("Filled")),
    "clip": (_("Clip"), _("Clipped")),
    "log": (_("Take the logarithm"), _("Logarithm")),
    "combine": (_("Combine rare ones"), _("Combined")),
    "hash": (_("Hash"), _("Hashed")),
    "mask": (_("Mask"), _("Masked")),
    "deduplicate": (_("Drop repeats"), _("Repeats dropped")),
    "drop_rows": (_("Drop these rows"), _("Dropped")),
}


@dataclass(frozen=True)
class Finding:
    """One finding; ``remedy`` is data (training.table.finding), empty where there is none to offer."""

    code: str
    level: str
    title: str
    text: str
    column: str | None = None
    remedy: dict[str, Any] = field(default_factory=dict)
    handled: bool = False
    dismissed: bool = False

    @property
    def key(self) -> str:
        """Its name on this version: a column has a finding of one code once."""
        return f"{self.code}:{self.column or ''}"

    @property
    def icon(self) -> str:
        return ICONS.get(self.level, "info")

    @property
    def labels(self) -> tuple[Any, Any]:
        """What the remedy's button says, and what is said once it is taken."""
        if "role" in self.remedy:
            named = words.ROLES.get(self.remedy["role"], self.remedy["role"])
            return ROLES.get(self.remedy["role"], (named, named))
        if "split" in self.remedy:
            return _("Split by time"), _("Split by time")
        return STEPS.get(self.remedy["step"]["do"], (_("Add the step"), _("Step added")))


def findings_of(info: dict[str, Any], proposal: dict[str, Any]) -> list[Finding]:
    """The findings of a version in the order of their weight; those that were dismissed come last.

    What was found about the target that reading proposed gives way to what is found about the chosen one.
    """
    target, task, first = proposal["target"], proposal["task"], info["proposal"]
    entries = info["findings"]
    if (target, task) != (first["target"], first["task"]):
        entries = [entry for entry in entries if entry["code"] not in (*CODES, "no_target")]
        entries = entries + (about_target(info, target, task) if target else [])
    found = [_finding(entry, proposal) for entry in entries if _holds(entry, proposal)]
    chosen = [column for column in info["columns"] if target != first["target"] and column["name"] == target]
    found += [
        Finding("cannot", "bad", _("Cannot be predicted"), str(problem), target)
        for column in chosen
        if (problem := target_problem(column, task))
    ]
    return sorted(found, key=lambda finding: (finding.dismissed, list(ICONS).index(finding.level)))


def _holds(entry: dict[str, Any], proposal: dict[str, Any]) -> bool:
    """Whether a finding is still so: a text column that has become a feature is not left out."""
    return entry["code"] != "text" or proposal["roles"].get(entry["column"]) == "ignored"


def _finding(entry: dict[str, Any], proposal: dict[str, Any]) -> Finding:
    column, remedy = entry["column"], entry["remedy"] or {}
    if not _fits(remedy, column, proposal):
        remedy = {}
    return Finding(
        code=entry["code"],
        level=entry["level"],
        title=entry["title"],
        text=entry["text"],
        column=column,
        remedy=remedy,
        handled=bool(remedy) and proposals.has_remedy(proposal, column, remedy),
        dismissed=f"{entry['code']}:{column or ''}" in proposal.get("dismissed", []),
    )


def _fits(remedy: dict[str, Any], column: str | None, proposal: dict[str, Any]) -> bool:
    """Whether a remedy does any good: none takes the target away, or prepares a column that is not used."""
    if "role" in remedy:
        return column in proposal["roles"] and column != proposal["target"]
    step = remedy.get("step")
    if step and proposals.changes(step, column):
        return proposal["roles"].get(column) == "feature"
    return True
