"""Celery's door: a doorbell, a claim, a supervision, and the next ring."""

from __future__ import annotations

import os
import socket
import time

from celery import shared_task
from django.apps import apps

from studio.jobs import doorbell, queue, slots
from studio.jobs.models import Job
from studio.jobs.supervisor import supervise
from studio.jobs.worker import leaving


@shared_task(name=doorbell.TASK)
def work(label: str) -> None:
    """Take the next job of this kind ("runs.run") that fits this machine, and see it through."""
    model = apps.get_model(label)
    names = model.slots()
    worked = any(_work_on(model, name) for name in names) if names is not None else work_once(model)
    if worked and not leaving():
        doorbell.ring(model)


def _work_on(model: type[Job], slot: str) -> bool:
    with slots.hold(slot) as free:
        return free and work_once(model, slot)


def work_once(model: type[Job], slot: str = "") -> bool:
    """Claim one job and see it through; whether there was one."""
    if leaving():
        return False
    claimed = time.monotonic()
    job = queue.claim(model, f"{socket.gethostname()}:{os.getpid()}", slot)
    if job is None:
        return False
    supervise(job, claimed=claimed, device=slot, leaving=leaving)
    return True
