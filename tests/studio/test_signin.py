"""Who comes in: sign-in links, passwords, and what is closed to everybody else."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from studio.accounts.models import Project, SigninLink, User
from studio.accounts.tokens import make_signin_link

pytestmark = pytest.mark.django_db


def token_of(link: str) -> str:
    return link.partition("#")[2]


def is_signed_in(client: Client) -> bool:
    return client.get("/").status_code == 200


def test_a_signin_link_shows_a_button_and_pressing_it_signs_in(owner, anonymous):
    token = token_of(make_signin_link(owner))

    page = anonymous.get("/signin/")
    pressed = anonymous.post("/signin/", {"token": token})

    assert "Sign in to Strata" in page.content.decode()
    assert pressed.status_code == 302 and pressed["Location"] == "/"
    assert is_signed_in(anonymous)


def test_opening_a_link_burns_nothing(owner, anonymous):
    token = token_of(make_signin_link(owner))

    anonymous.get("/signin/")
    anonymous.head("/signin/")

    assert SigninLink.objects.get().used_at is None
    assert anonymous.post("/signin/", {"token": token}).status_code == 302


def test_a_link_works_once(owner, anonymous):
    token = token_of(make_signin_link(owner))
    Client().post("/signin/", {"token": token})

    again = anonymous.post("/signin/", {"token": token})

    assert again.status_code == 403
    assert "used up or too old" in again.content.decode()
    assert not is_signed_in(anonymous)


def test_a_link_ends_after_fifteen_minutes(owner, anonymous):
    token = token_of(make_signin_link(owner))
    link = SigninLink.objects.get()
    assert timedelta(minutes=14) < link.expires_at - timezone.now() <= timedelta(minutes=15)
    SigninLink.objects.update(expires_at=timezone.now())

    assert anonymous.post("/signin/", {"token": token}).status_code == 403


def test_a_link_of_a_switched_off_user_opens_nothing(owner, anonymous):
    token = token_of(make_signin_link(owner))
    User.objects.update(is_active=False)

    assert anonymous.post("/signin/", {"token": token}).status_code == 403


@pytest.mark.parametrize(
    "token", ["", "x", "' OR 1=1 --", "a" * 10_000], ids=["none", "short", "sql", "long"]
)
def test_an_invented_token_opens_nothing(owner, anonymous, token):
    make_signin_link(owner)

    assert anonymous.post("/signin/", {"token": token}).status_code == 403


def test_a_token_has_128_bits_and_only_its_hash_is_kept(owner):
    link = make_signin_link(owner)

    token = token_of(link)
    assert re.fullmatch(r"[\w-]{22}", token)
    row = SigninLink.objects.values().get()
    assert token not in str(row) and re.fullmatch(r"[0-9a-f]{64}", row["token_hash"])


def test_the_token_stands_in_the_fragment_which_no_server_logs(owner):
    address, _, _ = make_signin_link(owner).partition("#")

    assert address == "http://127.0.0.1:8000/signin/"


def test_the_command_makes_another_link(owner, anonymous, capsys):
    call_command("signin_link", "owner")

    token = token_of(capsys.readouterr().out.strip())
    assert anonymous.post("/signin/", {"token": token}).status_code == 302


def test_signing_in_for_the_first_time_gives_a_project(owner):
    Client().force_login(owner)

    assert [project.name for project in Project.objects.visible_to(owner)] == ["My first project"]


@pytest.mark.parametrize("name", ["owner", "owner@example.com"])
def test_name_or_address_and_password_sign_in(owner, anonymous, clear_cache, name):
    answer = anonymous.post("/accounts/login/", {"login": name, "password": "a long enough one"})

    assert answer.status_code == 302
    assert is_signed_in(anonymous)


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(owner, anonymous, clear_cache):
    def answer(name: str) -> str:
        page = anonymous.post("/accounts/login/", {"login": name, "password": "wrong"})
        text = re.sub(r'csrf\w+" value="\w+"', "", page.content.decode())
        return text.replace(f'value="{name}"', "")

    assert answer("owner") == answer("nobody")


def test_guessing_passwords_is_throttled_in_a_cache_that_all_processes_share(owner, anonymous, clear_cache):
    for _ in range(6):
        anonymous.post("/accounts/login/", {"login": "owner", "password": "wrong"})

    right = anonymous.post("/accounts/login/", {"login": "owner", "password": "a long enough one"})

    assert right.status_code == 200 and "Too many failed" in right.content.decode()
    assert not is_signed_in(anonymous)


def test_signing_out_ends_the_session(owner_client):
    assert owner_client.post("/accounts/logout/").status_code == 302
    assert not is_signed_in(owner_client)


def test_a_page_sends_strangers_to_the_signin_page_and_back(owner, anonymous, clear_cache):
    answer = anonymous.get("/keys/")
    assert answer["Location"] == "/accounts/login/?next=/keys/"

    login = {"login": "owner", "password": "a long enough one", "next": "/keys/"}
    assert anonymous.post("/accounts/login/", login)["Location"] == "/keys/"


def test_nobody_is_sent_to_another_site_after_signing_in(owner, anonymous, clear_cache):
    login = {"login": "owner", "password": "a long enough one", "next": "https://evil.example/"}

    assert anonymous.post("/accounts/login/", login)["Location"] == "/"


def test_htmx_is_told_to_load_the_whole_signin_page(anonymous):
    answer = anonymous.get("/keys/", headers={"HX-Request": "true"})

    assert answer["HX-Redirect"].startswith("/accounts/login/")


def test_sign_up_is_closed(anonymous, clear_cache):
    form = {
        "username": "eve",
        "email": "eve@example.com",
        "password1": "a long enough one",
        "password2": "a long enough one",
    }

    answer = anonymous.post("/accounts/signup/", form)

    assert "Sign-up is closed" in answer.content.decode()
    assert not User.objects.filter(username="eve").exists()


def test_sign_up_can_be_opened(anonymous, settings, clear_cache):
    settings.SIGNUP_OPEN = True
    form = {
        "username": "eve",
        "email": "eve@example.com",
        "password1": "a long enough one",
        "password2": "a long enough one",
    }

    assert anonymous.post("/accounts/signup/", form).status_code == 302
    assert is_signed_in(anonymous)


def test_without_mail_there_is_no_password_reset(anonymous):
    with pytest.raises(NoReverseMatch):
        reverse("account_reset_password")
    assert anonymous.get("/accounts/password/reset/").status_code == 404


def test_a_user_who_came_by_link_can_set_a_password(owner, owner_client):
    owner.set_unusable_password()
    owner.save()
    owner_client.force_login(owner)

    form = {"password1": "quite a long one", "password2": "quite a long one"}
    assert owner_client.post("/accounts/password/set/", form).status_code == 302

    owner.refresh_from_db()
    assert owner.check_password("quite a long one")
