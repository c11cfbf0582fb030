"""Rings for a worker. The database is the queue; a lost ring only costs time."""

from __future__ import annotations

import logging

from kombu.exceptions import KombuError

from studio.celery import app
from studio.jobs.models import Job

logger = logging.getLogger(__name__)

TASK = "studio.jobs.work"
# A broker that hangs must not hang the page that rings.
PATIENCE = {"socket_timeout": 1.5, "socket_connect_timeout": 1.5}


def ring(model: type[Job]) -> bool:
    """Wake a worker for jobs of this kind; False when the broker cannot be reached.

    Never raises: the reaper rings again for whatever is still queued.
    """
    with _connection() as connection:
        try:
            app.send_task(
                TASK, [model._meta.label_lower], queue=model.queue, connection=connection, retry=False
            )
        except (OSError, KombuError, *connection.connection_errors, *connection.channel_errors) as error:
            logger.warning("Nobody heard the bell for %s: %s", model.queue, error)
            return False
    return True


def unheard(model: type[Job]) -> int | None:
    """How many rings wait in the broker; None when it cannot be reached."""
    with _connection() as connection:
        try:
            return connection.default_channel.queue_declare(model.queue, durable=True).message_count
        except (OSError, KombuError, *connection.connection_errors, *connection.channel_errors):
            return None


def _connection():
    options = app.conf.broker_transport_options | PATIENCE | {"max_retries": 0}
    timeout = PATIENCE["socket_connect_timeout"]
    return app.connection_for_write(transport_options=options, connect_timeout=timeout)
