"""Celery's door: a doorbell, a claim, a supervision, and the next ring."""

from __future__ import annotations

import os
import socket
import time

from celery import shared_task
from django.apps import apps

from studio.jobs import doorbell, queue, slots
from studio.jobs.models import Job
from studio.jobs.slots import Slot
from studio.jobs.supervisor import supervise
from studio.jobs.worker import leaving


@shared_task(name=doorbell.TASK)
def work(label: str) -> None:
    """Take the next job of this kind ("runs.run") that fits this machine, and see it through."""
    model = apps.get_model(label)
    names = model.slots()
    worked = work_once(model) if names is None else any(_work_in(model, name) for name in names)
    if worked and not leaving():
        doorbell.ring(model)


def _work_in(model: type[Job], name: str) -> bool:
    slot = slots.take(name)
    if slot is None:
        return False
    try:
        return work_once(model, slot)
    finally:
        slot.leave()


def work_once(model: type[Job], slot: Slot | None = None) -> bool:
    """Claim one job and see it through; whether there was one."""
    if leaving():
        return False
    claimed = time.monotonic()
    job = queue.claim(model, f"{socket.gethostname()}:{os.getpid()}", slot.name if slot else "")
    if job is None:
        return False
    supervise(job, claimed=claimed, slot=slot, leaving=leaving)
    return True
