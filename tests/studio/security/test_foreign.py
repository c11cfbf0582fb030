"""Numbers of other people's things in bodies, and fields that nobody may set."""

from __future__ import annotations

import json

import pytest

from studio.accounts.models import Membership
from studio.accounts.services import create_project
from studio.datasets.models import Dataset
from studio.networks.models import Network
from studio.runs.models import Run

pytestmark = pytest.mark.django_db


def post(client, where: str, body: dict, method: str = "POST"):
    return client.generic(method, where, json.dumps(body), content_type="application/json")


def test_a_network_is_made_for_data_of_ones_own_only(owner_client, stranger_client, dataset_version):
    body = {"version": dataset_version.pk}
    assert post(owner_client, "/api/v1/networks", body).status_code == 201

    assert post(stranger_client, "/api/v1/networks", body).status_code == 404
    assert stranger_client.post("/networks/new/", body).status_code == 404
    assert Network.objects.count() == 1


def test_a_recipe_that_names_other_data_stays_with_its_own(owner_client, stranger, dataset_version, network):
    """The number inside of a recipe is not believed."""
    theirs = create_project(user=stranger, name="Theirs")
    recipe = network.draft | {"data": network.draft["data"] | {"dataset_version": theirs.pk + 10_000}}

    made = post(owner_client, "/api/v1/networks", {"version": dataset_version.pk, "recipe": recipe})

    assert made.status_code == 201
    assert made.json()["recipe"]["data"]["dataset_version"] == dataset_version.pk


def test_a_run_is_started_of_a_network_of_ones_own_only(stranger_client, network):
    for answer in (
        post(stranger_client, "/api/v1/runs", {"network": network.pk}),
        stranger_client.post(f"/runs/start/{network.pk}/"),
    ):
        assert answer.status_code == 404
    assert not Run.objects.exists()


def test_nobody_switches_to_or_uploads_into_a_project_of_others(owner_client, stranger_client, project):
    file = {"project": project.pk, "file": ("a.csv", b"a,b\n1,2\n")}
    assert owner_client.post(f"/projects/{project.pk}/switch/").status_code == 302

    assert stranger_client.post(f"/projects/{project.pk}/switch/").status_code == 404
    assert stranger_client.post("/api/v1/datasets", {"project": file["project"]}).status_code in (404, 422)
    assert not Dataset.objects.exists()


def test_a_session_that_names_a_project_it_may_not_see_falls_back_to_its_own(
    owner_client, owner, project, dataset_version
):
    owner_client.post(f"/projects/{project.pk}/switch/")
    link = f"/datasets/{dataset_version.dataset_id}/"
    assert link in owner_client.get("/datasets/").content.decode()
    Membership.objects.filter(user=owner, project=project).delete()

    page = owner_client.get("/datasets/")

    assert page.status_code == 200 and link not in page.content.decode()


@pytest.mark.parametrize(
    "extra", ["id", "project", "project_id", "created_by", "sample", "versions", "sha256", "state", "raw"]
)
def test_fields_that_are_the_servers_cannot_be_set_on_a_dataset(owner_client, dataset_version, extra):
    where = f"/api/v1/datasets/{dataset_version.dataset_id}"
    before = Dataset.objects.values().get()

    assert post(owner_client, where, {"name": "New", extra: 1}, "PATCH").status_code == 422
    assert Dataset.objects.values().get() == before
    assert post(owner_client, where, {"name": "New"}, "PATCH").status_code == 200


def test_fields_that_are_the_servers_cannot_be_set_on_a_run(owner_client, owner, stranger, network):
    theirs = create_project(user=stranger, name="Theirs")
    sent = {
        "network": network.pk,
        "project": theirs.pk,
        "state": "done",
        "folder": "../..",
        "id": 77,
        "name": "x",
    }

    assert post(owner_client, "/api/v1/runs", sent).status_code == 201
    run = Run.objects.get()
    assert (run.project_id, run.state, run.name) == (network.project_id, "queued", network.name)
    assert run.pk != 77 and run.folder.startswith("runs/") and run.created_by == owner


def test_fields_that_are_the_servers_cannot_be_set_on_oneself(owner_client, owner, project):
    form = {"name": "Mine", "is_staff": "1", "is_superuser": "1", "owner": "1", "members": "1", "id": "99"}

    assert owner_client.post("/projects/", form).status_code == 302
    owner.refresh_from_db()
    assert not owner.is_staff and not owner.is_superuser
    assert owner_client.post("/keys/", form | {"user": "1", "key_hash": "x"}).status_code == 201
    assert owner.api_keys.get().key_hash != "x"
