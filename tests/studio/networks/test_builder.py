"""The builder page and the pieces of it that an edit changes."""

from __future__ import annotations

import json
import re

import pytest
from django.urls import reverse

from studio.networks.history import edit_network
from tests.studio.networks.conftest import node, nodes, units


def swapped(answer) -> set[str]:
    """The ids of all pieces that an answer swaps in."""
    return set(re.findall(r'id="([^"]+)"[^>]*hx-swap-oob', answer.content.decode()))


def state(answer) -> dict:
    found = re.search(r'id="network-state" type="application/json">(.*?)</script>', answer.content.decode())
    return json.loads(found[1])


def test_the_page_shows_every_card_with_shape_and_parameters(owner_client, network):
    page = owner_client.get(reverse("networks:builder", args=[network.pk])).content.decode()

    for card in ("input-numbers", "input-categories", "features", "linear_1", "relu_2", "head-head"):
        assert f'id="card-{card}"' in page
    assert "(B, 128)" in page
    assert "Output: yes or no" in page
    assert "All shapes fit." in page
    assert 'data-layer="Linear"' in page


def test_names_of_columns_are_escaped(owner_client, network):
    page = owner_client.get(reverse("networks:builder", args=[network.pk])).content.decode()

    assert "&lt;b&gt;churn&lt;/b&gt;" in page
    assert "<b>churn</b>" not in page


def test_a_changed_field_swaps_only_the_slots_that_differ(post):
    answer = post(units("linear_2", "48"), typed=True)

    assert answer.status_code == 200
    cards = {piece for piece in swapped(answer) if piece.startswith(("card", "out", "err"))}
    assert cards == {
        "out-linear_2",
        "err-linear_2",
        "out-relu_2",
        "err-relu_2",
        "out-head-head",
        "err-head-head",
    }


def test_a_typed_number_is_stored_as_a_number(post, network):
    post(units("linear_1", " 48 "), typed=True)
    assert node(network, "linear_1")["units"] == 48

    post([{"do": "set", "node": "dropout_1", "field": "p", "value": "0,25"}], typed=True)
    assert node(network, "dropout_1")["p"] == 0.25


@pytest.mark.parametrize("text", ["abc", "1e400", "nan", "9" * 150, "", "-5", "1.5"])
def test_what_is_no_allowed_number_stays_in_the_field_and_is_explained(post, network, text):
    answer = post(units("linear_1", text), typed=True)

    assert answer.status_code == 200
    assert state(answer)["invalid"] == ["linear_1.units"]
    assert "Units of Linear “linear_1” must be" in answer.content.decode()
    assert "waits for linear_1" in answer.content.decode()


def test_a_problem_offers_fixes_and_the_first_one_mends_it(post, network):
    post([{"do": "add", "layer": "Add", "after": "relu_2"}])
    broken = post([{"do": "set", "node": "add_1", "field": "inputs", "value": ["relu_2", "relu_1"]}])
    assert not state(broken)["ok"]
    fix = re.search(r'data-edits="([^"]+)"', broken.content.decode())[1].replace("&quot;", '"')

    mended = post(json.loads(fix))

    assert state(mended)["ok"]
    assert "Ready to train" in mended.content.decode()


def test_an_added_layer_comes_as_one_card_behind_its_neighbour(post, network):
    answer = post([{"do": "add", "layer": "Tanh", "after": "linear_1"}])

    assert 'hx-swap-oob="afterend:#card-linear_1"' in answer.content.decode()
    assert "card-tanh_1" in answer.content.decode()
    assert "card-linear_2" not in swapped(answer)
    assert nodes(network)[2] == "tanh_1"


def test_a_deleted_layer_is_taken_out_of_the_page(post):
    answer = post([{"do": "remove", "node": "relu_1"}])

    assert '<li id="card-relu_1" hx-swap-oob="delete">' in answer.content.decode()


def test_undo_and_redo_through_the_page(post, network):
    post(units("linear_1", 32))

    undone = post([], name="undo")
    assert node(network, "linear_1")["units"] == 128
    assert "card-linear_1" in swapped(undone), "the field itself is drawn again"
    assert state(undone)["redo"] == "Set units of linear_1"

    post([], name="redo")
    assert node(network, "linear_1")["units"] == 32


