"""People, a project, browsers without a screen, and the real broker."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client

from studio import broker as brokers
from studio.accounts.models import Project, User
from studio.accounts.services import create_project
from studio.datasets.models import Dataset, DatasetVersion
from studio.networks.models import Network
from studio.networks.services import create_network
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
        brokers.tidy(socket)


def _wait_for(socket: Path, server: subprocess.Popen) -> None:
    deadline = time.monotonic() + 20
    while not socket.is_socket():
        assert server.poll() is None and time.monotonic() < deadline, "The broker did not start."
        time.sleep(0.01)


READ = """
import json, sys
from pathlib import Path
from training.table import ingest
print(json.dumps(ingest(Path(sys.argv[1]), Path(sys.argv[2]), file_name="penguins.csv")))
"""


@pytest.fixture(scope="session")
def penguins(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, dict[str, Any]]:
    """A sample's file, its table and what was read; by a process of its own, since polars and fork clash."""
    source = Path(settings.BASE_DIR, "samples", "penguins", "penguins.csv")
    folder = tmp_path_factory.mktemp("penguins")
    answer = subprocess.run(
        [sys.executable, "-c", READ, str(source), str(folder)],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    return source, folder / "table.parquet", json.loads(answer.stdout)


@pytest.fixture
def dataset_version(project: Project, owner: User, penguins: tuple) -> DatasetVersion:
    """The penguins as a dataset of ``project`` that has been read, with its files in the storage."""
    source, table, info = penguins
    dataset = Dataset.objects.create(project=project, name="Penguins", created_by=owner)
    names = {"raw": f"raw/{dataset.pk}-of-tests", "table": f"tables/{dataset.pk}-of-tests.parquet"}
    for name, file in zip(names.values(), (source, table), strict=True):
        place = Path(settings.MEDIA_ROOT, name)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, place)
    return DatasetVersion.objects.create(
        dataset=dataset,
        number=1,
        file_name="penguins.csv",
        sha256="0" * 64,
        info=info,
        rows=info["rows"],
        size_bytes=source.stat().st_size,
        state=DatasetVersion.State.DONE,
        **names,
    )


@pytest.fixture
def network(owner: User, dataset_version: DatasetVersion) -> Network:
    """A network of the penguins, as "Build a network" makes it."""
    return create_network(owner, dataset_version)


@pytest.fixture
def make_run(project: Project, owner: User, dataset_version: DatasetVersion) -> Callable[..., Run]:
    """make_run(number=…, **fields): a run's row, queued unless a state is given."""

    def make(number: int = 1, **fields: Any) -> Run:
        values = {"name": f"Network {number}", "recipe": {}, "created_by": owner} | fields
        return Run.objects.create(project=project, number=number, dataset_version=dataset_version, **values)

    return make
