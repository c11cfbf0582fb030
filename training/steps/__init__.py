"""The preparation: steps between the table and the encoding, ``recipe.data.steps``.

    {"do": "fill", "column": "age", "by": "median", "off": false}

Row steps act on the table before the split, whatever stands between them; column steps then act
on each column in their order (``encode.preparation``, copied into bundles). To add a step, write
its class in the file of its kind, list it in that file's STEPS, and give ``encode.preparation``
(a column step) or ``encode.row_steps`` what it does.
"""

from __future__ import annotations

from typing import Any

from training.declared import clipped
from training.errors import SettingError
from training.recipe import Data
from training.steps import cells, numbers, privacy, rows
from training.steps.step import ColumnStep, RowStep, Step

STEPS: dict[str, type[Step]] = {
    step.name: step for room in (rows, cells, numbers, privacy) for step in room.STEPS
}

__all__ = ["STEPS", "ColumnStep", "RowStep", "Step", "foreseen", "problems_of", "steps_of"]


def steps_of(data: Data, info: dict[str, Any]) -> list[tuple[int, Step]]:
    """The steps that are on, in order, with their places in ``data.steps``.

    info: what ``ingest`` answered. Raises SettingError with the place for the first one that cannot be.
    """
    found, problems = _read(data, info)
    if problems:
        raise problems[0]
    return found


def problems_of(data: Data, info: dict[str, Any]) -> list[SettingError]:
    """What is wrong with the steps that are on, one sentence each."""
    return _read(data, info)[1]


def foreseen(info: dict[str, Any], data: Data) -> dict[str, Any]:
    """The profile as the column steps will leave it, as far as it tells; wrong steps are passed over."""
    columns = {column["name"]: column for column in info["columns"]}
    for _, step in _read(data, info)[0]:
        if isinstance(step, ColumnStep):
            columns[step.column] = step.foreseen(columns[step.column])
    return {**info, "columns": list(columns.values())}


def _read(data: Data, info: dict[str, Any]) -> tuple[list[tuple[int, Step]], list[SettingError]]:
    columns = {column["name"]: column for column in info["columns"]}
    found: list[tuple[int, Step]] = []
    problems = []
    for place, entry in enumerate(data.steps):
        if entry.off:
            continue
        where = f"data.steps.{place}"
        try:
            step = _step(entry.do, entry.settings, where)
            _check(step, columns, data, found, where)
        except SettingError as problem:
            problems.append(problem)
            continue
        found.append((place, step))
        if isinstance(step, ColumnStep):
            columns[step.column] = step.foreseen(columns[step.column])
    return found, problems


def _step(do: str, settings: dict[str, Any], where: str) -> Step:
    if do not in STEPS:
        raise SettingError(
            f"There is no step “{clipped(do)}”.", where=f"{where}.do", hint=f"Choose {', '.join(STEPS)}."
        )
    return STEPS[do].read(settings, where)


def _check(
    step: Step, columns: dict[str, dict[str, Any]], data: Data, before: list[tuple[int, Step]], where: str
) -> None:
    for field, name in step.columns_named():
        place = f"{where}.{field}"
        if name not in columns:
            raise SettingError(
                f"{step.title}: the table has no column “{clipped(name)}”.",
                where=place,
                hint="Choose the column again: the table may be another version.",
            )
        about = columns[name]
        if isinstance(step, ColumnStep) and name in data.target:
            raise SettingError(
                f"{step.title} cannot change {clipped(name)}: it is the target.",
                where=place,
                hint="Choose another column. Dropping rows by the target is possible.",
            )
        if step.takes and about["type"] not in step.takes:
            raise SettingError(
                f"{step.title} does not take {clipped(name)}, which is of type {about['type']} here.",
                where=place,
                hint=f"It takes {' and '.join(step.takes)} columns.",
            )
        if wrong := step.misfit(about):
            raise SettingError(f"{wrong[1]}.", where=f"{where}.{wrong[0]}")
    if step.is_hash and _is_prepared(step, before):
        raise SettingError(
            f"{step.title} has to be the first step of its column.",
            where=where,
            hint="Move it up: what is hashed is the value as it stands in the file.",
        )


def _is_prepared(step: Step, before: list[tuple[int, Step]]) -> bool:
    column = getattr(step, "column", None)
    return any(isinstance(other, ColumnStep) and other.column == column for _, other in before)
