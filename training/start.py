"""Drafts: a sensible one to begin with, and everything that keeps one from training.

A draft is a recipe's JSON that may hold anything; nothing here raises for what it holds.
"""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from training import templates as catalogue
from training.declared import clipped
from training.encode.encoded import feature_names
from training.encode.learn import MAX_CLASSES
from training.errors import DataError, RecipeError, SettingError, StrataError
from training.metrics import metric_named, metrics_for
from training.network import Checked, Head, check, head_for, inputs_about
from training.objectives import objective_of
from training.optimizers import optimizer_of
from training.recipe import VERSION, Data, Fit, Named, problems
from training.schedules import schedule_of
from training.table.proposal import proposal_for

_KINDS = {"number": "numbers", "date": "dates", "text": "texts", "category": "categories", "yes/no": "yes and no",
          "picture": "pictures"}
_PARTS = ("version", "data", "network", "fit")


def draft(info: dict[str, Any], *, dataset_version: int | None = None) -> dict[str, Any]:
    """A draft recipe for this data: its proposed target, a network and settings that suit its size.

    info: as ``training.table.ingest`` answers. Without a proposed target the draft has none,
    which ``problems_of`` then explains.
    """
    proposal = info.get("proposal") or proposal_for(info, None)
    task = proposal["task"] or "regression"
    data: dict[str, Any] = {
        "task": task,
        "target": [proposal["target"]] if proposal["target"] else [],
        "roles": dict(proposal["roles"]),
        "split": {"method": "random" if task == "regression" else "stratified"},
    }
    if dataset_version is not None:
        data["dataset_version"] = dataset_version
    return {
        "version": VERSION,
        "data": data,
        "network": {"main": catalogue.mlp(catalogue.widths_for(info["rows"]))},
        "fit": {
            "objective": {"name": "auto"},
            "optimizer": {"name": "Adam", "lr": 0.001},
            "schedule": {"name": "Constant"},
            "epochs": 200 if info["rows"] < 2_000 else 100,
            "batch_size": _batch_size(info["rows"]),
            "stopping": {"enabled": True, "metric": "loss", "patience": 20},
            "seed": 42,
        },
    }


def _batch_size(rows: int) -> int:
    """Some tens of steps an epoch for small tables; large batches for speed where there are many rows."""
    for limit, size in ((1_000, 32), (5_000, 64), (20_000, 128), (200_000, 256)):
        if rows < limit:
            return size
    return 1024


def templates(inputs: dict[str, Any], data: Any, rows: int | None = None) -> list[dict[str, Any]]:
    """The templates as JSON, the default one first. data: a Data, or a draft's data part."""
    task = data.get("task") if isinstance(data, dict) else getattr(data, "task", None)
    return [template.as_dict() for template in catalogue.templates(inputs, str(task), rows)]


def checked(draft: Any, info: dict[str, Any]) -> Checked:
    """The draft's network, judged with the profile's sizes. What is wrong elsewhere is passed over."""
    data = _salvaged(_part(draft, "data"))
    return check(_nodes(draft), inputs_about(info, data), _head(draft, data, info), rows=info["rows"])


def problems_of(draft: Any, info: dict[str, Any]) -> list[StrataError]:
    """Everything that keeps the draft from training, in the order data, network, fit."""
    if not isinstance(draft, dict):
        return [RecipeError("This is not a recipe: it has to be a JSON object.",
                            hint="Export a network to see the format.")]
    found = [_unknown_part(name) for name in draft if name not in _PARTS]
    if draft.get("version", VERSION) != VERSION or isinstance(draft.get("version"), bool):
        found.append(RecipeError(f"This Strata reads recipes of format {VERSION}.", where="version",
                                 hint="Export the recipe again."))
    found += _data_problems(draft.get("data"), info)
    found += _network_problems(draft, info, quiet_about_data=any(each.where.startswith("data") for each in found))
    found += _fit_problems(draft.get("fit", {}), _salvaged(_part(draft, "data")))
    return found


def _unknown_part(name: Any) -> StrataError:
    return RecipeError(f"A recipe has no part “{clipped(name)}”.", where=clipped(name), hint="Remove it.")


def _data_problems(part: Any, info: dict[str, Any]) -> list[StrataError]:
    if isinstance(part, dict) and part.get("target") in ([], "", None):
        return [SettingError("No target is chosen.", where="data.target", hint="Choose the column to predict.")]
    try:
        data = Data.model_validate(part if part is not None else {})
    except ValidationError as error:
        return _placed(error, "data")
    found: list[StrataError] = list(_target_problems(data, info))
    try:
        feature_names(data, info)
    except DataError as problem:
        if all(problem.message != each.message for each in found):
            found.append(problem)
    found += _split_problems(data, info)
    return found


