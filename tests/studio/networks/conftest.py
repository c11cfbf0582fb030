"""A dataset version whose profile stands here in full, and a network of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from studio.accounts.models import User
from studio.datasets.models import DatasetVersion
from studio.networks import services
from studio.networks.models import Network


def column(name: str, kind: str, distinct: int, **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "type": kind,
        "missing": 0,
        "missing_share": 0.0,
        "distinct": distinct,
        "examples": [],
        **more,
    }


INFO: dict[str, Any] = {
    "rows": 1_000,
    "size_bytes": 50_000,
    "reading": {},
    "columns": [
        column("customer", "category", 1_000),
        column("age", "number", 60, min=18, max=90, mean=50.0, std=12.0, median=50.0),
        column("income", "number", 900, min=0, max=9e5, mean=4e4, std=1e4, median=4e4),
        column("plan", "category", 3, top=[["a", 500], ["b", 300], ["c", 200]]),
        column("<b>churn</b>", "yes/no", 2, top=[["no", 700], ["yes", 300]]),
    ],
    "preview": [],
    "problems": {"count": 0, "first": []},
    "findings": [],
    "proposal": {
        "target": "<b>churn</b>",
        "task": "binary",
        "roles": {
            "customer": "identifier",
            "age": "feature",
            "income": "feature",
            "plan": "feature",
            "<b>churn</b>": "target",
        },
    },
}


@pytest.fixture
def version(dataset_version: DatasetVersion) -> DatasetVersion:
    dataset_version.info = json.loads(json.dumps(INFO))
    dataset_version.rows = INFO["rows"]
    dataset_version.save()
    return dataset_version


@pytest.fixture
def network(owner: User, version: DatasetVersion) -> Network:
    """features, linear_1, relu_1, dropout_1, linear_2, relu_2."""
    return services.create_network(owner, version)


Post = Callable[..., Any]


@pytest.fixture
def post(owner_client: Client, network: Network) -> Post:
    """post(edits, name="edit", **body): what the page's script sends, on the network's revision of now."""

    def send(edits: list[dict[str, Any]], name: str = "edit", **body: Any) -> Any:
        network.refresh_from_db()
        body = {"revision": network.revision, "edits": edits} | body
        url = reverse(f"networks:{name}", args=[network.pk])
        answer = owner_client.post(
            url, json.dumps(body), content_type="application/json", headers={"HX-Request": "true"}
        )
        network.refresh_from_db()
        return answer

    return send


def nodes(network: Network) -> list[str]:
    network.refresh_from_db()
    return [node["id"] for node in network.draft["network"]["main"]]


def node(network: Network, name: str) -> dict[str, Any]:
    network.refresh_from_db()
    return next(each for each in network.draft["network"]["main"] if each["id"] == name)


def units(node_id: str, value: Any) -> list[dict[str, Any]]:
    return [{"do": "set", "node": node_id, "field": "units", "value": value}]
