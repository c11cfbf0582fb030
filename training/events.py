"""What a run says about itself, in the order in which it happens.

``fit`` yields events; whoever drives it prints, stores or collects them. An event is a frozen
dataclass; ``as_dict`` gives its JSON form ``{"kind": …, "time": …, …}``. The supervisor adds
``run``, ``attempt`` and ``seq`` (1, 2, 3 … without holes within a run). ``progress`` is no
event: it is sent live and only the last one is kept.
"""

from __future__ import annotations

import dataclasses
import time
from dataclasses import dataclass, field
from typing import Any, ClassVar


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened at ``time`` (seconds since 1970, UTC)."""

    kind: ClassVar[str]
    time: float = field(default_factory=time.time)

    def as_dict(self) -> dict[str, Any]:
        return {"kind": self.kind, **dataclasses.asdict(self)}


@dataclass(frozen=True, kw_only=True)
class Queued(Event):
    """The run waits for a worker."""

    kind = "queued"


@dataclass(frozen=True, kw_only=True)
class Started(Event):
    """Everything that "auto" resolved to, and the real sizes.

    device: ``"cpu"``, ``"cuda:0"`` …; rows: per split name; inputs: shape of one row per array;
    left_out: what the row steps of the preparation did (``Encoded.left_out``).
    """

    kind = "started"
    device: str
    device_name: str
    precision: str
    threads: int
    plan: str
    parameters: int
    rows: dict[str, int]
    epochs: int
    steps_per_epoch: int
    batch_size: int
    resolved: dict[str, Any]
    left_out: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Scalars(Event):
    """Values collected since the last flush: ``values[name] = {"mean", "min", "max"}``.

    step: the last step in the block (from 1); epoch: a fraction, 1.0 = one epoch done;
    steps: how many steps the block covers.
    """

    kind = "scalars"
    step: int
    epoch: float
    split: str
    steps: int
    values: dict[str, dict[str, float]]


@dataclass(frozen=True, kw_only=True)
class EpochEnded(Event):
    """Metrics of one whole epoch (from 1) per split, and the best epoch so far.

    metrics: ``{"training": {"loss": …, "accuracy": …}, "validation": {…}}``; None where one is
    undefined (one class only, not a number).
    """

    kind = "epoch"
    epoch: int
    step: int
    metrics: dict[str, dict[str, float | None]]
    best_epoch: int
    is_best: bool
    seconds: float


@dataclass(frozen=True, kw_only=True)
class CheckpointSaved(Event):
    """A checkpoint that is safely on disk. which: ``"best"`` or ``"last"``."""

    kind = "checkpoint"
    which: str
    epoch: int
    step: int
    path: str
    bytes: int


@dataclass(frozen=True, kw_only=True)
class Note(Event):
    """Something the user should know. level: info, warning or error; hint: what to try."""

    kind = "note"
    level: str
    text: str
    hint: str = ""


@dataclass(frozen=True, kw_only=True)
class Resumed(Event):
    """A later attempt goes on; what earlier ones wrote beyond ``from_step`` no longer counts."""

    kind = "resumed"
    from_step: int
    from_epoch: int
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Paused(Event):
    """Paused by a person; the last checkpoint holds everything."""

    kind = "paused"
    epoch: int
    step: int


@dataclass(frozen=True, kw_only=True)
class Stopped(Event):
    """Stopped by a person; the best weights are kept."""

    kind = "stopped"
    epoch: int
    step: int
    best_epoch: int
    metrics: dict[str, dict[str, float | None]]


@dataclass(frozen=True, kw_only=True)
class Finished(Event):
    """Ended by itself: all epochs done, or early stopping (``reason`` says which)."""

    kind = "finished"
    epoch: int
    step: int
    best_epoch: int
    metrics: dict[str, dict[str, float | None]]
    reason: str
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Failed(Event):
    """Ended by an error: what happened, and what to do."""

    kind = "failed"
    reason: str
    hint: str = ""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Where the run is now; sent live, never stored as an event."""

    step: int
    steps: int
    epoch: int
    epochs: int
    rows_per_second: float
    eta_seconds: float | None
    memory_bytes: int
    utilisation: float | None = None

    def as_dict(self) -> dict[str, Any]:
        return dataclasses.asdict(self)


def surviving(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The events that still count: those of earlier attempts beyond a resume are dropped.

    events: JSON forms with ``attempt``, in the order of ``seq``. The one function that page,
    export and report use.
    """
    kept: list[dict[str, Any]] = []
    for event in events:
        if event["kind"] == "resumed":
            limit = event["from_step"]
            kept = [old for old in kept if not _beyond(old, limit)]
        kept.append(event)
    return kept


def _beyond(event: dict[str, Any], step: int) -> bool:
    return event["kind"] in ("scalars", "epoch", "checkpoint") and event["step"] > step
