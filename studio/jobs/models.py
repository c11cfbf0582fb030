"""A row that a worker works on: its state, its attempt and its lease."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Job(models.Model):
    """Abstract: one piece of work of record in the database.

    The broker only rings; whoever is woken claims the row by one conditional UPDATE that also
    counts ``attempt``. The claimer renews ``lease_until``; a lease that ran out means the worker
    is gone, and the reaper queues the row again (``losses`` counts that, at most MAX_LOSSES).
    Writes of an attempt that is no longer the row's are refused.
    """

    LEASE_SECONDS = 10
    RENEW_SECONDS = 2
    MAX_LOSSES = 3

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        PAUSED = "paused", _("Paused")
        STOPPED = "stopped", _("Stopped")
        FAILED = "failed", _("Failed")
        DISCARDED = "discarded", _("Discarded")

    state = models.CharField(max_length=12, choices=State.choices, default=State.QUEUED, db_index=True)
    attempt = models.PositiveIntegerField(default=0)
    losses = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    worker = models.CharField(max_length=120, blank=True, default="")
    progress = models.JSONField(default=dict, blank=True)
    # What went wrong, for the person at the screen; empty while nothing did.
    message = models.TextField(blank=True, default="")
    hint = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    queued_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def is_over(self) -> bool:
        return self.state in ENDED


ENDED = (Job.State.DONE, Job.State.STOPPED, Job.State.FAILED, Job.State.DISCARDED)
