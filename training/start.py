"""Where a network begins: a draft recipe that suits the data, and templates."""

from __future__ import annotations

from typing import Any

from training import templates as catalogue
from training.readiness import problems_of
from training.recipe import VERSION
from training.salvage import checked
from training.table.proposal import proposal_for

__all__ = ["checked", "draft", "problems_of", "templates"]


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
