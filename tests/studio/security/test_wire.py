"""Requests that no browser sends, over raw sockets: heads without end, clients that dawdle, odd paths."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
import uvicorn

from studio import wire
from studio.management.commands import up

LEGAL = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"
CHUNKED = b"POST / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n"
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[bytes]]


async def hello(scope, receive, send) -> None:
    """Reads the body, then answers."""
    while (await receive()).get("more_body"):
        continue
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5")]})
    await send({"type": "http.response.body", "body": b"hello"})


def talk(said: Talk) -> bytes:
    """What a client hears that says ``said`` to a guarded server."""

    async def both() -> bytes:
        config = uvicorn.Config(hello, http=wire.Guarded, port=0, lifespan="off", log_level="critical")
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            return await asyncio.wait_for(said(reader, writer), 20)
        finally:
            writer.close()
            server.should_exit = True
            await serving

    return asyncio.run(both())


async def heard(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read(200)
    except ConnectionResetError:
        return b""


async def pour(writer: asyncio.StreamWriter, piece: bytes, times: int = 400) -> None:
    """Up to ``times`` pieces, until the other side has had enough."""
    try:
        for _ in range(times):
            writer.write(piece)
            await writer.drain()
    except ConnectionError:
        return


def test_a_request_is_answered_and_the_next_on_the_same_connection_too():
    async def twice(reader, writer):
        writer.write(LEGAL)
        first = await reader.readuntil(b"hello")
        writer.write(CHUNKED + b"3\r\nabc\r\n0\r\n\r\n")
        return first + await reader.readuntil(b"hello")

    assert talk(twice).count(b"200 OK") == 2


def test_a_body_may_be_long():
    async def long(reader, writer):
        writer.write(b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 4000000\r\n\r\n")
        await pour(writer, b"x" * 10_000, 400)
        return await heard(reader)

    assert b"200 OK" in talk(long)


@pytest.mark.parametrize(
    ("begin", "piece"),
    [
        (b"GET / HTTP/1.1\r\nHost: here\r\nX-Long: ", b"a" * 10_000),
        (b"GET /", b"a" * 10_000),
        (b"GET / HTTP/1.1\r\nHost: here\r\n", b"X-Many: b\r\n" * 1_000),
        (CHUNKED + b"1\r\na\r\n0\r\nX-Trailer: ", b"a" * 10_000),
        (CHUNKED + b"1;name=", b"a" * 10_000),
    ],
    ids=["header", "address", "headers", "trailer", "chunk extension"],
)
def test_a_head_without_end_is_cut_off(begin, piece):
    async def endless(reader, writer):
        writer.write(begin)
        answer = asyncio.ensure_future(heard(reader))
        await pour(writer, piece)
        return await answer

    answer = talk(endless)
    assert answer == b"" or answer.startswith((b"HTTP/1.1 431", b"HTTP/1.1 400"))


@pytest.mark.parametrize("begin", [b"", b"GET / HTTP/1.1\r\nHost: he", LEGAL], ids=["silent", "slow", "idle"])
def test_a_client_that_keeps_us_waiting_for_a_head_is_let_go(monkeypatch, begin):
    monkeypatch.setattr(wire, "HEAD_SECONDS", 0.2)

    async def waits(reader, writer):
        writer.write(begin)
        if begin == LEGAL:
            await reader.readuntil(b"hello")
            writer.write(b"GET /sec")
        return await heard(reader)

    assert talk(waits) == b""


def test_a_client_that_stops_within_its_body_is_let_go(monkeypatch):
    monkeypatch.setattr(wire, "BODY_SECONDS", 0.2)

    async def waits(reader, writer):
        writer.write(b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 100\r\n\r\nabc")
        return await heard(reader)

    assert b"200 OK" not in talk(waits)


def test_the_studio_is_served_through_it_and_believes_no_forwarded_address():
    command = up._web().command
    assert command[command.index("--http") + 1] == "studio.wire:Guarded"
    assert "--no-proxy-headers" in command
