"""Models: what runs yield. The job is judging one and packing its bundle."""

from __future__ import annotations

from typing import Any

from django.db import models, transaction

from studio.accounts.models import InProject
from studio.datasets import files
from studio.jobs import queue as jobs
from studio.jobs.models import Job
from studio.runs.models import Run


class ModelQuerySet(InProject):
    path = "run__project"


class Model(Job):
    """What a run yielded: its report on the untouched test split, and its bundle.

    The report is there as soon as it is made (``report`` not empty), the bundle a little later
    (state done). ``bundle`` is a storage name; ``checked`` is what the export found when it held
    the bundle against PyTorch (training.bundle.export.write).
    """

    entry = "studio.deployments.child:pack"
    queue = "export"

    run = models.OneToOneField(Run, on_delete=models.CASCADE, related_name="model")
    report = models.JSONField(default=dict, blank=True)
    bundle = models.CharField(max_length=200, blank=True, default="")
    bundle_bytes = models.BigIntegerField(null=True)
    checked = models.JSONField(default=dict, blank=True)

    objects = ModelQuerySet.as_manager()

    def bundle_name(self, attempt: int) -> str:
        """Where an attempt puts its bundle; attempts never share a file."""
        return f"bundles/{self.run.folder.rsplit('/', 1)[-1]}-{self.pk}-{attempt}.zip"

    def payload(self) -> dict[str, Any]:
        return self.run.inputs() | {
            "name": self.run.name,
            "report": self.report,
            "bundle": self.bundle_name(self.attempt),
        }

    def on_messages(self, messages: list[dict[str, Any]]) -> None:
        for message in messages:
            if "report" in message:
                jobs.write(self, report=message["report"])
            if "bundle" in message:
                self._keep(message["bundle"], message["bytes"], message["checked"])

    def _keep(self, bundle: str, size: int, checked: dict[str, Any]) -> None:
        try:
            jobs.write(self, bundle=bundle, bundle_bytes=size, checked=checked)
        except jobs.LeaseLost:  # another attempt packs its own
            files.remove(bundle)
            raise
        # An earlier attempt may have died with its bundle written and not told of.
        earlier = [self.bundle_name(attempt) for attempt in range(1, self.attempt)]
        transaction.on_commit(lambda: files.remove(*earlier))
