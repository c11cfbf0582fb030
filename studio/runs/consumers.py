"""The socket of a run's page: history, then what happens, with no gap and nothing twice."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from typing import Any
from urllib.parse import parse_qs

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.contrib.auth import get_user_model
from django.db import Error as DatabaseError
from redis.exceptions import RedisError

from studio.runs.history import events_after, standing
from studio.runs.models import Run

logger = logging.getLogger(__name__)


QUIET = ("scalars", "epoch", "checkpoint")  # events that change nothing of how the run stands


class RunConsumer(AsyncWebsocketConsumer):
    """Pass one run's events to one browser tab. Listens; takes no commands.

    Sends ``{"events": […]}``, ``{"progress": {…}}`` and ``{"run": standing}``. The row is read
    every few seconds besides, so that a lost broadcast is caught up, and access with it.
    """

    NOT_YOURS = 4404
    LOOK_SECONDS = 2.0
    ACCESS_SECONDS = 10.0

    async def connect(self) -> None:
        self.key = self.scope["url_route"]["kwargs"]["run_id"]
        self.after = self._asked_for()
        self.sending = asyncio.Lock()
        self.told: dict[str, Any] = {}
        self.watch: asyncio.Task | None = None
        self.group = ""
        run = await self._visible()
        if run is None:
            await self.close(code=self.NOT_YOURS)
            return
        await self.accept()
        # Joined before history is read: what happens in between comes twice, not never.
        await self._join(run.group)
        await self._catch_up(run)
        self.watch = asyncio.create_task(self._watch())

    async def disconnect(self, code: int) -> None:
        if self.watch:
            self.watch.cancel()
        if self.group:
            try:
                await self.channel_layer.group_discard(self.group, self.channel_name)
            except (OSError, RedisError):
                logger.debug("The channel layer is away; it forgets this socket by itself")

    async def run_news(self, message: dict[str, Any]) -> None:
        """A broadcast: events (maybe none) that are stored, and the newest progress."""
        async with self.sending:
            await self._send_events(message["events"])
            if message["progress"] is not None:
                await self._tell(progress=message["progress"])
        if message["progress"] is None and all(event["kind"] not in QUIET for event in message["events"]):
            await self._look()

    async def _watch(self) -> None:
        checked = time.monotonic()
        while True:
            await asyncio.sleep(self.LOOK_SECONDS)
            try:
                if time.monotonic() - checked >= self.ACCESS_SECONDS:
                    if await self._visible() is None:
                        await self.close(code=self.NOT_YOURS)
                        return
                    checked = time.monotonic()
                await self._look()
            except DatabaseError:
                logger.warning("The database is away; looking again", exc_info=True)

    async def _look(self) -> None:
        run = await self._read()
        if run is None:
            await self.close(code=self.NOT_YOURS)
            return
        await self._catch_up(run)

    async def _catch_up(self, run: Run) -> None:
        async with self.sending:
            while self.after < run.last_seq:
                events = await database_sync_to_async(events_after)(run.pk, self.after)
                if not events:
                    break
                await self._send_events(events)
            now = {"run": await database_sync_to_async(standing)(run), "progress": run.progress}
            news = {name: value for name, value in now.items() if self.told.get(name) != value}
            if news:
                await self._tell(**news)

    async def _send_events(self, events: list[dict[str, Any]]) -> None:
        """Send those that are new; a jump in ``seq`` means lost ones, which are read from the rows."""
        events = [event for event in events if event["seq"] > self.after]
        if events and events[0]["seq"] > self.after + 1:
            events = await database_sync_to_async(events_after)(self.key, self.after)
        if events:
            self.after = events[-1]["seq"]
            await self._tell(events=events)

    async def _tell(self, **message: Any) -> None:
        self.told |= {name: value for name, value in message.items() if name != "events"}
        await self.send(text_data=json.dumps(message, separators=(",", ":")))

    async def _join(self, group: str) -> None:
        try:
            await self.channel_layer.group_add(group, self.channel_name)
            self.group = group
        except (OSError, RedisError):
            logger.warning("The channel layer is away; this page is kept up from the database")

    def _asked_for(self) -> int:
        text = parse_qs(self.scope["query_string"].decode("ascii", "replace")).get("after", ["0"])[0]
        return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0

    @database_sync_to_async
    def _visible(self) -> Run | None:
        """The run, if its reader may see it now: user and membership are asked for again."""
        user = self.scope["user"]
        if not user.is_authenticated or not self._still_signed_in():
            return None
        user = get_user_model().objects.filter(pk=user.pk).first()
        if user is None:
            return None
        return Run.objects.visible_to(user).filter(pk=self.key).defer("recipe").first()

    def _still_signed_in(self) -> bool:
        session = self.scope["session"]
        return session.session_key is None or session.exists(session.session_key)

    @database_sync_to_async
    def _read(self) -> Run | None:
        return Run.objects.filter(pk=self.key).defer("recipe").first()
