"""Request bodies that stream: Django reads a large upload while it arrives.

Django's own ASGI handler copies a whole body into a temporary file before any middleware runs:
every upload is written twice, and strangers may fill the disk. Here a body of one message
(forms, JSON) is read as before, a longer one is handed to the request as a stream.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import math
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import CancelledError, Future
from typing import Any

import django
from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.exceptions import RequestAborted, RequestDataTooBig
from django.core.handlers.asgi import ASGIHandler, ASGIRequest
from django.db import connections

Message = dict[str, Any]

BUFFER = 2**18


class Incoming:
    """The server's ``receive``, and what is known of the body that comes through it."""

    def __init__(self, receive: Callable[[], Awaitable[Message]]) -> None:
        self.receive = receive
        self.loop = asyncio.get_running_loop()
        self.complete = asyncio.Event()  # nothing of the body is left to come
        self.gone = False  # the client, or our patience with it
        self.request: ASGIRequest | None = None
        self.pending: Future[bytes] | None = None
        self.lock = threading.Lock()

    async def __call__(self) -> Message:
        return await self.receive()

    async def piece(self) -> bytes:
        """The next piece of the body; b"" may also mean that none was ready."""
        message = await self.receive()
        if message["type"] == "http.disconnect":
            self.gone = True
            self.complete.set()
        elif not message.get("more_body", False):
            self.complete.set()
        return message.get("body", b"")

    def wait_for_piece(self) -> bytes:
        """The same from a worker thread, while the loop goes on. Raises OSError without a client."""
        with self.lock:
            if not self.gone:
                self.pending = asyncio.run_coroutine_threadsafe(self.piece(), self.loop)
        if not self.gone:
            with contextlib.suppress(CancelledError):
                return self.pending.result()
        raise ConnectionAbortedError("The client went away before its request was complete.")

    def abandon(self) -> None:
        """Let go of a thread that still waits: the request is over."""
        with self.lock:
            self.gone = self.gone or not self.complete.is_set()
            if self.pending is not None:
                self.pending.cancel()
        self.complete.set()


class Body(io.RawIOBase):
    """A request's body as a file that is read while it arrives.

    Reading blocks; without a client it raises an OSError, which Django turns into
    UnreadablePostError.
    """

    def __init__(self, incoming: Incoming, first: bytes) -> None:
        self.incoming = incoming
        self.rest = memoryview(first)
        self.most = math.inf  # bytes

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:
        while not self.rest and not self.incoming.complete.is_set():
            self.rest = memoryview(self.incoming.wait_for_piece())
        if self.incoming.gone:
            raise ConnectionAbortedError("The client went away before its request was complete.")
        size = min(len(buffer), len(self.rest))
        buffer[:size] = self.rest[:size]
        self.rest = self.rest[size:]
        self.most -= size
        if self.most < 0:
            raise RequestDataTooBig("The body is longer than one may be that does not say its length.")
        return size


class StreamingHandler(ASGIHandler):
    """Django over ASGI, with long bodies as streams."""

    async def __call__(self, scope, receive, send) -> None:
        incoming = Incoming(receive)
        try:
            await super().__call__(scope, incoming, send)
        finally:
            close_files(incoming.request)

    async def handle(self, scope, incoming, send) -> None:
        try:
            await super().handle(scope, incoming, send)
        except asyncio.CancelledError:
            incoming.abandon()
            # Django ends a request that came to its end; this one's database connection would stay.
            await sync_to_async(connections.close_all)()
            raise
        finally:
            incoming.abandon()

    async def read_body(self, incoming: Incoming):
        first = await incoming.piece()
        if incoming.gone:
            raise RequestAborted
        if incoming.complete.is_set():
            return io.BytesIO(first)
        return io.BufferedReader(Body(incoming, first), BUFFER)

    def create_request(self, scope, body_file):
        request, refusal = super().create_request(scope, body_file)
        if isinstance(body_file, io.BufferedReader):
            body_file.raw.incoming.request = request
            if request is not None and "CONTENT_LENGTH" not in request.META:
                # Django holds the length that a body announces against this, and no other.
                body_file.raw.most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        return request, refusal

    async def listen_for_disconnect(self, incoming: Incoming) -> None:
        await incoming.complete.wait()
        if incoming.gone:
            raise RequestAborted
        await super().listen_for_disconnect(incoming)


def close_files(request: ASGIRequest | None) -> None:
    """Close what upload handlers hold: Django forgets the file of a form that broke off."""
    for handler in getattr(request, "_upload_handlers", []):
        if hasattr(handler, "file"):
            handler.file.close()


def application() -> StreamingHandler:
    """The Django application for ASGI servers."""
    django.setup(set_prefix=False)
    return StreamingHandler()
