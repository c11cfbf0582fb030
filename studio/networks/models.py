"""Networks: draft recipes that people edit, with every edit kept for undo."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from studio.accounts.models import InProject, Project, User
from studio.datasets.models import DatasetVersion


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
