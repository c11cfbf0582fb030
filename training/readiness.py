"""Everything that keeps a draft from training, in whole sentences. Nothing here raises for what it holds."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from training.declared import clipped
from training.encode.encoded import feature_names
from training.encode.split import too_few
from training.encode.targets import MAX_CLASSES
from training.errors import DataError, RecipeError, SettingError, StrataError
from training.estimate import memory_problem
from training.metrics import LOSS, metrics_for, metrics_of
from training.network import Checked
from training.objectives import objective_of
from training.optimizers import optimizer_of
from training.recipe import VERSION, Data, Fit, problems
from training.salvage import checked, salvaged_data
from training.schedules import schedule_of
from training.steps import problems_of as step_problems

_KINDS = {
    "number": "numbers",
    "date": "dates",
    "text": "texts",
    "category": "categories",
    "yes/no": "yes and no",
    "picture": "pictures",
}
_A = {"regression": "regression", "forecast": "a forecast"}
_PARTS = ("version", "data", "network", "fit")


def problems_of(
    draft: Any, info: dict[str, Any], *, memory_bytes: int | None = None, judged: Checked | None = None
) -> list[StrataError]:
    """Everything that keeps the draft from training, in the order data, network, fit.

    memory_bytes: what the machine that trains has, where it is known; judged: ``checked(draft, info)``,
    where the caller has it already.
    """
    if not isinstance(draft, dict):
        return [
            RecipeError(
                "This is not a recipe: it has to be a JSON object.",
                hint="Export a network to see the format.",
            )
        ]
    found = [_unknown_part(name) for name in draft if name not in _PARTS]
    if draft.get("version", VERSION) != VERSION or isinstance(draft.get("version"), bool):
        found.append(
            RecipeError(
                f"This Strata reads recipes of format {VERSION}.",
                where="version",
                hint="Export the recipe again.",
            )
        )
    found += _data_problems(draft.get("data"), info)
    judged = judged or checked(draft, info)
    found += _network_problems(draft, judged, quiet_about_data=bool(found))
    found += _fit_problems(draft.get("fit", {}), salvaged_data(draft), info)
    if memory_bytes is not None and not found:
        data, fit = Data.model_validate(draft["data"]), Fit.model_validate(draft.get("fit", {}))
        rows = max(1, round(_usable(data, info) * (1 - data.split.validation - data.split.test)))
        problem = memory_problem(judged, fit, rows, memory_bytes)
        found += [problem] if problem else []
    return found


def _usable(data: Data, info: dict[str, Any]) -> int:
    """Rows that have a target."""
    target = next(column for column in info["columns"] if column["name"] == data.target[0])
    return int(info["rows"]) - int(target["missing"])


def _unknown_part(name: Any) -> StrataError:
    return RecipeError(f"A recipe has no part “{clipped(name)}”.", where=clipped(name), hint="Remove it.")


def _data_problems(part: Any, info: dict[str, Any]) -> list[StrataError]:
    if isinstance(part, dict) and part.get("target") in ([], "", None):
        return [
            SettingError("No target is chosen.", where="data.target", hint="Choose the column to predict.")
        ]
    try:
        data = Data.model_validate(part if part is not None else {})
    except ValidationError as error:
        return _placed(error, "data")
    known = {column["name"] for column in info["columns"]}
    if unknown := [name for name in (*data.target, *data.roles) if name not in known]:
        name = clipped(unknown[0])
        hint = "Choose the columns again: the table may be another version."
        return [DataError(f"The table has no column {name}.", where=f"column {name}", hint=hint)]
    found: list[StrataError] = []
    about = {column["name"]: column for column in info["columns"]}
    wrong = (target_problem(about[name], data.task) for name in data.target)
    if problem := next(filter(None, wrong), None) or too_few(_usable(data, info)):
        found.append(problem)
    try:
        feature_names(data, info)
    except DataError as problem:
        found.append(problem)
    found += step_problems(data, info)
    found += _split_problems(data, info)
    return found


def target_problem(column: dict[str, Any], task: str) -> DataError | None:
    """Why a column (an entry of info["columns"]) cannot be the target of a task, if it cannot."""
    name, kind, distinct = column["name"], column["type"], column["distinct"]
    if distinct == 0:
        what, hint = "is empty in every row.", "Choose another target."
    elif task in ("regression", "forecast"):
        if kind == "number":
            return None
        what = f"holds {_KINDS[kind]}, and {_A[task]} predicts a number."
        hint = "Choose a number column, or classification as the task."
    elif kind in ("date", "picture") or (kind == "text" and task != "multilabel"):
        what, hint = f"holds {_KINDS[kind]}, which cannot be predicted.", "Choose another target."
    elif distinct == 1:
        what = "has the same value in every row; there is nothing to tell apart."
        hint = "Choose another target, or add rows of another class."
    elif task == "binary" and distinct != 2:
        what = f"has {distinct:,} classes; a yes/no task has two."
        hint = "Choose classification with several classes as the task."
    elif distinct > MAX_CLASSES and task != "multilabel":
        most = f"Strata takes up to {MAX_CLASSES:,}."
        what = f"has {distinct:,} classes, which looks like an identifier. {most}"
        hint = "Choose another target, or regression when it is a quantity."
    else:
        return None
    return DataError(f"{name} {what}", where=f"column {clipped(name)}", hint=hint)


def _split_problems(data: Data, info: dict[str, Any]) -> list[StrataError]:
    method = data.split.method
    if data.split.validation + data.split.test > 0.9:
        return [
            SettingError(
                "Validation and test leave less than a tenth of the rows to train on.",
                where="data.split.validation",
                hint="Lower one of them.",
            )
        ]
    if method in ("random", "stratified"):
        return []
    if method == "time" and data.task == "forecast" and data.split.column is None:
        return []  # then the file's order is the order of time
    name = data.split.column or next(iter(data.columns(method) if method in ("time", "group") else []), None)
    if name is None or all(name != column["name"] for column in info["columns"]):
        return [
            DataError(
                f"A split by {method} needs a column.",
                where="data.split.column",
                hint="Choose the column, or a random split.",
            )
        ]
    return []


def _network_problems(draft: dict[str, Any], judged: Checked, quiet_about_data: bool) -> list[StrataError]:
    parts = draft.get("network")
    if not isinstance(parts, dict) or set(parts) != {"main"}:
        return [
            RecipeError(
                "The network has to be an object with one part, “main”.",
                where="network",
                hint="Choose a template to begin with.",
            )
        ]
    found = [problem.as_error() for problem in judged.problems]
    return [each for each in found if not (quiet_about_data and each.where.startswith("data"))]


def _fit_problems(part: Any, data: Data, info: dict[str, Any]) -> list[StrataError]:
    try:
        fit = Fit.model_validate(part)
    except ValidationError as error:
        return _placed(error, "fit")
    found: list[StrataError] = []
    targets = [column for column in info["columns"] if column["name"] in data.target]
    for read in (
        lambda: objective_of(fit.objective, data.task).check(targets),
        lambda: optimizer_of(fit.optimizer),
        lambda: schedule_of(fit.schedule),
    ):
        try:
            read()
        except SettingError as problem:
            found.append(problem)
    return found + _judging_problems(fit, data)


def _judging_problems(fit: Fit, data: Data) -> list[StrataError]:
    """Why the chosen metric cannot judge an epoch; nothing where the loss itself is wrong."""
    try:
        known = [LOSS, *metrics_of(objective_of(fit.objective, data.task), data.task)]
    except SettingError:
        known = [LOSS, *metrics_for(data.task)]
    name = fit.stopping.metric
    if name in (metric.name for metric in known):
        return []
    suits_task = name in (metric.name for metric in metrics_for(data.task))
    return [
        SettingError(
            f"“{clipped(name)}” is no metric of {'this loss' if suits_task else f'this task ({data.task})'}.",
            where="fit.stopping.metric",
            hint=f"Choose {', '.join(metric.name for metric in known)}.",
        )
    ]


def _placed(error: ValidationError, part: str) -> list[StrataError]:
    found: list[StrataError] = []
    for problem in problems(error):
        place = f"{part}.{problem.where}" if problem.where else part
        if place == "fit" and "epochs" in problem.message:
            place = "fit.epochs"
        message = problem.message.replace("The recipe", part.capitalize(), 1)
        found.append(SettingError(message, where=place, hint=problem.hint))
    return found
