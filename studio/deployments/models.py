"""Models: what runs yield. The job is judging one and packing its bundle."""

from __future__ import annotations

from django.db import models

from studio.accounts.models import InProject
from studio.jobs.models import Job
from studio.runs.models import Run


class ModelQuerySet(InProject):
    path = "run__project"


class Model(Job):
    """What a run yielded: its report on the untouched test split, and its bundle.

    The report is there as soon as it is made (``report`` not empty), the bundle a little later
    (state done). ``bundle`` is a storage name.
    """

    run = models.OneToOneField(Run, on_delete=models.CASCADE, related_name="model")
    report = models.JSONField(default=dict, blank=True)
    bundle = models.CharField(max_length=200, blank=True, default="")
    bundle_bytes = models.BigIntegerField(null=True)

    objects = ModelQuerySet.as_manager()
