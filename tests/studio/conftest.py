"""People, a project, browsers without a screen, and the real broker."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client

from studio import broker as brokers
from studio.accounts.models import Project, User
from studio.accounts.services import create_project
from studio.datasets.models import Dataset, DatasetVersion
from studio.runs.models import Run


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker) -> None:
    """The test database, with the cache's table, which throttling counts in."""
    with django_db_blocker.unblock():
        call_command("createcachetable", verbosity=0)


@pytest.fixture
def owner(db) -> User:
    return User.objects.create_user("owner", email="owner@example.com", password="a long enough one")


@pytest.fixture
def stranger(db) -> User:
    """Somebody who signs in here too and shares no project with ``owner``."""
    return User.objects.create_user("stranger", email="stranger@example.com", password="another long one")


@pytest.fixture
def project(owner: User) -> Project:
    return create_project(user=owner, name="Customer churn")


@pytest.fixture
def owner_client(owner: User, project: Project) -> Client:
    client = Client()
    client.force_login(owner)
    return client


@pytest.fixture
def stranger_client(stranger: User) -> Client:
    client = Client()
    client.force_login(stranger)
    return client


@pytest.fixture
def anonymous() -> Client:
    return Client()


@pytest.fixture
def clear_cache(db) -> Iterator[None]:
    """Nobody is throttled for what an earlier test did."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture(scope="session")
def broker() -> Iterator[brokers.Broker]:
    """The broker that the settings name; the embedded one is started for the session."""
    if not settings.BROKER.embedded:
        yield settings.BROKER
        return
    socket = settings.BROKER.socket
    brokers.prepare(socket, settings.DATA_DIR)
    server = subprocess.Popen(brokers.command(socket), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(socket, server)
        yield settings.BROKER
    finally:
        server.terminate()
        server.wait(10)
        socket.unlink(missing_ok=True)
        socket.parent.rmdir()


def _wait_for(socket: Path, server: subprocess.Popen) -> None:
    deadline = time.monotonic() + 20
    while not socket.is_socket():
        assert server.poll() is None and time.monotonic() < deadline, "The broker did not start."
        time.sleep(0.01)


@pytest.fixture
def process_environment(transactional_db, broker) -> dict[str, str]:
    """The environment for a worker or web process of a test: same database, data folder and broker."""
    database = settings.DATABASES["default"]
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        url = f"sqlite:///{name}"
    else:
        url = (
            f"postgres://{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}/{name}"
        )
    return os.environ | {"DJANGO_SETTINGS_MODULE": "studio.settings", "DATABASE_URL": url}


@pytest.fixture
def dataset_version(project: Project, owner: User) -> DatasetVersion:
    """A row as it stands after a file was read; no file lies behind it."""
    dataset = Dataset.objects.create(project=project, name="Customers", created_by=owner)
    return DatasetVersion.objects.create(
        dataset=dataset, number=1, file_name="customers.csv", raw="raw/none", sha256="0" * 64, size_bytes=100,
        state=DatasetVersion.State.DONE, rows=100,
    )


@pytest.fixture
def make_run(project: Project, owner: User, dataset_version: DatasetVersion) -> Callable[..., Run]:
    """make_run(number=…, **fields): a run's row, queued unless a state is given."""

    def make(number: int = 1, **fields: Any) -> Run:
        values = {"name": f"Network {number}", "recipe": {}, "created_by": owner} | fields
        return Run.objects.create(project=project, number=number, dataset_version=dataset_version, **values)

    return make
