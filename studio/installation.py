"""What one data folder needs before it can serve: a lock, a database, an owner."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
from pathlib import Path
from typing import IO

from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor

from studio.accounts.models import User
from studio.accounts.services import first_project
from studio.datasets.samples import load_samples


class Refusal(Exception):
    """Why the studio does not start, in one line."""


def lock(data_dir: Path) -> IO[str]:
    """An open file that holds the data folder for this process. Raises Refusal when it is taken."""
    file = (data_dir / "up.lock").open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        raise Refusal(
            f"Strata is already running on {data_dir} (process {file.read().strip() or 'unknown'}). "
            "Stop it first, or set STUDIO_DATA_DIR to another folder."
        ) from None
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file


def check_address(bind: str, port: int) -> None:
    """Raises Refusal when nobody could listen there."""
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((bind, port))
        except OSError as error:
            raise Refusal(_address_refusal(bind, port, error)) from None


def _address_refusal(bind: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is taken by another program. Stop that, or set STUDIO_PORT to a free port."
    if error.errno == errno.EACCES:
        return f"Port {port} needs more rights than you have. Set STUDIO_PORT to 1024 or higher."
    return f"Nothing can listen on {bind}:{port} ({error.strerror}). Check STUDIO_BIND and STUDIO_PORT."


def prepare_database() -> None:
    """Bring the tables up to date; quick when they are."""
    connection = connections[DEFAULT_DB_ALIAS]
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)


def prepare_owner() -> User:
    """Who the sign-in link is for: the first user; an empty studio gets one, with the samples."""
    user = User.objects.filter(is_active=True).order_by("pk").first()
    if user is None:
        user = User(username="owner", is_staff=True, is_superuser=True)
        user.set_unusable_password()
        user.save()
        load_samples(user, first_project(user))
    return user


def check_exposure() -> None:
    """Raises Refusal when other machines could reach the studio before it is safe to be reached."""
    if settings.IS_LOOPBACK:
        return
    if not settings.ALLOWED_HOSTS_SET:
        raise Refusal(
            f"STUDIO_BIND={settings.BIND} lets other machines in. "
            "Set ALLOWED_HOSTS to the names under which they reach this one."
        )
    if (
        not User.objects.filter(is_active=True)
        .exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX)
        .exists()
    ):
        raise Refusal(
            f"STUDIO_BIND={settings.BIND} lets other machines in, and nobody has a password. "
            "Set one first: .venv/bin/python manage.py changepassword owner"
        )
