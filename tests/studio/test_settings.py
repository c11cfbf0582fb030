"""The settings: safe for production, private by default, and light in the web process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PRODUCTION = {
    "STUDIO_BIND": "0.0.0.0",
    "STUDIO_HTTPS": "True",
    "STUDIO_SECRET_KEY": "k3" * 30 + "zyxwvutsrqponm",
    "ALLOWED_HOSTS": "strata.example",
    "DATABASE_URL": "postgres://strata:secret@db.example/strata",
    "REDIS_URL": "redis://redis.example:6379/0",
    "EMAIL_HOST": "mail.example",
}


def python(data_dir: Path, *arguments: str, **values: str) -> subprocess.CompletedProcess[str]:
    ours = ("STUDIO_", "DATABASE_URL", "REDIS_URL", "DJANGO_", "ALLOWED_HOSTS")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return subprocess.run(
        [sys.executable, *arguments],
        env=kept | {"STUDIO_DATA_DIR": str(data_dir)} | values,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )


def ask(data_dir: Path, question: str, **values: str) -> object:
    """The value of an expression about ``settings`` in a process of its own."""
    code = (
        f"import json, os; os.environ['DJANGO_SETTINGS_MODULE'] = 'studio.settings'\n"
        f"from django.conf import settings\nprint(json.dumps({question}))"
    )
    answer = python(data_dir, "-c", code, **values)
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


def test_the_deployment_check_is_clean_in_production(tmp_path):
    answer = python(tmp_path, "manage.py", "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)

    assert answer.returncode == 0, answer.stderr
    assert "no issues" in answer.stdout + answer.stderr


def test_two_installations_have_different_keys_and_keep_them(tmp_path):
    first, second = tmp_path / "a", tmp_path / "b"

    keys = [ask(folder, "settings.SECRET_KEY") for folder in (first, first, second)]

    assert keys[0] == keys[1] != keys[2]
    assert (first / "secret_key").stat().st_mode & 0o777 == 0o600


def test_by_default_only_this_machine_is_served_and_sign_up_is_closed(tmp_path):
    hosts, bind, open_to_all, debug = ask(
        tmp_path, "[settings.ALLOWED_HOSTS, settings.BIND, settings.SIGNUP_OPEN, settings.DEBUG]"
    )

    assert (bind, open_to_all, debug) == ("127.0.0.1", False, False)
    assert hosts == ["127.0.0.1", "localhost", "[::1]"]


def test_debug_is_refused_where_other_machines_could_see_it(tmp_path):
    answer = python(tmp_path, "manage.py", "check", STUDIO_DEBUG="True", STUDIO_BIND="0.0.0.0")

    assert answer.returncode == 2
    assert answer.stderr.strip() == "STUDIO_DEBUG shows secrets: it works with a loopback STUDIO_BIND only."


def test_servers_are_taken_from_the_environment(tmp_path):
    celery, channels, engine = ask(
        tmp_path,
        "[settings.BROKER.celery, settings.BROKER.channels, settings.DATABASES['default']['ENGINE']]",
        **PRODUCTION | {"STUDIO_BROKER_URL": "amqp://mq.example//"},
    )

    assert (celery, channels) == ("amqp://mq.example//", PRODUCTION["REDIS_URL"])
    assert engine == "django.db.backends.postgresql"


def test_the_embedded_brokers_socket_is_short_however_long_the_data_folder(tmp_path):
    folder = tmp_path / ("long" * 40) / ("longer" * 20)

    path = ask(folder, "str(settings.BROKER.socket)", TMPDIR=str(tmp_path))

    assert len(path) < 100


DOORS = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for name in ("urls", "asgi", "tasks", "consumers")
    for path in (ROOT / "studio").rglob(f"{name}.py")
)


@pytest.mark.parametrize("module", DOORS)
def test_web_processes_import_nothing_heavy(tmp_path, module):
    code = (
        "import os, sys; os.environ['DJANGO_SETTINGS_MODULE'] = 'studio.settings'\n"
        "import django; django.setup()\n"
        f"import {module}\n"
        "print([name for name in ('torch', 'pandas', 'sklearn') if name in sys.modules])"
    )

    answer = python(tmp_path, "-c", code)

    assert answer.stdout.strip() == "[]", answer.stderr


def test_with_email_configured_a_forgotten_password_is_set_anew_once(tmp_path):
    mail = {"EMAIL_HOST": "mail.example", "DJANGO_SETTINGS_MODULE": "studio.settings"}

    answer = python(tmp_path, "-m", "tests.studio.reset_once", **mail)

    assert answer.returncode == 0, answer.stderr
    told = json.loads(answer.stdout)
    assert (told["to"], told["signed_in"]) == (["ana@example.org"], True)
    assert told["used_says"] and not told["used_has_form"]
    assert (told["last_status"], told["mails_in_the_end"]) == (429, 3)  # asking again and again is throttled
