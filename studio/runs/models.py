"""Runs: a frozen recipe, its state, and the events that it told."""

from __future__ import annotations

from django.db import models

from studio.accounts.models import InProject, Project, User
from studio.datasets.models import DatasetVersion
from studio.jobs.models import Job
from studio.networks.models import Network


class Run(Job):
    """A frozen recipe on its way through a worker. Later edits of network or data never change it.

    state: queued, running, paused, done (finished by itself), stopped (best kept), failed,
    discarded. ``wish`` is what a person asked of a running one. ``summary`` holds the last epoch
    event, the best metrics and a sparkline; ``folder`` is the storage prefix of its checkpoints.
    """

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
