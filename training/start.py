"""Where a network begins: a draft recipe that suits the data, and templates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from training import templates as catalogue
from training.network import inputs_about
from training.readiness import problems_of
from training.recipe import VERSION
from training.salvage import checked, salvaged_data
from training.table.proposal import proposal_for

__all__ = ["checked", "draft", "first_objective", "followed", "problems_of", "templates"]


def draft(info: dict[str, Any], *, dataset_version: int | None = None) -> dict[str, Any]:
    """A draft recipe for this data: its proposed target, a network and settings that suit its size.

    info: as ``training.table.ingest`` answers. Without a proposed target the draft has none,
    which ``problems_of`` then explains.
    """
    data = _data(info.get("proposal") or proposal_for(info, None), dataset_version)
    inputs = inputs_about(info, salvaged_data({"data": data}))
    return {
        "version": VERSION,
        "data": data,
        "network": _first_network({"data": data}, info),
        "fit": {"objective": first_objective(data, info), **_fit(catalogue.first_for(inputs), info["rows"])},
    }


def first_objective(data: dict[str, Any], info: dict[str, Any]) -> dict[str, Any]:
    """The objective that a draft with this data part begins with.

    A table's classes are learned with a little doubt, as RealMLP does (arXiv 2407.04491): on the
    validation rows of digits8x8 that gained 0.01 of accuracy.
    """
    judged = salvaged_data({"data": data})
    if judged.task == "multiclass" and catalogue.first_for(inputs_about(info, judged)) == "tabular":
        return {"name": "CrossEntropy", "label_smoothing": 0.1}
    return {"name": "auto"}


def followed(before: dict[str, Any], after: dict[str, Any], info: dict[str, Any]) -> dict[str, Any]:
    """``after``, with the network that its data begins with where ``before`` still had that of its own.

    So a network that nobody has edited suits the target and the columns that are chosen next.
    """
    if before["data"] == after["data"] or before["network"] != after["network"]:
        return after
    old, new = (_first_network(each, info) for each in (before, after))
    return after | {"network": new} if before["network"] == old else after


def _first_network(document: dict[str, Any], info: dict[str, Any]) -> dict[str, Any]:
    data = salvaged_data(document)
    return {"main": catalogue.first_nodes(inputs_about(info, data), data.task, info["rows"])}


def _data(proposal: dict[str, Any], dataset_version: int | None) -> dict[str, Any]:
    """The data part that a proposal asks for."""
    task = proposal["task"] or "regression"
    data: dict[str, Any] = {
        "task": task,
        "target": [proposal["target"]] if proposal["target"] else [],
        "roles": dict(proposal["roles"]),
        "split": proposal.get("split")
        or {"method": {"regression": "random", "forecast": "time"}.get(task, "stratified")},
    }
    if proposal.get("encode"):
        data["encode"] = dict(proposal["encode"])
    if proposal.get("steps"):
        data["steps"] = [dict(step) for step in proposal["steps"]]
    if dataset_version is not None:
        data["dataset_version"] = dataset_version
    return data


@dataclass(frozen=True)
class _Pace:
    """How a kind of network is trained at first.

    rate: AdamW's; epochs and batch_sizes: (rows below which it holds, value) and the value for more.
    """

    rate: float
    epochs: tuple[tuple[int, int], ...]
    most_epochs: int
    batch_sizes: tuple[tuple[int, int], ...]
    largest_batch: int


_PACES = {
    # A cosine over the whole run and these rates, found on the validation rows of abalone, telco_churn,
    # digits8x8 and california_housing.
    "tabular": _Pace(
        0.003, ((2_000, 100), (50_000, 50), (200_000, 30)), 15,
        ((1_000, 32), (50_000, 128), (200_000, 256)), 1024,
    ),
    "cnn": _Pace(0.001, ((2_000, 40), (20_000, 20)), 12, ((2_000, 32),), 128),
    "text_cnn": _Pace(0.001, ((5_000, 30), (50_000, 15)), 8, ((2_000, 32),), 128),
    "gru": _Pace(0.003, ((2_000, 100), (20_000, 50)), 20, ((2_000, 32), (20_000, 64)), 256),
}  # fmt: skip


def _fit(first: str, rows: int) -> dict[str, Any]:
    """AdamW along a cosine, whose length is the run's; a third of it without a gain ends it."""
    pace = _PACES[first]
    epochs = _below(pace.epochs, rows, pace.most_epochs)
    return {
        "optimizer": {"name": "AdamW", "lr": pace.rate},
        "schedule": {"name": "Cosine"},
        "epochs": epochs,
        "batch_size": _below(pace.batch_sizes, rows, pace.largest_batch),
        "stopping": {"enabled": True, "metric": "loss", "patience": max(5, epochs // 3)},
        "seed": 42,
    }


def _below(limits: tuple[tuple[int, int], ...], rows: int, otherwise: int) -> int:
    return next((value for limit, value in limits if rows < limit), otherwise)


def templates(inputs: dict[str, Any], data: Any, rows: int | None = None) -> list[dict[str, Any]]:
    """The templates as JSON, the default one first. data: a Data, or a draft's data part."""
    task = data.get("task") if isinstance(data, dict) else getattr(data, "task", None)
    return [template.as_dict() for template in catalogue.templates(inputs, str(task), rows)]
