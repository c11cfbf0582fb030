"""A run that ended with weights gets its model; a model that goes takes its bundle along."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver

from studio.datasets import files
from studio.deployments import services
from studio.deployments.models import Model
from studio.runs.models import Run
from studio.runs.signals import run_ended


@receiver(run_ended)
def judge_the_run(sender: type, run: Run, **rest: Any) -> None:
    services.make_model(run)


@receiver(post_delete, sender=Model)
def remove_the_bundle(sender: type, instance: Model, **rest: Any) -> None:
    transaction.on_commit(lambda: files.remove(instance.bundle))
