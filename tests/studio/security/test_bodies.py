"""What no page of ours sends: numbers, texts and nestings beyond measure are refused, never a crash."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db
LEAKS = re.compile(r"Traceback|site-packages|/studio/|\.py\b|SELECT |sqlite|psycopg")
HUGE = "1" + "0" * 40
NAMES = ["a\0b", "\u202ex", "x" * 5_000, "e\u0301" * 10_000, "' OR 1=1 --", "<script>1</script>"]


def refused(answer) -> bool:
    """4xx with a sentence and nothing of our insides."""
    return 400 <= answer.status_code < 500 and not LEAKS.search(answer.content.decode())


def nested(depth: int, text: str = '{"a":') -> str:
    return text * depth + "1" + ("}" if "{" in text else "]") * depth


def send(client: Client, method: str, where: str, body: str | dict):
    text = body if isinstance(body, str) else json.dumps(body)
    return client.generic(method, where, text, content_type="application/json")


@pytest.fixture
def edit(owner_client, network):
    """edit(edits, **more): post edits to the builder as its script does."""

    def posted(edits, **more):
        network.refresh_from_db()
        return send(
            owner_client,
            "POST",
            f"/networks/{network.pk}/edit/",
            {"revision": network.revision, "edits": edits} | more,
        )

    return posted


@pytest.fixture
def first_layer(network) -> str:
    return next(node["id"] for node in network.draft["network"]["main"] if node["layer"] == "Linear")


@pytest.mark.parametrize(
    "query",
    [
        f"runs?project={HUGE}",
        f"runs?before={HUGE}",
        "runs?project=-1",
        "runs?limit=0",
        f"datasets?offset={HUGE}",
        f"datasets?limit={HUGE}",
        "datasets?offset=9223372036854775807",
        "datasets?offset=-1",
    ],
)
def test_numbers_in_an_address_that_no_database_takes_are_refused(owner_client, query):
    assert owner_client.get("/api/v1/" + query.partition("?")[0]).status_code == 200

    assert refused(owner_client.get(f"/api/v1/{query}"))


@pytest.mark.parametrize("where", [f"runs/{HUGE}", f"datasets/{HUGE}", f"networks/{HUGE}"])
def test_rows_of_numbers_that_cannot_be_are_not_found(owner_client, where):
    for address in (f"/api/v1/{where}", f"/{where}/"):
        assert owner_client.get(address).status_code == 404


@pytest.mark.parametrize("depth", [40, 480, 900, 100_000])
def test_nesting_beyond_any_recipe_is_refused_and_leaves_the_network_usable(
    owner_client, network, edit, first_layer, depth
):
    assert edit([{"do": "set", "node": first_layer, "field": "units", "value": 16}]).status_code == 200

    body = f'{{"version": {network.dataset_version_id}, "recipe": {{"data": {{"roles": {nested(depth)}}}}}}}'
    assert refused(send(owner_client, "POST", "/api/v1/networks", body))
    change = f'[{{"do": "set", "node": "{first_layer}", "field": "units", "value": {nested(depth, "[")}}}]'
    body = f'{{"revision": {network.revision}, "edits": {change}}}'
    assert refused(send(owner_client, "POST", f"/networks/{network.pk}/edit/", body))
    assert edit([{"do": "set", "node": first_layer, "field": "units", "value": 17}]).status_code == 200


@pytest.mark.parametrize("token", ["\ud800", "\0", "x" * 37, 5, {}, "a b"])
def test_an_edits_token_that_is_none_is_not_kept(edit, network, first_layer, token):
    change = [{"do": "set", "node": first_layer, "field": "units", "value": 33}]

    assert edit(change, token=token).status_code == 200
    assert network.edits.get().token == ""


def test_an_edits_token_is_kept_and_a_repeated_request_does_nothing(edit, network, first_layer):
    for _ in range(2):
        change = [{"do": "set", "node": first_layer, "field": "units", "value": 33}]
        assert edit(change, token="0.6180339").status_code == 200

    assert network.edits.get().token == "0.6180339"


@pytest.mark.parametrize(
    "units", [10**9, 10**18, 10**300, -1, 0, 1.5, 1e308, "9" * 1_900, "x", [1], {"a": 1}, True]
)
def test_a_width_that_cannot_be_is_explained_and_never_queued(
    owner_client, network, edit, first_layer, units
):
    assert edit([{"do": "set", "node": first_layer, "field": "units", "value": units}]).status_code == 200

    assert owner_client.get(f"/networks/{network.pk}/").status_code == 200
    assert refused(send(owner_client, "POST", "/api/v1/runs", {"network": network.pk}))


@pytest.mark.parametrize(
    "change",
    [
        {"do": "replace", "nodes": [{"id": f"n{at}", "layer": "ReLU"} for at in range(10_000)]},
        {"do": "replace", "nodes": [{"id": "a", "layer": "Linear", "units": "9" * 1_000_000}]},
        {"do": "replace", "nodes": "x"},
        {"do": "replace"},
        {"do": "put", "path": "__class__.x", "value": 1},
        {"do": "put", "path": "fit.optimizer.__class__", "value": 1},
        {"do": "put", "path": ["data"] * 5_000, "value": 1},
        {"do": "put", "path": {"a": 1}, "value": 1},
        {"do": "put", "path": "fit.epochs", "value": "x" * 3_000},
        {"do": "eval"},
        {},
    ],
)
def test_edits_that_cannot_be_are_refused(edit, change):
    assert refused(edit([change]))


@pytest.mark.parametrize("path", ["fit.epochs", "fit.batch_size", "fit.seed"])
@pytest.mark.parametrize("value", [10**30, -5, 1e308])
def test_training_settings_beyond_measure_are_explained_and_never_queued(
    owner_client, network, edit, path, value
):
    assert edit([{"do": "put", "path": path, "value": value}]).status_code == 200

    assert owner_client.get(f"/networks/{network.pk}/training/").status_code == 200
    assert refused(send(owner_client, "POST", "/api/v1/runs", {"network": network.pk}))


@pytest.mark.parametrize("line", ["000000001" + "9" * 5_000, "000000001" + "9" * 30, "²", "1e3", "-1", "0"])
def test_a_header_line_that_cannot_be_is_refused(owner_client, dataset_version, line):
    where = f"/datasets/{dataset_version.dataset_id}/reread/"

    assert refused(owner_client.post(where, {"header_row": line}))
    assert owner_client.post(where, {"header_row": "2"}).status_code == 302


@pytest.mark.parametrize(
    "encoding", ["zip", "bz2", "hex", "rot13", "base64", "../../etc/passwd", "x" * 1_000]
)
def test_what_is_no_text_encoding_is_refused(owner_client, dataset_version, encoding):
    where = f"/api/v1/datasets/{dataset_version.dataset_id}"

    assert refused(send(owner_client, "PATCH", where, {"reading": {"encoding": encoding}}))
    assert send(owner_client, "PATCH", where, {"reading": {"encoding": "cp1252"}}).status_code == 200


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_hostile_names_are_refused_or_kept_without_what_turns_text_round(owner_client, network, name):
    for where in (
        "/projects/",
        "/keys/",
        f"/datasets/{network.dataset_version.dataset_id}/rename/",
        f"/networks/{network.pk}/rename/",
    ):
        assert owner_client.post(where, {"name": name}).status_code in (201, 302, 422), where
    for page in ("/", "/keys/", "/networks/", "/datasets/"):
        text = owner_client.get(page).content.decode()
        assert "\0" not in text and "<script>1" not in text


@pytest.mark.parametrize("where", ["/api/v1/networks", "/api/v1/runs"])
@pytest.mark.parametrize("body", ["{", "[]", "5", "", '{"network": NaN}', '{"network": ' + "9" * 5_000 + "}"])
def test_bodies_that_say_nothing_are_refused(owner_client, where, body):
    assert refused(send(owner_client, "POST", where, body))


def test_a_body_beyond_the_limit_is_refused(owner_client, dataset_version):
    body = {"version": dataset_version.pk, "name": "a" * 6_000_000}

    assert refused(send(owner_client, "POST", "/api/v1/networks", body))
