"""Networks: draft recipes that people edit, with every edit kept for undo, and searches on them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from studio.accounts.models import InProject, Project, User
from studio.datasets import files
from studio.datasets.models import DatasetVersion
from studio.jobs import devices
from studio.jobs import queue as jobs
from studio.jobs.models import Job


class Network(models.Model):
    """A draft recipe of a dataset version.

    ``revision`` counts saved changes: an edit names the revision that it was made on, and is
    refused when somebody else was faster. ``position`` is where undo stands in the edits:
    ``edits`` up to it are done, those after it can be redone.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="networks")
    dataset_version = models.ForeignKey(DatasetVersion, on_delete=models.PROTECT, related_name="networks")
    name = models.CharField(_("name"), max_length=120)
    draft = models.JSONField()
    revision = models.PositiveIntegerField(default=1)
    position = models.PositiveIntegerField(default=0)
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = InProject.as_manager()

    class Meta:
        ordering = ["-updated_at", "-pk"]

    def __str__(self) -> str:
        return self.name


class Edit(models.Model):
    """One step of a network's history: the draft before and after, and what was done.

    ``revision`` is the network's revision that the edit made. ``token`` is the browser's own name
    for the edit: a repeated request (the first answer was lost) is known by it and not done twice.
    """

    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="edits")
    number = models.PositiveIntegerField()
    revision = models.PositiveIntegerField()
    token = models.CharField(max_length=36, blank=True, default="")
    label = models.CharField(max_length=200)
    before = models.JSONField()
    after = models.JSONField()
    made_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["network", "number"], name="one_edit_number")]


class Snapshot(models.Model):
    """A draft as it was, under a name, to go back to. It outlives the history of edits."""

    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="snapshots")
    name = models.CharField(_("name"), max_length=120)
    draft = models.JSONField()
    made_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return self.name


class Search(Job):
    """A short try of many learning rates or batch sizes, thrown away but for what it found.

    ``recipe`` is the draft as it was when it was asked for; ``result`` is what training.find answers.
    A network keeps its latest of each kind: the next one takes its place, and ends it where it still runs.
    """

    entry = "studio.networks.child:search"
    queue = "train"

    class Kind(models.TextChoices):
        LR = "lr", _("Learning rate")
        BATCH_SIZE = "batch_size", _("Batch size")

    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="searches")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    recipe = models.JSONField()
    result = models.JSONField(default=dict, blank=True)
    made_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["network", "kind"], name="one_search_of_a_kind")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.network}"

    @classmethod
    def slots(cls) -> list[str]:
        return devices.slots()

    @classmethod
    def line(cls, slot: str) -> list[int]:
        waiting = cls.objects.filter(state=cls.State.QUEUED).order_by("queued_at", "pk")
        rows = waiting.values_list("pk", "recipe__fit__device")[:50]
        return [key for key, wanted in rows if not slot or devices.fits(wanted or "auto", slot)]

    def payload(self) -> dict[str, Any]:
        version = self.network.dataset_version
        return {
            "kind": self.kind,
            "recipe": self.recipe,
            "table": files.local(version.table),
            "info": version.info,
            "arrays": settings.DATA_DIR / "arrays",
            "arrays_bytes": settings.ARRAY_CACHE_BYTES,
            "hash_key": self.network.project.hash_key,
            "device": self.slot.partition(":")[0] or "cpu",
        }

    def on_messages(self, messages: list[dict[str, Any]]) -> None:
        for message in messages:
            if "found" in message:
                jobs.write(self, result=message["found"])
