"""The queue of record: every change of a job's state is one conditional UPDATE.

What a worker writes names its attempt; once the row was put back, nothing of an old attempt
comes through any more.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.expressions import BaseExpression
from django.db.models.functions import Coalesce, Now

from studio.jobs.models import ENDED, Job, Outcome

logger = logging.getLogger(__name__)

BROKEN = {
    "kind": "EngineError",
    "message": "The process that worked on this ended unexpectedly three times.",
    "where": "",
    "hint": "Try a smaller batch size or a smaller network; the server's log says more.",
}


class LeaseLost(Exception):
    """The row is no longer this attempt's: whatever it wanted to write is refused."""


def claim(model: type[Job], worker: str, slot: str = "") -> Job | None:
    """Take the next queued row that fits ``slot``; None when there is none."""
    for key in model.line(slot):
        row = model.objects.filter(pk=key, state=Job.State.QUEUED)
        attempt = row.values_list("attempt", flat=True).first()
        if attempt is None:
            continue
        taken = row.filter(attempt=attempt).update(
            state=Job.State.RUNNING,
            attempt=attempt + 1,
            worker=worker,
            lease_until=_lease(),
            started_at=Coalesce(F("started_at"), Now()),
        )
        if taken:
            job = model.objects.get(pk=key)
            job.attempt, job.slot = attempt + 1, slot  # even if the row has moved on since
            job.announce()
            return job
    return None


def write(job: Job, **fields: Any) -> None:
    """Update fields of a running job. Raises LeaseLost when this attempt no longer holds it."""
    held = type(job).objects.filter(pk=job.pk, attempt=job.attempt, state=Job.State.RUNNING)
    if not held.update(**fields):
        raise LeaseLost(f"{job._meta.label} {job.pk}: attempt {job.attempt} no longer holds it")
    for name, value in fields.items():
        if not isinstance(value, BaseExpression):
            setattr(job, name, value)


def renew(job: Job) -> None:
    """Say that the worker lives. Raises LeaseLost."""
    write(job, lease_until=_lease())


def conclude(job: Job, outcome: Outcome) -> None:
    """The last write of an attempt whose process has ended. Raises LeaseLost."""
    with transaction.atomic():
        _release(job, job.on_end(outcome))
    job.announce()


def lose(job: Job, reason: str, *, lease: datetime | None = None) -> bool:
    """Put the job of a dead process or worker back, or give it up after MAX_LOSSES.

    lease: the one that was seen to be stale. False when the row has moved on since.
    """
    with transaction.atomic():
        row = _as_seen(job, lease)
        if row is None:
            return False
        losses = row.losses + 1
        fields = row.on_end(Outcome(error=BROKEN)) if losses >= Job.MAX_LOSSES else row.on_loss(reason)
        _release(row, fields | {"losses": losses})
    logger.warning("%s %s, attempt %s: %s", row._meta.label, row.pk, row.attempt, reason)
    row.announce()
    return True


def give_back(job: Job, reason: str) -> None:
    """Queue a job again whose worker shuts down: no loss is counted. Raises LeaseLost."""
    with transaction.atomic():
        _release(job, job.on_loss(reason))
    job.announce()


def _as_seen(job: Job, lease: datetime | None) -> Job | None:
    rows = type(job).objects.select_for_update()
    rows = rows.filter(pk=job.pk, attempt=job.attempt, state=Job.State.RUNNING)
    return (rows.filter(lease_until=lease) if lease else rows).first()


def _release(job: Job, fields: dict[str, Any]) -> None:
    ended = {"ended_at": Now()} if fields["state"] in ENDED else {}
    write(job, lease_until=None, worker="", **ended, **fields)


def _lease() -> Any:
    # On the database's clock, and only to be read by people: the reaper watches it change.
    return Now() + timedelta(seconds=Job.LEASE_SECONDS)
