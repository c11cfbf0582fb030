"""API keys: shown once, kept as a hash, revoked; and how the REST interface knows its callers."""

from __future__ import annotations

import io

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from studio.accounts.models import ApiKey, User
from studio.accounts.tokens import make_key

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/datasets"


def bearer(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}"}


def test_a_key_made_on_the_page_is_shown_once_and_opens_the_interface(owner_client, anonymous):
    page = owner_client.post("/keys/", {"name": "laptop"})

    text = page.context["text"]
    assert page.status_code == 201 and text in page.content.decode()
    assert text not in owner_client.get("/keys/").content.decode()
    assert anonymous.get(ADDRESS, headers=bearer(text)).status_code == 200


def test_only_the_hash_of_a_key_is_kept(owner):
    key, text = make_key(owner, "laptop")

    row = ApiKey.objects.filter(pk=key.pk).values().get()
    assert text not in str(row) and text[20:] not in str(row)


def test_the_command_makes_a_key(owner, anonymous):
    out = io.StringIO()
    call_command("apikey", "cron", "--user", "owner", stdout=out)

    assert anonymous.get(ADDRESS, headers=bearer(out.getvalue().strip())).status_code == 200


def test_the_command_says_when_there_is_no_such_user(owner):
    with pytest.raises(CommandError, match="There is no active user eve"):
        call_command("apikey", "cron", "--user", "eve")


def test_a_revoked_key_opens_nothing(owner, owner_client, anonymous):
    key, text = make_key(owner, "laptop")

    owner_client.post(f"/keys/{key.pk}/revoke/")

    assert anonymous.get(ADDRESS, headers=bearer(text)).status_code == 401
    assert "Revoked" in owner_client.get("/keys/").content.decode()


def test_nobody_revokes_somebody_elses_key(owner, stranger_client):
    key, _ = make_key(owner, "laptop")

    assert stranger_client.post(f"/keys/{key.pk}/revoke/").status_code == 404
    key.refresh_from_db()
    assert key.revoked_at is None


@pytest.mark.parametrize("name", ["", "   ", "x" * 81], ids=["empty", "blank", "long"])
def test_a_key_needs_a_name(owner_client, name):
    page = owner_client.post("/keys/", {"name": name})

    assert page.status_code == 422
    assert "A key needs a name of 1 to 80 characters." in page.content.decode()
    assert not ApiKey.objects.exists()


def test_a_wrong_key_gets_a_401_in_the_one_form_of_errors(owner, anonymous):
    _, text = make_key(owner, "laptop")

    answer = anonymous.get(ADDRESS, headers=bearer(text[:-1] + ("a" if text[-1] != "a" else "b")))

    assert answer.status_code == 401 and answer["WWW-Authenticate"] == "Bearer"
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == 401 and "Authorization: Bearer" in answer.json()["detail"]


def test_a_wrong_key_is_not_saved_by_a_cookie(owner_client):
    assert owner_client.get(ADDRESS, headers=bearer("strata_wrong")).status_code == 401


def test_a_key_of_a_switched_off_user_opens_nothing(owner, anonymous):
    _, text = make_key(owner, "laptop")
    User.objects.update(is_active=False)

    assert anonymous.get(ADDRESS, headers=bearer(text)).status_code == 401


@pytest.mark.parametrize("name", ["key", "api_key", "token", "access_token", "Authorization"])
def test_a_key_in_the_address_is_ignored(owner, anonymous, name):
    _, text = make_key(owner, "laptop")

    assert anonymous.get(ADDRESS, {name: text}).status_code == 401


def test_a_session_opens_the_interface_and_changes_need_its_csrf_token(owner, project):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(owner)

    assert browser.get(ADDRESS).status_code == 200
    refused = browser.post(ADDRESS)
    assert refused.status_code == 403 and refused["Content-Type"] == "application/problem+json"


def test_a_key_needs_no_csrf_token(owner, project):
    _, text = make_key(owner, "laptop")
    program = Client(enforce_csrf_checks=True)

    assert program.post(ADDRESS, headers=bearer(text)).status_code == 422  # the file is missing


def test_the_interface_is_described_for_those_who_may_use_it(owner, anonymous, owner_client):
    _, text = make_key(owner, "laptop")

    schema = anonymous.get("/api/v1/openapi.json", headers=bearer(text)).json()

    assert schema["info"]["title"] == "Strata" and ADDRESS in schema["paths"]
    docs = owner_client.get("/api/v1/docs").content.decode()
    assert "//cdn" not in docs and "<script>" not in docs
    assert anonymous.get("/api/v1/docs").status_code == 401
