"""The key that a project's hashing steps use: one each, never shown, handed to jobs alone."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps

from studio.accounts.models import Project
from studio.accounts.services import create_project
from studio.deployments import child as packing
from studio.networks.services import create_network
from studio.runs import child as training
from studio.runs.models import Run
from studio.runs.services import start_run
from training.bundle.runtime import Bundle
from training.encode.preparation import fingerprint

from .datasets.conftest import Messages, read_next, upload  # noqa: F401
from .datasets.test_doctor import PEOPLE

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(owner, upload) -> Run:  # noqa: F811
    """A queued run whose e-mail addresses are hashed."""
    upload(PEOPLE, "people.csv")
    network = create_network(owner, read_next())
    network.draft["data"]["steps"] = [{"do": "hash", "column": "email"}]
    network.draft["fit"] |= {"epochs": 1, "threads": 1}
    network.save()
    return start_run(owner, network)


def test_every_project_has_a_key_of_its_own(owner):
    keys = {create_project(user=owner, name=name).hash_key for name in ("One", "Two")}

    assert len(keys) == 2
    assert all(len(bytes.fromhex(key)) == 32 for key in keys)


def test_projects_that_were_there_before_get_a_key_each(owner):
    for name in ("One", "Two"):
        create_project(user=owner, name=name)
    Project.objects.update(hash_key="0" * 64)

    import_module("studio.accounts.migrations.0002_project_hash_key").a_key_each(apps, None)

    keys = list(Project.objects.values_list("hash_key", flat=True))
    assert len(set(keys)) == len(keys) and "0" * 64 not in keys


def test_training_and_packing_hash_with_the_key_of_the_project(run, tmp_path):
    class Link(Messages):
        def wish(self) -> str:
            return ""

    link = Link()
    inputs = run.inputs() | {"arrays": tmp_path / "arrays"}

    assert training.train(inputs | {"device": "cpu", "resume": False}, link) == "finished"
    packing.pack(inputs | {"name": "Run 1", "report": {}, "bundle": "bundles/hashed.zip"}, link)

    assert link.sent[-1]["checked"]["rows"] == 200
    bundle = Bundle(packing.files.local("bundles/hashed.zip"))
    email = next(feature for feature in bundle.features if feature["name"] == "email")
    people = [f"p{number}@example.org" for number in range(40)]
    assert email["typical"] in [fingerprint(each, run.project.hash_key, 16) for each in people]
    assert run.project.hash_key not in str(bundle.state)


def test_no_page_shows_the_key(owner_client, run):
    addresses = ("/", "/networks/", f"/runs/{run.pk}/", f"/api/v1/runs/{run.pk}", "/datasets/")

    for address in addresses:
        assert run.project.hash_key not in owner_client.get(address).content.decode()
