"""Sizes, shares and names of things as people read them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from training.words import megabytes

__all__ = ["ROLES", "TASKS", "TYPES", "counted", "megabytes", "percent"]

TYPES = {
    "number": (_("Number"), "hash"),
    "yes/no": (_("Yes/no"), "bool"),
    "category": (_("Category"), "tag"),
    "text": (_("Text"), "text"),
    "date": (_("Date"), "calendar"),
}
SHOWN_TYPES = {**TYPES, "picture": (_("Picture"), "eye")}  # no column is made one by choice
ROLES = {
    "feature": _("Feature"),
    "target": _("Target"),
    "ignored": _("Ignore"),
    "identifier": _("ID"),
    "group": _("Group"),
    "time": _("Time"),
}
TASKS = {
    "binary": _("Yes or no (binary)"),
    "multiclass": _("One of several classes"),
    "multilabel": _("Any of several labels"),
    "regression": _("A number"),
    "forecast": _("The next values of a series"),
}


def percent(share: float) -> str:
    """A share as people say it: 0.314 -> "31.4%"; never 0% of something or 100% of less than all."""
    if 0 < share < 0.001:
        return "< 0.1%"
    if 0.999 < share < 1:
        return "> 99.9%"
    return f"{share * 100:.1f}".removesuffix(".0") + "%"


def counted(role: str, count: int) -> str:
    """How many columns have a role: "12 features", "1 ignored"."""
    match role:
        case "feature":
            text = ngettext("%(count)s feature", "%(count)s features", count)
        case "target":
            text = ngettext("%(count)s target", "%(count)s targets", count)
        case "ignored":
            text = ngettext("%(count)s ignored", "%(count)s ignored", count)
        case "identifier":
            text = ngettext("%(count)s ID", "%(count)s IDs", count)
        case "group":
            text = ngettext("%(count)s group column", "%(count)s group columns", count)
        case _:
            text = ngettext("%(count)s time column", "%(count)s time columns", count)
    return text % {"count": f"{count:,}"}