def test_the_later_tab_gets_the_newer_state_and_its_own_edit_back(post, owner, network):
    edit_network(owner, network, 1, units("linear_1", 32))

    answer = post(units("linear_1", "99"), revision=1, typed=True)

    page = answer.content.decode()
    assert answer.status_code == 409
    assert 'id="cards"' in page and 'value="32"' in page
    assert "changed elsewhere" in page
    offered = json.loads(re.search(r'data-edits="([^"]+)"', page)[1].replace("&quot;", '"'))
    assert offered == units("linear_1", 99)


def test_an_edit_of_another_layer_on_an_old_page_redraws_the_whole_stack(post, owner, network):
    edit_network(owner, network, 1, units("linear_1", 32))

    answer = post(units("linear_2", 16), revision=1)

    assert answer.status_code == 200
    assert "cards" in swapped(answer)
    assert node(network, "linear_1")["units"] == 32


def test_the_state_has_the_diagram_as_data(post):
    graph = state(post(units("linear_1", 32)))["graph"]

    assert [each["id"] for each in graph["nodes"]][:3] == ["numbers", "categories", "features"]
    assert {"from": "linear_1", "to": "relu_1"}.items() <= next(
        wire for wire in graph["wires"] if wire["to"] == "relu_1"
    ).items()


def test_roles_are_changed_from_the_data_panel(post, owner_client, network):
    columns = owner_client.get(reverse("networks:data", args=[network.pk]), {"q": "PLA"}).content.decode()
    assert 'data-column="plan"' in columns and 'data-column="age"' not in columns

    answer = post([{"do": "put", "path": ["data", "roles", "plan"], "value": "ignored"}])

    assert '<li id="card-input-categories" hx-swap-oob="delete">' in answer.content.decode()
    assert "data-panel" in swapped(answer)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "{",
        "null",
        '{"revision": "1"}',
        '{"revision": 1, "edits": 3}',
        '{"revision": 1, "edits": [1]}',
        '{"revision": true, "edits": []}',
        '{"revision": 9999999999999, "edits": []}',
        "[" * 100_000,
        "\udcff",
        '{"revision": 1, "edits": [{"do": "set", "node": "linear_1", "field": "units", "value": '
        + "9" * 5000
        + "}]}",
        '{"revision": 1, "edits": [{"do": "set", "node": "linear_1", "field": "units", "value": 1e999}]}',
        '{"revision": 1, "edits": [{"do": "set", "node": "relu_1", "field": "x", "value": {"a": [null]}}]}',
        '{"revision": 1, "edits": [{"do": "put", "path": {"a": 1}, "value": 1}], "typed": true}',
        '{"revision": 1, "edits": [{"do": "set", "node": [1], "field": "id", "value": 1}], "typed": true}',
        '{"revision": 1, "edits": [{"do":"set","node":"relu_1","field":"layer", "value": "N"}], "token": 3}',
    ],
)
@pytest.mark.parametrize("name", ["edit", "training_edit", "undo"])
def test_hostile_requests_are_answered_and_never_break(owner_client, network, body, name):
    url = reverse(f"networks:{name}", args=[network.pk])

    answer = owner_client.post(url, body.encode(errors="surrogateescape"), content_type="application/json")

    assert answer.status_code in (200, 400, 409, 422)
    assert owner_client.get(reverse("networks:builder", args=[network.pk])).status_code == 200


def test_a_hundred_layers_need_no_more_queries_than_six_do(
    owner, post, network, django_assert_max_num_queries
):
    post(units("linear_1", 31))
    with django_assert_max_num_queries(14):
        post(units("linear_1", 32))
    many = [{"id": f"relu_{number}", "layer": "ReLU"} for number in range(100)]
    post([{"do": "replace", "nodes": [{"id": "features", "layer": "Features"}, *many]}])

    with django_assert_max_num_queries(14):
        post([{"do": "add", "layer": "Tanh", "after": "relu_5"}])
