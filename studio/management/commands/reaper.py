"""manage.py reaper: puts jobs of dead workers back. One beside every worker."""

from __future__ import annotations

import signal
from typing import Any

from django.core.management.base import BaseCommand

from studio.jobs.reaper import Reaper


class Command(BaseCommand):
    help = "Puts the jobs of dead workers back and rings for waiting ones, until SIGTERM."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        told: list[int] = []
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: told.append(1))
        Reaper().run(until=lambda: bool(told))
