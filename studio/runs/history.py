"""What a run has told so far, and how it stands: for sockets, pages and the API."""

from __future__ import annotations

from typing import Any

from studio.runs.models import EventBlock, Run
from training.events import surviving

ALL_BLOCKS = 100_000
BLOCKS = 500  # a read; a run of any length has a few thousand


def events_after(run_id: int, after: int, *, blocks: int = BLOCKS) -> list[dict[str, Any]]:
    """The events with a ``seq`` beyond ``after``, in order; of at most ``blocks`` blocks."""
    found = EventBlock.objects.filter(run=run_id, last_seq__gt=after).order_by("first_seq")[:blocks]
    return [event for block in found for event in block.events if event["seq"] > after]


def epochs_of(run: Run) -> list[dict[str, Any]]:
    """The epoch events that still count, in order."""
    told = events_after(run.pk, 0, blocks=ALL_BLOCKS)
    return [event for event in surviving(told) if event["kind"] == "epoch"]


def place_in_line(run: Run, waiting: list[int] | None = None) -> int | None:
    """1: the next one; None when it does not wait. waiting: ``Run.line("")``, when it is at hand."""
    if run.state != Run.State.QUEUED:
        return None
    waiting = Run.line("") if waiting is None else waiting
    return waiting.index(run.pk) + 1 if run.pk in waiting else None


def standing(run: Run, waiting: list[int] | None = None) -> dict[str, Any]:
    """How the run stands now, as open pages are told: state, wish, place in line, what went wrong."""
    return {
        "state": run.state,
        "wish": run.wish,
        "place": place_in_line(run, waiting),
        "message": run.message,
        "hint": run.advice,
        "has_weights": run.has_weights,
        "saved_epoch": run.saved_epoch,
        "last_seq": run.last_seq,
    }
