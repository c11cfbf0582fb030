"""The preparation of a draft as the data panel shows it: a list of steps with their fields."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from pydantic import ValidationError

from studio.datasets import step_words
from studio.networks import fields
from studio.networks.fields import Choice
from training.declared import field_of
from training.errors import SettingError
from training.recipe import Data
from training.salvage import salvaged_data
from training.steps import STEPS, Step, problems_of

COLUMNS_SHOWN = 500


@dataclass(frozen=True)
class StepView:
    """One step of the list. Its edits are JSON, ready for a button."""

    place: int
    words: step_words.Described
    off: bool
    error: str
    column: str | None
    columns: list[Choice]
    compared: list[tuple[str, str]] | None = None  # column, the edit that takes it out
    fields: list[fields.Field] = field(default_factory=list)
    switches: list[tuple[str, bool, str, str]] = field(default_factory=list)  # title, on, edit, description
    count: int = 0

    @property
    def number(self) -> int:
        return self.place + 1

    @property
    def id(self) -> str:
        return f"prep-{self.place}"

    @property
    def up(self) -> str:
        return _edit([self.place, "move"], self.place - 1) if self.place else ""

    @property
    def down(self) -> str:
        return _edit([self.place, "move"], self.place + 1) if self.number < self.count else ""

    @property
    def remove(self) -> str:
        return _edit([self.place, "remove"], None)

    @property
    def toggle(self) -> str:
        return _edit([self.place, "off"], not self.off)

    @property
    def column_path(self) -> str:
        return json.dumps(["data", "steps", self.place, "column"])

    @property
    def columns_path(self) -> str:
        return json.dumps(["data", "steps", self.place, "columns", "add"])


def views(draft: dict[str, Any], info: dict[str, Any]) -> list[StepView]:
    """The steps of a draft in order, whatever they hold."""
    steps = [step for step in draft["data"].get("steps", []) if isinstance(step, dict)]
    errors = _errors(draft, info)
    return [_view(place, step, errors, info, len(steps)) for place, step in enumerate(steps)]


def kinds() -> list[Choice]:
    """The steps that can be added."""
    return [Choice(name, _(kind.title), chosen=False) for name, kind in STEPS.items()]


def _view(
    place: int, step: dict[str, Any], errors: dict[str, str], info: dict[str, Any], count: int
) -> StepView:
    kind = STEPS.get(str(step.get("do")))
    mine = {where: text for where, text in errors.items() if f"{where}.".startswith(f"data.steps.{place}.")}
    column = step.get("column")
    has_list = kind is not None and "columns" in kind.model_fields
    compared = step.get("columns", []) if has_list and isinstance(step.get("columns", []), list) else []
    return StepView(
        place=place,
        words=step_words.described(step),
        off=step.get("off") is True,
        error=next(iter(mine.values()), ""),
        column=str(column) if kind is not None and "column" in kind.model_fields else None,
        columns=_columns(kind, column, info) if kind else [],
        compared=[(name, _edit([place, "columns", "remove"], name)) for name in compared]
        if has_list
        else None,
        fields=[_field(kind, name, step, place, mine) for name in _names(kind, step, bool_=False)],
        switches=[_switch(kind, name, step, place) for name in _names(kind, step, bool_=True)],
        count=count,
    )


def _names(kind: type[Step] | None, step: dict[str, Any], *, bool_: bool) -> list[str]:
    """The fields that count with the others as they are."""
    if kind is None:
        return []
    found = []
    for name, declared in kind.model_fields.items():
        other, wanted = kind.counts_when.get(name, ("", ""))
        counts = not other or step.get(other, kind.model_fields[other].default) == wanted
        if name not in ("column", "columns") and counts and isinstance(declared.default, bool) == bool_:
            found.append(name)
    return found


def _field(
    kind: type[Step] | None, name: str, step: dict[str, Any], place: int, errors: dict[str, str]
) -> fields.Field:
    info = field_of(kind, name)
    where = json.dumps(["data", "steps", place, name])
    error = errors.get(f"data.steps.{place}.{name}", "")
    return fields.field(
        info, step.get(name, info.default), place=where, id=f"prep-{place}-{name}", error=error
    )


def _switch(
    kind: type[Step] | None, name: str, step: dict[str, Any], place: int
) -> tuple[str, bool, str, str]:
    info = field_of(kind, name)
    on = step.get(name, info.default) is True
    return _(info.title), on, _edit([place, name], not on), _(info.description) if info.description else ""


def _columns(kind: type[Step], chosen: Any, info: dict[str, Any]) -> list[Choice]:
    names = [column["name"] for column in info["columns"] if not kind.takes or column["type"] in kind.takes][
        :COLUMNS_SHOWN
    ]
    first = [] if chosen in names or chosen is None else [str(chosen)]
    return [Choice(name, name, name == chosen) for name in (*first, *names)]


def _errors(draft: dict[str, Any], info: dict[str, Any]) -> dict[str, str]:
    """What is wrong with the steps, by place."""
    data = salvaged_data(draft)
    try:
        problems = problems_of(
            Data.model_validate({**data.model_dump(), "steps": draft["data"].get("steps", [])}), info
        )
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = "data." + ".".join(map(str, first["loc"]))
        problems = [SettingError(_("This step cannot be read."), where=where)]
    return {problem.where: f"{problem.message} {problem.hint}".strip() for problem in problems}


def _edit(path: list[Any], value: Any) -> str:
    return json.dumps([{"do": "put", "path": ["data", "steps", *path], "value": value}])
