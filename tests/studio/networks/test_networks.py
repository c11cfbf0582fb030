"""Whole networks: the list, making, copying, renaming, export and import, and who may see them."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from studio.networks import services
from studio.networks.models import Network
from training.errors import DataError, SettingError, UserError


def test_a_dataset_page_s_button_makes_a_network_and_opens_it(owner_client, version):
    answer = owner_client.post(reverse("networks:create"), {"version": version.pk})

    network = Network.objects.get()
    assert answer.url == reverse("networks:builder", args=[network.pk])
    assert network.name == f"{version.dataset.name} 1"
    assert network.draft["data"]["dataset_version"] == version.pk


def test_a_network_starts_from_what_people_chose_on_the_dataset_page(owner, version):
    version.proposal = {**version.info["proposal"], "target": "age", "task": "regression"}
    version.save()

    network = services.create_network(owner, version)

    assert network.draft["data"]["target"] == ["age"]


def test_data_that_is_not_read_yet_is_refused(owner, version):
    version.state = version.State.QUEUED
    version.save()

    with pytest.raises(DataError, match="cannot be used yet"):
        services.create_network(owner, version)


def test_the_list_says_state_and_parameters(owner_client, owner, network):
    broken = services.duplicate_network(owner, network)
    broken.draft["network"]["main"][1]["units"] = 0
    broken.save()

    page = owner_client.get(reverse("networks:list")).content.decode()

    assert f"{network.name}, copy" in page
    assert "1 problem" in page and "Ready to train" in page


def test_the_list_asks_the_same_number_of_questions_for_many(
    owner_client, owner, network, django_assert_max_num_queries
):
    for _ in range(20):
        services.duplicate_network(owner, network)

    with django_assert_max_num_queries(10):
        owner_client.get(reverse("networks:list"))


def test_a_network_is_not_called_like_a_file(owner, version):
    version.dataset.name = "sales 2025.CSV"
    version.dataset.save()

    names = [services.create_network(owner, version).name for _ in range(2)]

    assert names == ["sales 2025 1", "sales 2025 2"]


def test_rename_duplicate_and_delete(owner_client, network):
    owner_client.post(reverse("networks:rename", args=[network.pk]), {"name": "  Churn   net "})
    owner_client.post(reverse("networks:duplicate", args=[network.pk]))
    assert set(Network.objects.values_list("name", flat=True)) == {"Churn net", "Churn net, copy"}

    owner_client.post(reverse("networks:delete", args=[network.pk]))
    assert list(Network.objects.values_list("name", flat=True)) == ["Churn net, copy"]


@pytest.mark.parametrize("name", ["", "   ", "x" * 121, "a\0b"])
def test_a_name_has_to_be_one(network, name):
    with pytest.raises(SettingError):
        services.rename_network(network, name)


def test_what_is_exported_can_be_imported(owner_client, network, version):
    exported = owner_client.get(reverse("networks:export", args=[network.pk]))
    assert exported.headers["Content-Disposition"].startswith("attachment")
    file = SimpleUploadedFile("network.json", exported.content)

    owner_client.post(reverse("networks:import"), {"version": version.pk, "file": file})

    copy = Network.objects.exclude(pk=network.pk).get()
    assert copy.draft == network.draft


@pytest.mark.parametrize(
    "document",
    [
        "",
        "[]",
        "3",
        "{",
        '{"surprise": 1}',
        '{"data": [], "network": {}, "fit": {}}',
        '{"version": 99}',
        '{"network": {"main": {}}}',
        '{"network": {"main": [{"id": "import os", "layer": "Linear"}]}}',
        '{"network": {"main": [{"id": "class", "layer": "Linear"}]}}',
        '{"fit": {"optimizer": 3}}',
        '{"network": {"main": [{"id": "a", "layer": "ReLU"}, {"id": "a", "layer": "ReLU"}]}}',
        '{"fit": {"epochs": 1e999}}',
        '{"data": {"roles": {"a": "\\u0000"}}}',
        '{"data": {"split": [1]}}',
        "[" * 99_999,
        json.dumps({"network": {"main": [{"id": f"a{number}", "layer": "ReLU"} for number in range(1_001)]}}),
    ],
)
def test_documents_that_are_no_network_are_refused_in_a_sentence(owner, version, document):
    with pytest.raises(UserError) as caught:
        services.import_network(owner, version, document)

    assert caught.value.message.endswith(".")
    assert not Network.objects.exists()


HOSTILE = {
    "data": {
        "target": "age",
        "task": "weather",
        "roles": {"age": "target", "gone": "feature", "plan": 7},
        "split": {"validation": "half"},
        "encode": {"max_categories": -1},
    },
    "network": {
        "main": [
            {
                "id": "one",
                "layer": "Linear",
                "units": 10**40,
                "bias": "'; import os",
                "note": '\n"""\nexit()',
            },
            {"id": "two", "layer": "__import__('os')"},
            {"id": "three", "layer": "Add", "inputs": ["one", "one", "ghost"]},
            {"id": "four", "layer": "Dropout", "p": [[1]]},
        ]
    },
    "fit": {
        "epochs": "many",
        "optimizer": {"name": "<script>", "lr": {}},
        "objective": {"name": "auto", "x": []},
        "stopping": {"patience": None},
        "device": "cuda:999999",
    },
}


def test_a_hostile_network_can_be_imported_looked_at_and_mended(owner, owner_client, version):
    network = services.import_network(owner, version, json.dumps(HOSTILE))

    for name in ("builder", "training", "data"):
        answer = owner_client.get(reverse(f"networks:{name}", args=[network.pk]))
        assert answer.status_code == 200
        assert '<script>"' not in answer.content.decode()
    body = {"revision": 1, "edits": [{"do": "remove", "node": "two"}]}
    edited = owner_client.post(
        reverse("networks:edit", args=[network.pk]), json.dumps(body), "application/json"
    )
    assert edited.status_code == 200


@pytest.mark.parametrize(
    "name",
    [
        "builder",
        "data",
        "training",
        "export",
        "edit",
        "undo",
        "redo",
        "training_edit",
        "training_undo",
        "training_redo",
        "rename",
        "duplicate",
        "delete",
    ],
)
def test_strangers_find_nothing(stranger_client, anonymous, network, name):
    url = reverse(f"networks:{name}", args=[network.pk])
    method = "get" if name in ("builder", "data", "training", "export") else "post"

    assert getattr(stranger_client, method)(url).status_code == 404
    assert getattr(anonymous, method)(url).status_code in (302, 401, 403)
    assert Network.objects.filter(pk=network.pk).exists()


def test_strangers_cannot_build_on_foreign_data(stranger_client, version):
    assert stranger_client.post(reverse("networks:create"), {"version": version.pk}).status_code == 404
    assert stranger_client.post(reverse("networks:create"), {"version": "9" * 30}).status_code == 422


def test_looking_changes_nothing(owner_client, network):
    for name in ("builder", "data", "training", "export"):
        owner_client.get(reverse(f"networks:{name}", args=[network.pk]))
    for name in ("edit", "undo", "delete", "duplicate", "rename"):
        assert owner_client.get(reverse(f"networks:{name}", args=[network.pk])).status_code == 405
    network.refresh_from_db()
    assert network.revision == 1
