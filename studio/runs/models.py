"""Runs: a frozen recipe, its state, and the events that it told."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils.translation import gettext as _

from studio.accounts.models import InProject, Project, User
from studio.datasets import files
from studio.datasets.models import DatasetVersion
from studio.jobs import broadcast, devices
from studio.jobs import queue as jobs
from studio.jobs.models import Job, Outcome
from studio.networks.models import Network
from studio.runs import line
from studio.runs.signals import run_ended
from studio.runs.summary import summarised
from training.events import Failed, Note


class Run(Job):
    """A frozen recipe on its way through a worker. Later edits of network or data never change it.

    state: queued, running, paused, done (finished by itself), stopped (best kept), failed,
    discarded. ``wish`` is what a person asked of a running one. ``summary`` holds the last epoch
    event, the best metrics and a sparkline; ``folder`` is the storage prefix of its checkpoints.
    """

    entry = "studio.runs.child:train"
    queue = "train"
    news: tuple[list[dict[str, Any]], dict[str, Any] | None] = ([], None)  # stored, not yet announced

    class Wish(models.TextChoices):
        NONE = "", ""
        STOP = "stop", "stop"
        PAUSE = "pause", "pause"
        DISCARD = "discard", "discard"

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="runs")
    number = models.PositiveIntegerField()  # within the project: "Run 14"
    name = models.CharField(max_length=120)
    network = models.ForeignKey(Network, null=True, on_delete=models.SET_NULL, related_name="runs")
    dataset_version = models.ForeignKey(DatasetVersion, on_delete=models.PROTECT, related_name="runs")
    recipe = models.JSONField()
    wish = models.CharField(max_length=8, choices=Wish.choices, blank=True, default="")
    device = models.CharField(max_length=20, blank=True, default="")
    last_seq = models.PositiveBigIntegerField(default=0)
    summary = models.JSONField(default=dict, blank=True)
    folder = models.CharField(max_length=120, blank=True, default="")
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL)

    objects = InProject.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["project", "number"], name="one_run_number")]
        indexes = [models.Index(fields=["project", "-created_at"])]

    def __str__(self) -> str:
        return f"Run {self.number}"

    @property
    def group(self) -> str:
        """The channel-layer group that hears of this run."""
        return f"run-{self.pk}"

    @property
    def has_model(self) -> bool:
        return self.state in (self.State.DONE, self.State.STOPPED)

    @property
    def has_weights(self) -> bool:
        """Whether a best checkpoint lies in storage."""
        return "best" in self.summary.get("saved", {})

    @property
    def advice(self) -> str:
        """The hint; for a failed run also what can be made of the weights that it has."""
        if self.state != self.State.FAILED or not self.has_weights:
            return self.hint
        keep = _("“Keep the best” makes a model of epoch %(epoch)s.") % {
            "epoch": f"{self.summary['saved']['best']:,}"
        }
        return f"{self.hint} {keep}".strip()

    @property
    def saved_epoch(self) -> int | None:
        """The epoch that training can go on from; None before the first checkpoint."""
        return self.summary.get("saved", {}).get("last")

    # --- the job --------------------------------------------------------------------------

    @classmethod
    def slots(cls) -> list[str]:
        return devices.slots()

    @classmethod
    def line(cls, slot: str) -> list[int]:
        waiting = cls.objects.filter(state=cls.State.QUEUED).order_by("queued_at", "pk")
        rows = waiting.values_list("pk", "project_id", "recipe__fit__device")[: line.MOST]
        fitting = [
            (key, project)
            for key, project, wanted in rows
            if not slot or devices.fits(wanted or "auto", slot)
        ]
        running = cls.objects.filter(state=cls.State.RUNNING).values_list("project_id", flat=True)
        return line.in_turn(fitting, running)

    def inputs(self) -> dict[str, Any]:
        """What judging and packing need too: local paths, the frozen recipe, the table's profile."""
        return {
            "recipe": self.recipe,
            "table": files.local(self.dataset_version.table),
            "info": self.dataset_version.info,
            "folder": files.local(self.folder),
            "arrays": settings.DATA_DIR / "arrays",
            "arrays_bytes": settings.ARRAY_CACHE_BYTES,
            "hash_key": self.project.hash_key,
        }

    def payload(self) -> dict[str, Any]:
        device = self.slot.partition(":")[0] or "cpu"
        return self.inputs() | {"device": device, "resume": self.attempt > 1}

    def wish_now(self) -> str:
        return type(self).objects.values_list("wish", flat=True).get(pk=self.pk)

    def on_messages(self, messages: list[dict[str, Any]]) -> None:
        progress = [message["progress"] for message in messages if "progress" in message]
        self.record(
            [message["event"] for message in messages if "event" in message],
            **({"progress": progress[-1]} if progress else {}),
        )

    def on_end(self, outcome: Outcome) -> dict[str, Any]:
        fields = {"wish": "", **self._ended(outcome)}
        self.state = fields["state"]
        if self.has_model:
            run_ended.send(sender=type(self), run=self)
        return fields

    def _ended(self, outcome: Outcome) -> dict[str, Any]:
        if outcome.value == "discarded" or self.wish_now() == self.Wish.DISCARD:
            return self.discarded()
        if outcome.error is None:
            return {"state": ENDINGS[outcome.value]}
        error = outcome.error
        said = {"message": error["message"], "hint": error["hint"]}
        if error["where"] == "disk" and self.saved_epoch is not None:
            self.record([Note(level="error", text=error["message"], hint=error["hint"]).as_dict()])
            return {"state": self.State.PAUSED, **said}
        self.record([Failed(reason=error["message"], hint=error["hint"]).as_dict()])
        return {"state": self.State.FAILED, **said}

    def on_loss(self, reason: str) -> dict[str, Any]:
        if self.wish == self.Wish.DISCARD:
            return self.discarded()
        epoch = self.saved_epoch
        text = (
            f"Interrupted. Going on from epoch {epoch}."
            if epoch is not None
            else "Interrupted. Starting again from the beginning."
        )
        self.record([Note(level="warning", text=text, hint="").as_dict()])
        return {"state": self.State.QUEUED, "progress": {}}

    def discarded(self) -> dict[str, Any]:
        """The fields of a run that keeps nothing; its files go with the commit."""
        folder = files.local(self.folder)
        transaction.on_commit(lambda: shutil.rmtree(folder, ignore_errors=True))
        return {"state": self.State.DISCARDED, "wish": "", "message": "", "hint": ""}

    def record(self, events: list[dict[str, Any]], **fields: Any) -> None:
        """Store events with their ``seq``, and other fields with them.

        In a transaction, by whoever holds the running job. Raises jobs.LeaseLost.
        """
        # Read again: after a transaction that failed, memory would be ahead of the row.
        self.refresh_from_db(fields=["last_seq", "summary"])
        stamped = stamp(self, events)
        if stamped:
            fields |= {"last_seq": stamped[-1]["seq"], "summary": summarised(self.summary, stamped)}
            for event in stamped:
                if event["kind"] == "started":
                    fields["device"] = event["device"]
                elif event["kind"] == "failed":
                    fields |= {"message": event["reason"], "hint": event["hint"]}
        if fields:
            jobs.write(self, **fields)
        self.news = (stamped, fields.get("progress"))

    def announce(self) -> None:
        """Tell open pages what was stored since the last time."""
        (events, progress), self.news = self.news, ([], None)
        broadcast.send(self.group, {"type": "run.news", "events": events, "progress": progress})


ENDINGS = {
    "finished": Job.State.DONE,
    "stopped": Job.State.STOPPED,
    "paused": Job.State.PAUSED,
    "failed": Job.State.FAILED,
}


def stamp(run: Run, events: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Write events as one block after the run's last one; in a transaction that owns the row."""
    first = run.last_seq + 1
    stamped = [
        {**event, "run": run.pk, "attempt": run.attempt, "seq": first + place}
        for place, event in enumerate(events)
    ]
    if stamped:
        EventBlock.objects.create(
            run=run, attempt=run.attempt, first_seq=first, last_seq=stamped[-1]["seq"], events=stamped
        )
    return stamped


class EventBlock(models.Model):
    """The events of one flush: ``first_seq`` to ``last_seq``, both included."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="blocks")
    attempt = models.PositiveIntegerField()
    first_seq = models.PositiveBigIntegerField()
    last_seq = models.PositiveBigIntegerField()
    events = models.JSONField()

    class Meta:
        ordering = ["first_seq"]
        constraints = [models.UniqueConstraint(fields=["run", "first_seq"], name="one_block_per_seq")]
        indexes = [models.Index(fields=["run", "last_seq"])]