def _target_problems(data: Data, info: dict[str, Any]) -> list[DataError]:
    name = data.target[0]
    column = _column(info, name)
    where = f"column {clipped(name)}"
    if column is None:
        return [DataError(f"The table has no column {clipped(name)}.", where=where, hint="Choose another target.")]
    kind, distinct = column["type"], column["distinct"]
    if distinct == 0:
        return [DataError(f"{name} is empty in every row.", where=where, hint="Choose another target.")]
    if data.task == "regression":
        if kind != "number":
            return [DataError(f"{name} holds {_KINDS[kind]}, and regression predicts a number.", where=where,
                              hint="Choose a number column, or classification as the task.")]
        return []
    if kind in ("date", "text", "picture"):
        return [DataError(f"{name} holds {_KINDS[kind]}, which cannot be predicted.", where=where,
                          hint="Choose another target.")]
    if distinct == 1:
        return [DataError(f"{name} has the same value in every row; there is nothing to tell apart.", where=where,
                          hint="Choose another target, or add rows of another class.")]
    if data.task == "binary" and distinct != 2:
        return [DataError(f"{name} has {distinct:,} classes; a yes/no task has two.", where=where,
                          hint="Choose classification with several classes as the task.")]
    if distinct > MAX_CLASSES:
        return [DataError(f"{name} has {distinct:,} classes, which looks like an identifier. Strata takes up to "
                          f"{MAX_CLASSES:,}.", where=where,
                          hint="Choose another target, or regression when it is a quantity.")]
    return []


def _split_problems(data: Data, info: dict[str, Any]) -> list[StrataError]:
    method = data.split.method
    if data.split.validation + data.split.test > 0.9:
        return [SettingError("Validation and test leave less than a tenth of the rows to train on.",
                             where="data.split.validation", hint="Lower one of them.")]
    if method in ("random", "stratified"):
        return []
    name = data.split.column or next(iter(data.columns(method) if method in ("time", "group") else []), None)
    if name is None or _column(info, name) is None:
        return [DataError(f"A split by {method} needs a column.", where="data.split.column",
                          hint="Choose the column, or a random split.")]
    return []


def _network_problems(draft: dict[str, Any], info: dict[str, Any], quiet_about_data: bool) -> list[StrataError]:
    parts = draft.get("network")
    if not isinstance(parts, dict) or set(parts) != {"main"}:
        return [RecipeError("The network has to be an object with one part, “main”.", where="network",
                            hint="Choose a template to begin with.")]
    found = [problem.as_error() for problem in checked(draft, info).problems]
    return [each for each in found if not (quiet_about_data and each.where.startswith("data"))]


def _fit_problems(part: Any, data: Data) -> list[StrataError]:
    try:
        fit = Fit.model_validate(part)
    except ValidationError as error:
        return _placed(error, "fit")
    found: list[StrataError] = []
    for read in (lambda: objective_of(fit.objective, data.task), lambda: optimizer_of(fit.optimizer),
                 lambda: schedule_of(fit.schedule)):
        try:
            read()
        except SettingError as problem:
            found.append(problem)
    metric = metric_named(fit.stopping.metric)
    if metric is None or data.task not in metric.tasks:
        names = ", ".join(["loss", *(each.name for each in metrics_for(data.task))])
        found.append(SettingError(f"“{clipped(fit.stopping.metric)}” is no metric of this task ({data.task}).",
                                  where="fit.stopping.metric", hint=f"Choose {names}."))
    return found


def _placed(error: ValidationError, part: str) -> list[StrataError]:
    found: list[StrataError] = []
    for problem in problems(error):
        place = f"{part}.{problem.where}" if problem.where else part
        if place == "fit" and "epochs" in problem.message:
            place = "fit.epochs"
        message = problem.message.replace("The recipe", part.capitalize(), 1)
        found.append(SettingError(message, where=place, hint=problem.hint))
    return found


def _salvaged(part: dict[str, Any]) -> Data:
    """The data part without what is wrong in it, so that the network can still be judged."""
    kept = {name: dict(value) if isinstance(value, dict) else value for name, value in part.items()}
    if not isinstance(kept.get("target"), list | str) or not kept["target"]:
        kept["target"] = [""]
    while True:
        try:
            return Data.model_validate(kept)
        except ValidationError as error:
            for item in error.errors(include_url=False, include_context=False, include_input=False):
                _drop(kept, item["loc"])


def _drop(kept: dict[str, Any], place: tuple[int | str, ...]) -> None:
    if not place:
        for name in ("types", "reading", "table"):
            kept.pop(name, None)
        return
    first = str(place[0])
    inner = kept.get(first)
    if len(place) > 1 and isinstance(inner, dict) and place[1] in inner:
        del inner[place[1]]
        return
    kept.pop(first, None)
    if first in ("task", "target"):
        kept[first] = {"task": "regression", "target": [""]}[first]


def _head(draft: Any, data: Data, info: dict[str, Any]) -> Head:
    try:
        named = Named.model_validate(_part(_part(draft, "fit"), "objective") or {"name": "auto"})
        return head_for(data, info, named)
    except (ValidationError, SettingError):
        return head_for(data, info)


def _part(document: Any, name: str) -> dict[str, Any]:
    part = document.get(name) if isinstance(document, dict) else None
    return part if isinstance(part, dict) else {}


def _nodes(draft: Any) -> Any:
    return _part(draft, "network").get("main")


def _column(info: dict[str, Any], name: str) -> dict[str, Any] | None:
    return next((column for column in info["columns"] if column["name"] == name), None)
