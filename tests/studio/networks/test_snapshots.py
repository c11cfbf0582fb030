"""Named snapshots: kept, gone back to as an undoable step, deleted."""

from __future__ import annotations

import copy

import pytest
from django.urls import reverse

from studio.networks import history, snapshots
from studio.networks.models import Snapshot
from tests.studio.networks.conftest import node, nodes, units
from training.errors import UserError


def test_a_snapshot_is_kept_and_gone_back_to_and_undo_takes_that_back(owner_client, post, network):
    before = copy.deepcopy(network.draft)
    owner_client.post(reverse("networks:snapshot", args=[network.pk]), {"name": "  Before   the change "})
    kept = Snapshot.objects.get()
    post(units("linear_1", 32))
    post([{"do": "remove", "node": "relu_2"}])

    page = owner_client.post(
        reverse("networks:snapshot_restore", args=[network.pk, kept.pk]), follow=True
    ).content.decode()

    assert "Undo returns to what was here." in page and "Before the change" in page
    network.refresh_from_db()
    assert network.draft == before
    assert history.steps(network)[0] == "Back to “Before the change”"
    post([], name="undo")
    assert node(network, "linear_1")["units"] == 32
    assert "relu_2" not in nodes(network)


def test_a_snapshot_outlives_the_history_of_edits(owner, post, network):
    kept = snapshots.take(owner, network, "First")
    post(units("linear_1", 32))
    network.edits.all().delete()

    snapshots.restore(owner, network, kept)

    assert node(network, "linear_1")["units"] == 128


def test_a_page_that_knows_an_older_state_is_told(owner, post, network):
    kept = snapshots.take(owner, network, "First")
    post(units("linear_1", 32))
    snapshots.restore(owner, network, kept)

    answer = post(units("linear_1", 64), revision=2)

    assert answer.status_code == 409
    assert node(network, "linear_1")["units"] == 128


def test_a_deleted_snapshot_is_gone_and_the_network_stays(owner_client, owner, network):
    kept = snapshots.take(owner, network, "<b>First</b>")

    page = owner_client.post(
        reverse("networks:snapshot_delete", args=[network.pk, kept.pk]), follow=True
    ).content.decode()

    assert "&lt;b&gt;First&lt;/b&gt;" in page and "<b>First</b>" not in page
    assert not Snapshot.objects.exists()
    assert len(nodes(network)) == 6


def test_names_and_numbers_of_snapshots_have_bounds(owner, network, monkeypatch):
    for name in ("", "   ", "x" * 121, "a\0b"):
        with pytest.raises(UserError, match="A snapshot needs a name"):
            snapshots.take(owner, network, name)
    monkeypatch.setattr(snapshots, "MOST", 1)
    snapshots.take(owner, network, "First")

    with pytest.raises(UserError, match="the most that are kept"):
        snapshots.take(owner, network, "Second")


def test_a_snapshot_is_reached_through_its_own_network_only(owner_client, owner, version, network):
    from studio.networks.services import create_network

    kept = snapshots.take(owner, network, "First")
    other = create_network(owner, version)

    answer = owner_client.post(reverse("networks:snapshot_restore", args=[other.pk, kept.pk]))

    assert answer.status_code == 404


def test_snapshots_over_rest(owner_client, network):
    url = f"/api/v1/networks/{network.pk}/snapshots"
    made = owner_client.post(url, {"name": "First"}, content_type="application/json")
    assert made.status_code == 201
    assert [each["name"] for each in owner_client.get(url).json()] == ["First"]

    back = owner_client.post(f"{url}/{made.json()['id']}/restore")
    assert back.status_code == 200 and back.json()["recipe"] == network.draft

    assert owner_client.delete(f"{url}/{made.json()['id']}").status_code == 204
    assert owner_client.get(url).json() == []
