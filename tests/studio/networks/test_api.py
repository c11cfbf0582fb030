"""Networks over REST."""

from __future__ import annotations

import copy
import json

import pytest

from tests.studio.networks.test_networks import HOSTILE

URL = "/api/v1/networks"


@pytest.fixture
def call(owner_client):
    def send(method: str, path: str = "", body=None):
        return getattr(owner_client, method)(URL + path, json.dumps(body), content_type="application/json")

    return send


def test_a_network_is_made_listed_and_read(call, owner_client, version):
    made = call("post", body={"version": version.pk, "name": "From outside"})
    assert made.status_code == 201
    assert made.json()["ok"] is True

    assert [each["name"] for each in owner_client.get(URL).json()] == ["From outside"]
    whole = owner_client.get(f"{URL}/{made.json()['id']}").json()
    assert whole["recipe"]["network"]["main"][0]["layer"] == "Features"
    assert [card["shape"] for card in whole["cards"] if card["id"] == "linear_1"] == [[128]]


def test_the_whole_recipe_is_replaced_and_answered_with_its_problems(call, network):
    recipe = copy.deepcopy(network.draft)
    recipe["network"]["main"][1]["units"] = 0

    answer = call("put", f"/{network.pk}", {"revision": 1, "recipe": recipe})

    assert answer.status_code == 200
    assert answer.json()["revision"] == 2
    assert answer.json()["ok"] is False
    assert answer.json()["problems"][0]["where"] == "network.main.linear_1.units"
    assert answer.json()["problems"][0]["fixes"]


def test_a_stale_revision_is_a_conflict(call, network):
    recipe = copy.deepcopy(network.draft) | {"fit": {"epochs": 3}}
    call("put", f"/{network.pk}", {"revision": 1, "recipe": recipe})

    answer = call("put", f"/{network.pk}", {"revision": 1, "recipe": network.draft})

    assert answer.status_code == 409
    assert answer["Content-Type"] == "application/problem+json"
    assert "changed elsewhere" in answer.json()["detail"]


def test_a_hostile_recipe_is_kept_and_explained(call, network):
    answer = call("put", f"/{network.pk}", {"revision": 1, "recipe": HOSTILE})

    assert answer.status_code == 200
    assert answer.json()["ok"] is False
    assert answer.json()["recipe"]["data"]["dataset_version"] == network.dataset_version_id


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        None,
        {"revision": 1},
        {"revision": "x", "recipe": {}},
        {"revision": 1, "recipe": []},
        {"revision": 1, "recipe": {"network": {"main": 3}}},
        {"revision": 1, "recipe": {"data": {"secret": 1}}},
    ],
)
def test_bodies_that_are_no_recipe_are_refused(call, network, body):
    answer = call("put", f"/{network.pk}", body)

    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"


def test_strangers_find_nothing(stranger_client, network, version):
    body = json.dumps({"revision": 1, "recipe": network.draft})

    assert stranger_client.get(URL).json() == []
    assert stranger_client.get(f"{URL}/{network.pk}").status_code == 404
    assert (
        stranger_client.put(f"{URL}/{network.pk}", body, content_type="application/json").status_code == 404
    )
    made = stranger_client.post(URL, json.dumps({"version": version.pk}), content_type="application/json")
    assert made.status_code == 404
