"""A queued run, as the job that these tests work on."""

from __future__ import annotations

import pytest

from studio.accounts.models import Project, User
from studio.datasets.models import Dataset, DatasetVersion
from studio.runs.models import Run


@pytest.fixture
def version(project: Project, owner: User) -> DatasetVersion:
    dataset = Dataset.objects.create(project=project, name="people", created_by=owner)
    return DatasetVersion.objects.create(
        dataset=dataset,
        number=1,
        file_name="people.csv",
        raw="raw/1",
        sha256="0" * 64,
        size_bytes=1,
        state=DatasetVersion.State.DONE,
        table="tables/1.parquet",
        rows=1,
        info={"columns": []},
    )


@pytest.fixture
def make_run(version: DatasetVersion):
    def make(number: int = 1, **fields) -> Run:
        fields = {
            "project": version.dataset.project,
            "name": "MLP",
            "recipe": {"fit": {"device": "auto"}},
            "folder": f"runs/{number}",
            "dataset_version": version,
        } | fields
        return Run.objects.create(number=number, **fields)

    return make


@pytest.fixture
def run(make_run) -> Run:
    return make_run()
