"""The run page's socket, through the real web server, broker and worker."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

import pytest
from django.conf import settings
from django.db import OperationalError
from django.test import Client
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from studio.accounts.models import Membership
from studio.runs import services
from studio.runs.consumers import RunConsumer
from studio.runs.models import Run

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def open_socket(server: str) -> Callable[..., ClientConnection]:
    def open_one(client: Client, run: Run, *, after: int = 0, origin: str | None = None) -> ClientConnection:
        cookie = client.cookies.get(settings.SESSION_COOKIE_NAME)
        headers = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={cookie.value}"} if cookie else {}
        address = f"{server.replace('http', 'ws')}/ws/runs/{run.pk}/?after={after}"
        return connect(address, additional_headers=headers, origin=origin or server, max_size=None)

    return open_one


def events_until(socket: ClientConnection, kind: str) -> list[dict]:
    """The events of the socket up to and with the first of ``kind``."""
    events: list[dict] = []
    while not any(event["kind"] == kind for event in events):
        events += json.loads(socket.recv(timeout=60)).get("events", [])
    return events


def seqs(events: list[dict]) -> list[int]:
    return [event["seq"] for event in events]


def test_history_comes_first_and_then_what_happens(worker, open_socket, owner, owner_client, network):
    run = services.start_run(owner, network)
    with open_socket(owner_client, run) as socket:
        events = events_until(socket, "finished")

    run.refresh_from_db()
    assert seqs(events) == list(range(1, run.last_seq + 1))


def test_a_page_that_comes_back_misses_nothing_and_gets_nothing_twice(
    worker, open_socket, owner, owner_client, make_network
):
    run = services.start_run(owner, make_network(epochs=150, batch_size=16, stopping={"enabled": False}))
    events: list[dict] = []
    while not any(event["kind"] == "finished" for event in events):
        with open_socket(owner_client, run, after=events[-1]["seq"] if events else 0) as socket:
            before = len(events)
            while len(events) < before + 5 and not any(event["kind"] == "finished" for event in events):
                events += json.loads(socket.recv(timeout=60)).get("events", [])

    run.refresh_from_db()
    assert seqs(events) == list(range(1, run.last_seq + 1))


def test_an_ended_run_is_told_from_its_rows(worker, open_socket, owner, owner_client, network):
    run = services.start_run(owner, network)
    with open_socket(owner_client, run) as socket:
        live = events_until(socket, "finished")
    with open_socket(owner_client, run) as socket:
        assert events_until(socket, "finished") == live


def test_how_the_run_stands_is_told_too(open_socket, owner, owner_client, make_network):
    run = services.start_run(owner, make_network(device="cuda:7"))  # no machine here has that one
    with open_socket(owner_client, run) as socket:
        told: dict = {}
        while "run" not in told:
            told |= json.loads(socket.recv(timeout=10))
        assert (told["run"]["state"], told["run"]["place"]) == ("queued", 1)
        services.pause_run(run)
        while told["run"]["state"] != "paused":
            told |= json.loads(socket.recv(timeout=10))


def test_strangers_and_the_anonymous_are_refused(open_socket, owner, stranger_client, anonymous, network):
    run = services.start_run(owner, network)
    for client in (stranger_client, anonymous):
        with pytest.raises(InvalidStatus) as refused:
            open_socket(client, run)
        assert refused.value.response.status_code == 403


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1.evil.example", "null"])
def test_other_sites_may_not_open_it(open_socket, owner, owner_client, network, origin):
    run = services.start_run(owner, network)
    with pytest.raises(InvalidStatus) as refused:
        open_socket(owner_client, run, origin=origin)
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("leave", ["membership", "sign-out"])
def test_it_closes_when_its_reader_may_not_read_any_more(
    open_socket, owner, owner_client, project, network, leave
):
    run = services.start_run(owner, network)
    with open_socket(owner_client, run) as socket:
        socket.recv(timeout=10)
        if leave == "membership":
            Membership.objects.filter(user=owner, project=project).delete()
        else:
            owner_client.logout()
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                socket.recv(timeout=30)
    assert closed.value.rcvd.code == 4404


def test_a_strange_after_counts_as_none(open_socket, owner, owner_client, make_network):
    run = services.start_run(owner, make_network(device="cuda:7"))  # stays queued, whoever works here
    for after in ("-1", "x", "9" * 30, "１"):
        with open_socket(owner_client, run, after=after) as socket:
            assert seqs(events_until(socket, "queued")) == [1]


async def test_a_page_outlives_a_database_that_was_away(monkeypatch):
    consumer, looks = RunConsumer(), []

    async def look() -> None:
        looks.append("now")
        if len(looks) == 1:
            raise OperationalError("away")

    monkeypatch.setattr(RunConsumer, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(consumer, "_look", look)
    watching = asyncio.create_task(consumer._watch())
    while len(looks) < 2 and not watching.done():
        await asyncio.sleep(0.01)

    assert not watching.done()
    watching.cancel()
