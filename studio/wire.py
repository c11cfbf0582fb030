"""HTTP as uvicorn speaks it, with bounds on what a client may send before it is heard, and how slowly.

uvicorn's parser gathers a request's head without end: one header of 200 MB costs 400 MB of memory
and a minute of the only event loop, before Django sees a request.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

HEAD_BYTES = 65_536
HEAD_SECONDS = 30.0  # for a whole head, however slowly it trickles in
BODY_SECONDS = 60.0  # between two pieces of a body


class Guarded(HttpToolsProtocol):
    """One client's connection; ``uvicorn --http studio.wire:Guarded``.

    431 for a head (or trailer, or chunk's line) beyond HEAD_BYTES. A client that keeps us waiting
    for the rest of its request is disconnected.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.unheard = 0  # bytes since the parser last told of anything
        self.patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        self._rest()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self.unheard += len(data)
        super().data_received(data)
        if self.unheard > HEAD_BYTES and not self.transport.is_closing():
            self.transport.write(STATUS_LINE[431] + b"content-length: 0\r\nconnection: close\r\n\r\n")
            self.transport.close()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._wait(HEAD_SECONDS)

    def on_headers_complete(self) -> None:
        self._wait(BODY_SECONDS)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._wait(BODY_SECONDS)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._rest()
        super().on_message_complete()

    def _wait(self, seconds: float) -> None:
        self._rest()
        self.patience = self.loop.call_later(seconds, self._give_up)

    def _rest(self) -> None:
        self.unheard = 0
        if self.patience is not None:
            self.patience.cancel()

    def _give_up(self) -> None:
        if self.flow.read_paused:  # it is we who do not read on
            self._wait(BODY_SECONDS)
        else:
            self.transport.close()
