"""Uploads over ASGI: the body is read while it arrives, and a client that leaves, leaves nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from asgiref.sync import sync_to_async
from django.db import connections
from django.test import Client

from studio.datasets import files
from studio.datasets.models import DatasetVersion
from studio.streaming import StreamingHandler

from .conftest import CHURN, kept_files
from .test_upload import BOUNDARY, multipart

TABLE = CHURN * 500
BODY = multipart(b"a.csv", TABLE)


@pytest.fixture(autouse=True)
async def closed_connections() -> AsyncIterator[None]:
    """Ends the database connection of the thread in which an async test's queries run."""
    yield
    await sync_to_async(connections.close_all)()


@pytest.fixture
def cookies(transactional_db, owner, project) -> bytes:
    client = Client()
    client.force_login(owner)
    client.get("/accounts/login/")
    client.cookies["csrftoken"] = "c" * 32
    return "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items()).encode()


def scope(cookies: bytes, length: int) -> dict:
    headers = {
        b"host": b"testserver",
        b"cookie": cookies,
        b"x-csrftoken": b"c" * 32,
        b"accept": b"application/json",
        b"content-type": f"multipart/form-data; boundary={BOUNDARY}".encode(),
        b"content-length": str(length).encode(),
    }
    return {
        "type": "http",
        "method": "POST",
        "path": "/datasets/upload/",
        "raw_path": b"/datasets/upload/",
        "query_string": b"",
        "headers": list(headers.items()),
        "client": ("127.0.0.1", 1),
        "scheme": "http",
        "server": ("testserver", 80),
        "http_version": "1.1",
    }


async def answer(asked: dict, messages: AsyncIterator[dict]) -> list[dict]:
    """What the application sends when the server hands it these messages, then nothing more."""
    sent: list[dict] = []

    async def receive() -> dict:
        async for message in messages:
            return message
        return await asyncio.Event().wait()

    async def send(message: dict) -> None:
        sent.append(message)

    await StreamingHandler()(asked, receive, send)
    return sent


async def pieces(body: bytes, size: int = 50_000, then: dict | None = None) -> AsyncIterator[dict]:
    for at in range(0, len(body), size):
        await asyncio.sleep(0)
        yield {"type": "http.request", "body": body[at : at + size], "more_body": True}
    yield then or {"type": "http.request", "body": b"", "more_body": False}


async def test_an_upload_in_many_pieces_is_whole(cookies):
    sent = await answer(scope(cookies, len(BODY)), pieces(BODY))

    assert sent[0]["status"] == 201
    version = await DatasetVersion.objects.aget()
    assert files.local(version.raw).read_bytes() == TABLE


async def test_the_file_grows_while_the_body_arrives(cookies):
    sizes = []

    async def watched() -> AsyncIterator[dict]:
        async for message in pieces(BODY):
            sizes.append(sum(path.stat().st_size for path in kept_files()))
            yield message

    await answer(scope(cookies, len(BODY)), watched())

    assert any(0 < size < len(TABLE) for size in sizes)


async def test_a_client_that_leaves_in_the_middle_leaves_nothing(cookies):
    gone = {"type": "http.disconnect"}
    await answer(scope(cookies, len(BODY)), pieces(BODY[: len(BODY) // 2], then=gone))

    assert not await DatasetVersion.objects.aexists()
    assert await sync_to_async(kept_files)() == []


async def test_a_stranger_is_sent_away_without_reading_the_body(transactional_db):
    read = []

    async def counted() -> AsyncIterator[dict]:
        async for message in pieces(BODY * 20):
            read.append(len(message["body"]))
            yield message

    sent = await answer(scope(b"csrftoken=" + b"c" * 32, len(BODY) * 20), counted())

    assert sent[0]["status"] == 302
    assert sum(read) < len(BODY) * 20
    assert kept_files() == []


async def test_a_request_that_is_given_up_lets_its_thread_go(cookies):
    async def stalled() -> AsyncIterator[dict]:
        async for message in pieces(BODY[: len(BODY) // 2], then={"type": "http.request", "more_body": True}):
            yield message
        await asyncio.Event().wait()

    task = asyncio.create_task(answer(scope(cookies, len(BODY)), stalled()))
    await asyncio.sleep(0.3)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, 10)

    assert await sync_to_async(kept_files)() == []


@pytest.mark.django_db(transaction=True)
async def test_a_stranger_cannot_fill_the_memory_with_a_body_of_no_announced_length(settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 300_000
    asked = scope(b"", 0) | {"path": "/signin/", "raw_path": b"/signin/"}
    asked["headers"] = [
        (b"host", b"testserver"),
        (b"cookie", b"csrftoken=" + b"c" * 32),  # else the check ends before the body is looked at
        (b"content-type", b"application/x-www-form-urlencoded"),
    ]
    taken = 0

    async def endless() -> AsyncIterator[dict]:
        nonlocal taken
        while taken < 20_000_000:
            taken += 50_000
            yield {"type": "http.request", "body": b"token=" + b"x" * 50_000, "more_body": True}
        yield {"type": "http.request", "body": b"", "more_body": False}

    sent = await answer(asked, endless())

    assert sent[0]["status"] in (400, 413)
    assert taken < 2_000_000
