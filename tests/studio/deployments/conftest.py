"""Rows of runs that really were trained: once a session, in a process of its own."""

from __future__ import annotations

import copy
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from studio.datasets import files
from studio.datasets.models import Dataset, DatasetVersion
from studio.deployments.models import Model
from studio.runs.models import Run
from studio.runs.summary import summarised

ROOT = Path(__file__).resolve().parents[3]
Trained = dict[str, Any]


@pytest.fixture(scope="session")
def train(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Trained]:
    """A function that trains on a sample and answers what that left, by name; "folder" is where."""
    done: dict[str, Trained] = {}

    def trained(sample: str, target: str, suffix: str = "csv") -> Trained:
        if sample not in done:
            folder = tmp_path_factory.mktemp(sample)
            command = [
                sys.executable,
                "-m",
                "tests.studio.deployments.train_once",
                f"samples/{sample}/{sample}.{suffix}",
                target,
                str(folder),
            ]
            subprocess.run(command, cwd=ROOT, check=True, env=os.environ | {"OMP_NUM_THREADS": "1"})
            names = ("info", "recipe", "events", "report", "checked")
            done[sample] = {name: json.loads((folder / f"{name}.json").read_text()) for name in names}
            done[sample]["folder"] = folder
        return copy.deepcopy(done[sample])

    return trained


@pytest.fixture
def penguins(train) -> Trained:
    """Three species from numbers and categories."""
    return train("penguins", "species")


@pytest.fixture
def auto_mpg(train) -> Trained:
    """A number from numbers."""
    return train("auto_mpg", "mpg")


@pytest.fixture
def run_of(project, owner) -> Callable[..., Run]:
    """A function that makes the run of something trained, in ``owner``'s project."""

    def made(trained: Trained, state: str = Run.State.DONE) -> Run:
        table = _stored(trained["folder"] / "table.parquet", "tables", ".parquet")
        dataset = Dataset.objects.create(project=project, name="Penguins", created_by=owner)
        version = DatasetVersion.objects.create(
            dataset=dataset,
            number=1,
            file_name="penguins.csv",
            raw="",
            sha256="",
            size_bytes=1,
            table=table,
            rows=trained["info"]["rows"],
            info=trained["info"],
            state=DatasetVersion.State.DONE,
        )
        folder = files.new_name("runs")
        shutil.copytree(trained["folder"] / "run", files.local(folder))
        return Run.objects.create(
            project=project,
            number=Run.objects.filter(project=project).count() + 1,
            name="Penguins network",
            dataset_version=version,
            recipe=trained["recipe"] | {"data": trained["recipe"]["data"]},
            summary=summarised({}, trained["events"]),
            folder=folder,
            state=state,
            created_by=owner,
        )

    return made


@pytest.fixture
def model_of(run_of) -> Callable[[Trained], Model]:
    """A function that makes the packed model of something trained."""

    def made(trained: Trained) -> Model:
        bundle = _stored(trained["folder"] / "bundle.zip", "bundles", ".zip")
        return Model.objects.create(
            run=run_of(trained),
            report=trained["report"],
            bundle=bundle,
            checked=trained["checked"],
            bundle_bytes=(trained["folder"] / "bundle.zip").stat().st_size,
            state=Model.State.DONE,
        )

    return made


@pytest.fixture
def model(model_of, penguins) -> Model:
    return model_of(penguins)


def _stored(source: Path, kind: str, suffix: str) -> str:
    name = files.new_name(kind, suffix)
    copy = files.new_folder() / source.name
    shutil.copy(source, copy)
    files.adopt(copy, name)
    return name
