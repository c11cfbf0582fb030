"""Steps of the preparation in words: what a list of them shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from training.steps import STEPS, RowStep

_SHOWN = 40


@dataclass(frozen=True)
class Described:
    """One step: title, what it is about, and its settings, as people read them."""

    title: str
    about: str
    settings: str
    is_row_step: bool


def described(step: dict[str, Any]) -> Described:
    """A step as it stands in a recipe or a draft, whatever it holds."""
    kind = STEPS.get(str(step.get("do")))
    columns = step.get("columns") if isinstance(step.get("columns"), list) else []
    named = [str(name)[:_SHOWN] for name in (step.get("column"), *columns) if name is not None]
    return Described(
        title=_(kind.title) if kind else str(step.get("do"))[:_SHOWN],
        about=", ".join(named) if named else _("whole rows"),
        settings=", ".join(_settings(kind, step)),
        is_row_step=kind is not None and issubclass(kind, RowStep),
    )


def _settings(kind: Any, step: dict[str, Any]) -> list[str]:
    """The settings that were given and differ from their defaults: "With median"."""
    if kind is None:
        return []
    shown = []
    for name, field in kind.model_fields.items():
        value = step.get(name, field.default)
        if (
            name in ("column", "columns")
            or value in (None, "")
            or (value == field.default and name not in ("by", "when"))
        ):
            continue
        title = _(field.title or name)
        if isinstance(value, bool):
            shown.append(title if value else _("without %(what)s") % {"what": title.lower()})
        else:
            shown.append(f"{title} {str(value).replace('_', ' ')[:_SHOWN]}")
    return shown
