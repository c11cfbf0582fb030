"""Other sites' pages: forms without our token, websockets from elsewhere, requests across origins."""

from __future__ import annotations

import re

import pytest
from asgiref.sync import async_to_sync
from asgiref.testing import ApplicationCommunicator
from django.test import Client

from studio.accounts.tokens import make_key
from studio.asgi import application
from tests.studio.access import TABLE

pytestmark = pytest.mark.django_db
POSTS = [
    route for route, row in TABLE.items() if "POST" in row.methods and not route.startswith("api/v1/docs")
]
PAGES = [route for route in POSTS if not route.startswith("api/")]
API = [
    route
    for route in TABLE
    if route.startswith("api/v1/")
    and {"POST", "PUT", "PATCH", "DELETE"} & set(TABLE[route].methods.split())
    and TABLE[route].methods != "GET POST PUT PATCH DELETE"
]


@pytest.fixture
def browser(owner, project) -> Client:
    """Signed in, and held to the CSRF check as real browsers are."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    client.get("/")
    return client


def token(client: Client) -> str:
    page = client.get("/keys/").content.decode()
    return re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]


def address(route: str) -> str:
    # No row has this number: a request that passed the check would be told 404.
    route = re.sub(r"<slug:\w+>", "iris", route)
    return "/" + re.sub(r"<int:\w+>", "987654", route)


@pytest.mark.parametrize("route", PAGES)
def test_a_form_needs_the_token_of_this_very_browser(browser, stranger_client, route):
    stolen = token(stranger_client)

    for sent in ({}, {"csrfmiddlewaretoken": ""}, {"csrfmiddlewaretoken": stolen}):
        answer = browser.post(address(route), sent)
        assert answer.status_code == 403 and "too old" in answer.content.decode()
    assert browser.post(address(route), {"csrfmiddlewaretoken": token(browser)}).status_code != 403 or (
        route == "signin/"  # which refuses the missing sign-in token, as it should
    )


@pytest.mark.parametrize("route", API)
def test_the_interface_wants_the_token_where_a_cookie_signs_in(browser, owner, route):
    method = next(name for name in ("POST", "PUT", "PATCH", "DELETE") if name in TABLE[route].methods.split())
    key = {"Authorization": f"Bearer {make_key(owner, 'k')[1]}"}

    assert browser.generic(method, address(route)).status_code == 403
    known = {"X-CSRFToken": token(browser)}
    assert browser.generic(method, address(route), headers=known).status_code not in (401, 403)
    assert Client(enforce_csrf_checks=True).generic(method, address(route), headers=key).status_code != 403


def test_a_token_from_another_sites_page_is_refused(browser):
    form = {"csrfmiddlewaretoken": token(browser), "name": "x"}

    for origin in ("https://evil.example", "null", "http://testserver.evil.example", "http://testserver:9"):
        assert browser.post("/projects/", form, headers={"Origin": origin}).status_code == 403, origin
    assert browser.post("/projects/", form, headers={"Origin": "http://testserver"}).status_code == 302


@pytest.mark.parametrize("asked", ["POST", "DELETE"])
def test_no_other_origin_is_told_that_it_may_ask(owner_client, asked):
    headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": asked}

    for answer in (
        owner_client.options("/api/v1/runs", headers=headers),
        owner_client.get("/api/v1/runs", headers=headers),
    ):
        assert not [name for name in answer.headers if name.lower().startswith("access-control")]


def is_opened(client: Client, run_id: int, host: str, origin: str | None) -> bool:
    headers = [
        (b"host", host.encode()),
        (b"cookie", f"sessionid={client.cookies['sessionid'].value}".encode()),
    ]
    if origin is not None:
        headers.append((b"origin", origin.encode()))
    scope = {
        "type": "websocket",
        "path": f"/ws/runs/{run_id}/",
        "query_string": b"",
        "headers": headers,
        "subprotocols": [],
    }

    async def connect() -> str:
        socket = ApplicationCommunicator(application, scope)
        await socket.send_input({"type": "websocket.connect"})
        answer = await socket.receive_output(10)
        await socket.send_input({"type": "websocket.disconnect", "code": 1000})
        await socket.wait(10)
        return answer["type"]

    return async_to_sync(connect)() == "websocket.accept"


@pytest.mark.django_db(transaction=True)
def test_a_websocket_opens_from_pages_of_the_same_host_and_port_only(broker, owner_client, make_run):
    """Another program's page on this machine has our host, and sends our cookie."""
    run, host = make_run(state="done"), "localhost:8000"

    assert is_opened(owner_client, run.pk, host, "http://localhost:8000")
    for origin in (
        "http://localhost:8888",
        "http://localhost",
        "http://127.0.0.1:8000",
        "http://localhost:8000.evil.example",
        "http://evil.example:8000",
        "http://localhost:8000@evil.example",
        "null",
        "",
        None,
    ):
        assert not is_opened(owner_client, run.pk, host, origin), origin


@pytest.mark.django_db(transaction=True)
def test_a_websocket_behind_a_proxy_opens_from_the_trusted_address(broker, owner_client, make_run, settings):
    run = make_run(state="done")
    settings.CSRF_TRUSTED_ORIGINS = ["https://localhost"]

    assert is_opened(owner_client, run.pk, "127.0.0.1:8000", "https://localhost")
    assert not is_opened(owner_client, run.pk, "127.0.0.1:8000", "http://localhost")
