"""A run that ended with weights gets its model."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from studio.deployments import services
from studio.runs.models import Run
from studio.runs.signals import run_ended


@receiver(run_ended)
def judge_the_run(sender: type, run: Run, **rest: Any) -> None:
    services.make_model(run)
