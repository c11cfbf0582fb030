"""Request bodies that stream: Django reads a large upload while it arrives.

Django's own ASGI handler copies a whole body into a temporary file before any middleware runs:
every upload is written twice, and strangers may fill the disk. Here a body of one message
(forms, JSON) is read as before, a longer one is handed to the request as a stream.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import CancelledError
from io import BytesIO
from typing import Any

import django
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler

Message = dict[str, Any]


class Incoming:
    """The server's ``receive``, and a body that a worker thread may read from it.

    ``read(size)`` blocks; it raises ConnectionAbortedError (an OSError, which Django turns into
    UnreadablePostError) when the client is gone.
    """

    def __init__(self, receive: Callable[[], Awaitable[Message]]) -> None:
        self.receive = receive
        self.loop = asyncio.get_running_loop()
        self.complete = asyncio.Event()  # nothing of the body is left to come
        self.gone = False
        self.rest = b""
        self.pending = None
        self.lock = threading.Lock()

    async def __call__(self) -> Message:
        return await self.receive()

    async def message(self) -> bytes:
        """The next piece of the body; b"" may also mean a pause."""
        message = await self.receive()
        if message["type"] == "http.disconnect":
            self.gone = True
            self.complete.set()
        elif not message.get("more_body", False):
            self.complete.set()
        return message.get("body", b"")

    def read(self, size: int | None = None) -> bytes:
        """Up to ``size`` bytes, b"" at the end; all that is left without a size."""
        if size is None or size < 0:
            return b"".join(iter(lambda: self.read(2**16), b""))
        while not self.rest and not self.complete.is_set():
            self.rest = self.wait_for_piece()
        if self.gone:
            raise ConnectionAbortedError("The client went away before its request was complete.")
        piece, self.rest = self.rest[:size], self.rest[size:]
        return piece

    def wait_for_piece(self) -> bytes:
        with self.lock:
            if self.gone:
                return b""
            self.pending = asyncio.run_coroutine_threadsafe(self.message(), self.loop)
        try:
            return self.pending.result()
        except CancelledError:
            return b""

    def close(self) -> None:
        """Nothing: Django closes what it has read enough of, the rest stays with the server."""

    def abandon(self) -> None:
        """Let go of a thread that still waits: the request is over."""
        with self.lock:
            self.gone = self.gone or not self.complete.is_set()
            if self.pending is not None:
                self.pending.cancel()
        self.complete.set()


class StreamingHandler(ASGIHandler):
    """Django over ASGI, with long bodies as streams."""

    async def handle(self, scope, receive, send) -> None:
        incoming = Incoming(receive)
        try:
            await super().handle(scope, incoming, send)
        finally:
            incoming.abandon()

    async def read_body(self, incoming: Incoming):
        first = await incoming.message()
        if incoming.gone:
            raise RequestAborted
        if incoming.complete.is_set():
            return BytesIO(first)
        incoming.rest = first
        return incoming

    async def listen_for_disconnect(self, incoming: Incoming) -> None:
        await incoming.complete.wait()
        if incoming.gone:
            raise RequestAborted
        await super().listen_for_disconnect(incoming)


def application() -> StreamingHandler:
    """The Django application for ASGI servers."""
    django.setup(set_prefix=False)
    return StreamingHandler()
