"""What every answer carries, and that no error shows more than a sentence."""

from __future__ import annotations

import pytest
from django.http import HttpRequest
from django.test import Client
from django.urls import path

from studio import urls
from training.errors import EngineError, SettingError

pytestmark = pytest.mark.django_db


def crash(request: HttpRequest) -> None:
    secret = "SELECT password FROM users"
    raise RuntimeError(secret)


def refuse(request: HttpRequest) -> None:
    raise SettingError("The <b>batch</b> size is 0.", where="fit.batch_size", hint="Use 1 or more.")


def break_down(request: HttpRequest) -> None:
    raise EngineError("The disk is gone: /var/lib/x.")


handler400, handler403 = urls.handler400, urls.handler403
handler404, handler500 = urls.handler404, urls.handler500
urlpatterns = [
    *urls.urlpatterns,
    path("crash/", crash),
    path("refuse/", refuse),
    path("break/", break_down),
    path("api/crash/", crash),
]


@pytest.fixture
def odd_views(settings, owner, project) -> Client:
    settings.ROOT_URLCONF = __name__
    client = Client(raise_request_exception=False)
    client.force_login(owner)
    return client


@pytest.mark.parametrize(
    "address", ["/", "/keys/", "/nothing-here/", "/accounts/login/", "/signin/", "/healthz"]
)
def test_every_answer_carries_the_security_headers(owner_client, address):
    headers = owner_client.get(address).headers

    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == policy["script-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["object-src"] == policy["base-uri"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "Access-Control-Allow-Origin" not in headers


@pytest.mark.parametrize("address", ["/", "/keys/", "/accounts/login/", "/signin/"])
def test_pages_have_no_script_or_handler_in_their_text(owner_client, address):
    text = owner_client.get(address, follow=True).content.decode()

    assert "<script>" not in text and " onclick=" not in text and "javascript:" not in text
    assert "http://" not in text.replace("http://www.w3.org/2000/svg", "").replace("http://testserver", "")


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", ""])
def test_a_host_that_is_not_ours_is_refused(owner_client, host):
    answer = owner_client.get("/", headers={"Host": host})

    assert answer.status_code == 400
    assert "Traceback" not in answer.content.decode()


def test_a_forwarded_host_is_not_believed(owner_client):
    answer = owner_client.get("/keys/", headers={"X-Forwarded-Host": "evil.example"})

    assert answer.status_code == 200 and "evil.example" not in answer.content.decode()


def test_session_cookies_are_out_of_reach_of_scripts_and_other_sites(owner, anonymous, clear_cache):
    anonymous.post("/accounts/login/", {"login": "owner", "password": "a long enough one"})

    cookie = anonymous.cookies["sessionid"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax"


def test_a_page_that_crashes_says_so_without_a_trace(odd_views):
    answer = odd_views.get("/crash/")

    text = answer.content.decode()
    assert answer.status_code == 500 and "Something broke on our side" in text
    assert "SELECT" not in text and "Traceback" not in text and ".py" not in text


def test_an_engine_error_keeps_its_details_in_the_log(odd_views):
    answer = odd_views.get("/break/")

    assert answer.status_code == 500 and "/var/lib" not in answer.content.decode()


def test_the_interface_answers_crashes_as_problems(odd_views):
    answer = odd_views.get("/api/crash/")

    assert answer.status_code == 500 and answer["Content-Type"] == "application/problem+json"
    assert answer.json()["title"] == "Server error" and "SELECT" not in answer.content.decode()


def test_a_users_error_becomes_a_page_with_the_sentence_and_what_to_do(odd_views):
    answer = odd_views.get("/refuse/")

    text = answer.content.decode()
    assert answer.status_code == 422
    assert "The &lt;b&gt;batch&lt;/b&gt; size is 0." in text and "Use 1 or more." in text


def test_a_users_error_becomes_a_note_for_htmx(odd_views):
    answer = odd_views.get("/refuse/", headers={"HX-Request": "true"})

    text = answer.content.decode()
    assert answer.status_code == 422 and 'role="alert"' in text and "<html" not in text


@pytest.mark.parametrize(
    "address", ["/nothing/", "/datasets/999999/", "/%2e%2e/%2e%2e/etc/passwd", "/media/x"]
)
def test_what_is_not_there_is_a_page_of_ours(owner_client, address):
    answer = owner_client.get(address)

    assert answer.status_code == 404 and "Nothing here" in answer.content.decode()


def test_the_interface_answers_404_as_a_problem(owner_client):
    answer = owner_client.get("/api/v1/nothing")

    assert answer.status_code == 404 and answer["Content-Type"] == "application/problem+json"


def test_a_form_without_its_token_is_refused_with_a_page_of_ours(owner, project):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(owner)

    answer = browser.post("/projects/", {"name": "x"})

    assert answer.status_code == 403 and "This form is too old" in answer.content.decode()


def test_healthz_tells_monitors_the_state_of_database_and_broker(anonymous, broker):
    answer = anonymous.get("/healthz")

    assert answer.status_code == 200
    assert answer.json() == {"ok": True, "database": True, "broker": True}
