"""The Celery application: doorbells only; the queue of record is the database."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")

app = Celery("studio")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.imports = ("studio.jobs.tasks",)  # no app of its own, so not discovered
app.autodiscover_tasks()
