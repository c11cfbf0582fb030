"""Every route, method and websocket, as its owner, a stranger and nobody, against access.py."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from asgiref.sync import async_to_sync
from asgiref.testing import ApplicationCommunicator
from django.apps import apps
from django.core import serializers
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from studio.accounts.tokens import make_key
from studio.asgi import application
from studio.runs.routing import websocket_urlpatterns

from .access import SOCKETS, TABLE, Row

pytestmark = pytest.mark.django_db
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
SAFE = ("GET", "HEAD", "OPTIONS")


def routes(patterns: list, before: str = "") -> Iterator[str]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield route


@pytest.fixture
def subjects(project, owner, network, make_run) -> dict[str, int]:
    """The numbers of the owner's objects, one of each kind."""
    return {
        "project": project.pk,
        "key": make_key(owner, "laptop")[0].pk,
        "dataset": network.dataset_version.dataset_id,
        "network": network.pk,
        "run": make_run(state="failed", recipe=network.draft, network=network).pk,
    }


def address(route: str, row: Row, subjects: dict[str, int]) -> str:
    def part(match: re.Match) -> str:
        return row.fill.get(match[1]) or str(subjects[row.subject])

    return "/" + re.sub(r"<\w+:(\w+)>", part, route)


def everything() -> str:
    """All rows of the studio's own tables as text, but for what merely being there changes."""
    models = [model for model in apps.get_models() if model.__module__.startswith("studio.")]
    rows = [row for model in models for row in model.objects.order_by("pk")]
    return re.sub(r'"last_(login|used_at)": "?[^,"]*"?', "", serializers.serialize("json", rows))


def test_the_table_knows_every_route():
    assert set(routes(get_resolver().url_patterns)) == set(TABLE)


def test_the_table_knows_every_websocket():
    assert set(routes(websocket_urlpatterns)) == set(SOCKETS)


@pytest.mark.parametrize("route", TABLE)
def test_nobody_reaches_anything_but_the_entrance(anonymous, subjects, route):
    row, before = TABLE[route], everything()

    for method in METHODS:
        answer = anonymous.generic(method, address(route, row, subjects))

        if row.is_open:
            assert answer.status_code < 500, method
        elif route.startswith("api/"):
            assert answer.status_code == 401, method
            assert answer["Content-Type"] == "application/problem+json"
        else:
            assert answer.status_code == 302, method
            assert answer["Location"].startswith("/accounts/login/?next=")
    assert everything() == before


@pytest.mark.parametrize("route", [route for route, row in TABLE.items() if row.subject])
def test_strangers_find_nothing(stranger, stranger_client, subjects, route):
    """By session, and over REST by key too."""
    row = TABLE[route]
    key = {"Authorization": f"Bearer {make_key(stranger, 'theirs')[1]}"}
    before = everything()

    for method in METHODS:
        answers = [stranger_client.generic(method, address(route, row, subjects))]
        if route.startswith("api/"):
            answers.append(Client().generic(method, address(route, row, subjects), headers=key))
        for answer in answers:
            # 405: not served for anybody. 422: an empty body is refused before the object is looked for.
            known = [404, 422] if method in row.methods.split() else [404, 405]
            assert answer.status_code in known, (method, answer.content)
    assert everything() == before


@pytest.mark.parametrize("route", TABLE)
def test_members_are_let_in_reading_changes_nothing_and_other_methods_are_refused(
    owner_client, subjects, route
):
    row, before = TABLE[route], everything()
    where = address(route, row, subjects)

    for method in SAFE:
        answer = owner_client.generic(method, where)
        if answer.streaming:
            answer.getvalue()  # a download: read to its end, it closes its file
        assert answer.status_code not in (401, 403), method
    assert everything() == before
    for method in set(METHODS) - {*SAFE, *row.methods.split()}:
        assert owner_client.generic(method, where).status_code == 405, method
    assert everything() == before
    for method in row.methods.split():
        if method not in SAFE and not row.is_open:
            assert owner_client.generic(method, where).status_code not in (401, 403, 405), method


def opens(client: Client | None, route: str, origin: str) -> bool:
    """Whether a websocket of that browser, from a page of that origin, is accepted."""
    headers = [(b"origin", origin.encode()), (b"host", b"testserver")]
    if client is not None:
        headers.append((b"cookie", f"sessionid={client.cookies['sessionid'].value}".encode()))
    scope = {"type": "websocket", "path": route, "query_string": b"", "headers": headers, "subprotocols": []}

    async def connect() -> str:
        socket = ApplicationCommunicator(application, scope)
        await socket.send_input({"type": "websocket.connect"})
        answer = await socket.receive_output(10)
        await socket.send_input({"type": "websocket.disconnect", "code": 1000})
        await socket.wait(10)
        return answer["type"]

    return async_to_sync(connect)() == "websocket.accept"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("route", SOCKETS)
def test_websockets_know_owner_stranger_and_nobody(
    owner_client, stranger_client, anonymous, subjects, broker, route
):
    where = address(route, Row(subject=SOCKETS[route]), subjects)

    assert opens(owner_client, where, "http://testserver")
    assert not opens(stranger_client, where, "http://testserver")
    assert not opens(None, where, "http://testserver")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://testserver.evil.example", ""])
@pytest.mark.parametrize("route", SOCKETS)
def test_websockets_open_from_our_own_pages_only(owner_client, subjects, broker, route, origin):
    where = address(route, Row(subject=SOCKETS[route]), subjects)

    assert not opens(owner_client, where, origin)
