"""manage.py worker: reads files, trains and packs. Run ``manage.py reaper`` beside it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from studio.celery import app
from studio.jobs import worker


class Command(BaseCommand):
    help = "Works on queued jobs until it is told to stop (SIGTERM); running ones go on elsewhere."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        app.worker_main(worker.options())
