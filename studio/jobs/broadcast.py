"""Tells open pages that something changed. Rows are written before; a lost message is caught up."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

PATIENCE_SECONDS = 1.0
PAUSE_SECONDS = 5.0
_silent_until = 0.0


def send(group: str, message: dict[str, Any]) -> None:
    """Send ``message`` (with its ``type``) to a group. Never raises; waits a second at most.

    After a failure nothing is sent for a few seconds: whoever calls has a lease to renew.
    """
    global _silent_until
    if time.monotonic() < _silent_until:
        return
    try:
        async_to_sync(_send)(group, message)
    except (OSError, RedisError, TimeoutError) as error:
        _silent_until = time.monotonic() + PAUSE_SECONDS
        logger.warning("Open pages were not told: %s", error)


async def _send(group: str, message: dict[str, Any]) -> None:
    await asyncio.wait_for(get_channel_layer().group_send(group, message), PATIENCE_SECONDS)
