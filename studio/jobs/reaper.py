"""Puts the jobs of dead workers back, and rings for those that wait: beside every worker.

A lease is stale when it was not renewed for LEASE_SECONDS, by this process's own steady clock:
clocks that jump, on this machine or the database's, take no job from a worker that lives.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from django.db import Error as DatabaseError
from django.db import connections

from studio.jobs import doorbell, queue
from studio.jobs.models import Job, job_models

logger = logging.getLogger(__name__)

TICK_SECONDS = 1.0

Sight = tuple[int, object]  # attempt and lease, as seen


class Reaper:
    """What this reaper has seen of running jobs, and since when."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.seen: dict[tuple[str, int], tuple[Sight, float]] = {}

    def run(self, until: Callable[[], bool]) -> None:
        while not until():
            try:
                self.look()
            except DatabaseError:
                logger.warning("The database is away; looking again", exc_info=True)
                connections.close_all()
                # What nobody could renew is not stale: every lease is watched anew.
                self.seen.clear()
            time.sleep(TICK_SECONDS)

    def look(self) -> None:
        """One round over every kind of job."""
        now = self.clock()
        seen = {}
        for model in job_models():
            for job in model.objects.filter(state=Job.State.RUNNING).only("pk", "attempt", "lease_until"):
                key, sight = (model._meta.label, job.pk), (job.attempt, job.lease_until)
                before, since = self.seen.get(key, (sight, now))
                if before == sight and now - since >= Job.LEASE_SECONDS:
                    self._lose(job)
                else:
                    seen[key] = (sight, since if before == sight else now)
            if model.objects.filter(state=Job.State.QUEUED).exists() and doorbell.unheard(model) == 0:
                doorbell.ring(model)
        self.seen = seen

    def _lose(self, job: Job) -> None:
        try:
            queue.lose(job, "its worker is gone", lease=job.lease_until)
        except DatabaseError:
            raise
        except Exception:  # a bug in one kind of job must not keep the others from being put back
            logger.exception("%s %s could not be put back", job._meta.label, job.pk)
