"""A fit for people at a terminal: a progress bar, and a line for each epoch that gained."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from training import events


def show(told: Iterator[Any]) -> str:
    """Draw what a fit tells; the kind of its last event is returned."""
    console = Console()
    last = ""
    columns = (
        TextColumn("epoch {task.fields[epoch]}"),
        BarColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=None, epoch="0", rate="")
        for each in told:
            if isinstance(each, events.Progress):
                bar.update(
                    task,
                    completed=each.step,
                    total=each.steps,
                    epoch=f"{each.epoch}/{each.epochs}",
                    rate=f"{each.rows_per_second:,.0f} rows/s",
                )
                continue
            last = each.kind
            if line := _line(each):
                bar.console.print(line, markup=False, highlight=False)
    return last


def _line(event: Any) -> str:
    match event:
        case events.Started():
            return (
                f"{event.parameters:,} parameters on {event.device_name}, {event.rows['training']:,} "
                f"training rows, {event.steps_per_epoch:,} steps an epoch"
            )
        case events.EpochEnded(is_best=True):
            return f"epoch {event.epoch:>5}  {_figures(event.metrics)}"
        case events.Finished():
            return f"{event.reason} Best epoch: {event.best_epoch}, after {event.seconds:.1f} s."
        case events.Failed() | events.Note():
            said = event.reason if isinstance(event, events.Failed) else event.text
            return f"{said} {event.hint}".strip()
        case events.Stopped() | events.Paused():
            return f"{event.kind.capitalize()} after epoch {event.epoch}."
    return ""


def _figures(metrics: dict[str, dict[str, float | None]]) -> str:
    shown = metrics.get("validation") or metrics.get("training") or {}
    return "  ".join(f"{name} {value:.4g}" for name, value in list(shown.items())[:3] if value is not None)
