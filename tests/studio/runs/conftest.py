"""A dataset that is ready and a network that is whole, as the rooms before leave them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.storage import default_storage

from studio.accounts.models import Project, User
from studio.datasets import files
from studio.datasets.models import Dataset, DatasetVersion
from studio.networks.models import Network


@pytest.fixture(scope="session")
def read_sample(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("penguins")
    subprocess.run([sys.executable, "-m", "tests.studio.runs.prepare", str(folder)], check=True)
    return folder


@pytest.fixture
def version(read_sample: Path, project: Project, owner: User) -> DatasetVersion:
    table = files.new_name("tables", ".parquet")
    path = Path(default_storage.path(table))
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(read_sample / "table.parquet", path)
    info = json.loads((read_sample / "info.json").read_text())
    dataset = Dataset.objects.create(project=project, name="penguins", created_by=owner)
    return DatasetVersion.objects.create(
        dataset=dataset,
        number=1,
        file_name="penguins.csv",
        raw="raw/1",
        sha256="0" * 64,
        size_bytes=1,
        state=DatasetVersion.State.DONE,
        table=table,
        rows=info["rows"],
        info=info,
    )


@pytest.fixture
def make_network(read_sample: Path, version: DatasetVersion, owner: User) -> Callable[..., Network]:
    """A network whose fit settings are the keywords."""

    def make(**fit) -> Network:
        draft = json.loads((read_sample / "draft.json").read_text())
        draft["data"]["dataset_version"] = version.pk
        draft["fit"] |= {"device": "cpu", "threads": 1} | fit
        return Network.objects.create(
            project=version.dataset.project,
            dataset_version=version,
            name="MLP on penguins",
            draft=draft,
            created_by=owner,
        )

    return make


@pytest.fixture
def network(make_network) -> Network:
    """Trains for five epochs: a second."""
    return make_network(epochs=5)


@pytest.fixture
def long_network(make_network) -> Network:
    """Trains until it is stopped."""
    return make_network(epochs=100_000, batch_size=16, stopping={"enabled": False})
