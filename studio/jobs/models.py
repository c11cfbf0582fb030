"""A row that a worker works on: its state, its attempt and its lease."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from django.apps import apps
from django.db import models
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Outcome:
    """How the process of a job ended: by itself, or with an error (``StrataError.as_dict()``).

    value: what the entry function returned (plain JSON), when it ended by itself.
    """

    error: dict[str, str] | None = None
    value: Any = None


class Job(models.Model):
    """Abstract: one piece of work of record in the database.

    The broker only rings; whoever is woken claims the row by one conditional UPDATE that also
    counts ``attempt``. The claimer renews ``lease_until``; a lease that is not renewed means the
    worker is gone, and the reaper queues the row again (``losses`` counts that; at MAX_LOSSES it
    has failed). Writes of an attempt that is no longer the row's are refused.

    A concrete job sets ``entry`` and ``queue`` and overrides the methods below as it needs.
    """

    LEASE_SECONDS = 10
    RENEW_SECONDS = 2
    MAX_LOSSES = 3

    entry: ClassVar[str]  # "studio.datasets.child:read"
    queue: ClassVar[str]  # "ingest", "train" or "export"
    slot: str = ""  # of ``slots``, while a worker works on it

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

    def payload(self) -> Any:
        """What the entry function gets. Called in the supervisor, before the fork."""
        return {"id": self.pk}

    def on_messages(self, messages: list[dict[str, Any]]) -> None:
        """Stores what the process sent. In a transaction; writes go through ``queue.write``."""

    def on_end(self, outcome: Outcome) -> dict[str, Any]:
        """The fields of the last write, ``state`` among them. In its transaction."""
        if outcome.error:
            return {
                "state": self.State.FAILED,
                "message": outcome.error["message"],
                "hint": outcome.error["hint"],
            }
        return {"state": self.State.DONE}

    def on_loss(self, reason: str) -> dict[str, Any]:
        """The process or its worker is gone: the fields that put the row back. In a transaction."""
        return {"state": self.State.QUEUED}

    def announce(self) -> None:
        """Tells open pages and signals' listeners, after the commit of whatever changed."""

    def wish_now(self) -> str:
        """What a person asks of the running job, read from the database."""
        return ""

    @classmethod
    def slots(cls) -> list[str] | None:
        """What one job at a time can hold on this machine (devices); None means no bound."""
        return None

    @classmethod
    def line(cls, slot: str) -> Iterable[int]:
        """Keys of the queued rows that fit ``slot`` (empty: no slots), the next one first."""
        waiting = cls.objects.filter(state=cls.State.QUEUED).order_by("queued_at", "pk")
        return waiting.values_list("pk", flat=True)[:50]


ENDED = (Job.State.DONE, Job.State.STOPPED, Job.State.FAILED, Job.State.DISCARDED)


def job_models() -> list[type[Job]]:
    """Every concrete kind of job."""
    return [model for model in apps.get_models() if issubclass(model, Job)]
