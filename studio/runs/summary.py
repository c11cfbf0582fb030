"""What lists and the head of a run's page show, kept up to date event by event.

summary: ``epoch``, ``epochs``, ``step``, ``metrics`` (last epoch, per split), ``best_epoch``, ``best``
(its metrics per split), ``points`` ([[epoch, validation loss], …], thinned), ``saved`` (checkpoint ->
epoch), ``kept`` (metrics of the best that is saved, which may be an older one), ``started`` (sizes and
what "auto" resolved to), ``seconds``, ``reason``, ``headline`` (the metric that is shown first).
"""

from __future__ import annotations

from typing import Any

POINTS = 120


def summarised(summary: dict[str, Any], events: list[dict[str, Any]]) -> dict[str, Any]:
    """The summary after ``events`` (JSON forms); pure."""
    summary = dict(summary)
    for event in events:
        change = CHANGES.get(event["kind"])
        if change:
            summary |= change(summary, event)
    return summary


def _started(summary: dict[str, Any], event: dict[str, Any]) -> dict[str, Any]:
    shown = {name: value for name, value in event.items() if name not in ("kind", "time", "run", "seq")}
    return {"started": shown, "epochs": event["epochs"]}


def _epoch(summary: dict[str, Any], event: dict[str, Any]) -> dict[str, Any]:
    change = {
        "epoch": event["epoch"],
        "step": event["step"],
        "metrics": event["metrics"],
        "best_epoch": event["best_epoch"],
        "points": _with_point(summary.get("points", []), event),
    }
    if event["is_best"]:
        change["best"] = event["metrics"]
    return change


def _with_point(points: list[list[float]], event: dict[str, Any]) -> list[list[float]]:
    loss = event["metrics"].get("validation", {}).get("loss")
    if loss is None:
        return points
    points = [*points, [event["epoch"], loss]]
    if len(points) > POINTS:
        # The one that leaves the smallest gap goes, so that the line stays evenly sampled.
        del points[min(range(1, len(points) - 1), key=lambda at: points[at + 1][0] - points[at - 1][0])]
    return points


def _checkpoint(summary: dict[str, Any], event: dict[str, Any]) -> dict[str, Any]:
    change = {"saved": summary.get("saved", {}) | {event["which"]: event["epoch"]}}
    if event["which"] == "best":
        change["kept"] = summary.get("best", {}) if summary.get("best_epoch") == event["epoch"] else {}
    return change


def _resumed(summary: dict[str, Any], event: dict[str, Any]) -> dict[str, Any]:
    epoch = event["from_epoch"]
    return {
        "epoch": epoch,
        "step": event["from_step"],
        "points": [point for point in summary.get("points", []) if point[0] <= epoch],
    }


def _ended(summary: dict[str, Any], event: dict[str, Any]) -> dict[str, Any]:
    change = {name: event[name] for name in ("epoch", "step", "seconds", "reason") if name in event}
    if event["best_epoch"]:
        change |= {"best_epoch": event["best_epoch"], "best": event["metrics"]}
    return change


CHANGES = {
    "started": _started,
    "epoch": _epoch,
    "checkpoint": _checkpoint,
    "resumed": _resumed,
    "finished": _ended,
    "stopped": _ended,
}
