"""What was found in a file, with the role change that mends it, as the page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from studio.datasets import words
from training.readiness import target_problem

ICONS = {"bad": "error", "warn": "warn", "info": "info"}
REMEDIES = {
    "identifier": _("Set as ID"),
    "ignored": _("Ignore"),
    "feature": _("Use as feature"),
    "time": _("Set as time"),
}


ABOUT_TARGET = ("no_target", "target_missing", "many_classes", "imbalance", "rare_class", "leak")
DONE = {
    "identifier": _("Set as ID"),
    "ignored": _("Ignored"),
    "feature": _("Feature"),
    "time": _("Set as time"),
}


@dataclass(frozen=True)
class Finding:
    """One finding; ``role`` is its remedy, ``undo`` the role that takes the remedy back."""

    level: str
    title: str
    text: str
    column: str | None = None
    role: str = ""
    undo: str = ""
    handled: bool = False

    @property
    def icon(self) -> str:
        return ICONS.get(self.level, "info")

    @property
    def remedy_label(self) -> Any:
        return REMEDIES.get(self.role, words.ROLES.get(self.role, self.role))

    @property
    def role_label(self) -> Any:
        return DONE.get(self.role, words.ROLES.get(self.role, self.role))


def findings_of(info: dict[str, Any], proposal: dict[str, Any]) -> list[Finding]:
    """The findings of a version in the order of their weight.

    What was found about the target that reading proposed is left out once another one is chosen.
    """
    moved = proposal["target"] != info["proposal"]["target"]
    chosen = [column for column in info["columns"] if moved and column["name"] == proposal["target"]]
    problems = [problem for column in chosen if (problem := target_problem(column, proposal["task"]))]
    entries = [entry for entry in info["findings"] if not (moved and entry["code"] in ABOUT_TARGET)]
    found = [_finding(entry, info, proposal) for entry in entries]
    found += [
        Finding("bad", _("Cannot be predicted"), str(problem), proposal["target"]) for problem in problems
    ]
    return sorted(found, key=lambda finding: list(ICONS).index(finding.level))


def _finding(entry: dict[str, Any], info: dict[str, Any], proposal: dict[str, Any]) -> Finding:
    column = entry["column"]
    role = (entry["remedy"] or {}).get("role", "")
    if column not in proposal["roles"] or column == proposal["target"]:
        role = ""  # a remedy must not take the target away
    before = info["proposal"]["roles"].get(column, "feature")
    return Finding(
        level=entry["level"],
        title=entry["title"],
        text=entry["text"],
        column=column,
        role=role,
        undo="feature" if before in (role, "target") else before,
        handled=bool(role) and proposal["roles"].get(column) == role,
    )
