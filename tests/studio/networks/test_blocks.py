"""Blocks, names of cards, several cards in one step, and the diagram of these."""

from __future__ import annotations

import html
import json
import re

import pytest
from django.urls import reverse

from studio.networks.history import steps
from tests.studio.networks.conftest import node, nodes
from tests.studio.networks.test_builder import state, swapped


def add_block(post):
    return post([{"do": "add", "layer": "ResidualMLP", "after": "relu_1", "id": "block"}])


def opening(answer) -> list[dict]:
    found = re.search(r'data-opening="([^"]+)"', answer.content.decode())
    return json.loads(html.unescape(found[1]))


def test_a_block_is_one_card_that_shows_what_it_holds(post, network):
    answer = add_block(post)

    page = answer.content.decode()
    assert 'id="inside-block"' in page and "block_widen" in page and "Open into its layers" in page
    drawn = {each["id"]: each for each in state(answer)["graph"]["nodes"]}
    assert drawn["block"]["colour"] == "block"
    inside = drawn["block"]["inside"]
    assert [each["id"] for each in inside][-1] == "block", "wires to the block go on from its last layer"
    assert inside[0]["from"] == ["relu_1"]


def test_a_block_opens_into_its_layers_and_undo_closes_it(post, network):
    edits = opening(add_block(post))

    answer = post(edits)

    assert state(answer)["ok"]
    assert "block_widen" in nodes(network) and node(network, "block")["layer"] == "Add"
    assert steps(network)[0] == "Opened block"
    post([], name="undo")
    assert node(network, "block")["layer"] == "ResidualMLP"


def test_a_long_block_opens_too(post, network):
    """Its layers as JSON are longer than any value that people type may be."""
    edits = opening(add_block(post))
    edits[0]["nodes"] = [{"id": f"tanh_{number}", "layer": "Tanh"} for number in range(200)]

    assert post(edits).status_code == 200


def test_what_a_block_holds_is_drawn_again_when_its_sizes_change(post):
    add_block(post)

    answer = post([{"do": "set", "node": "linear_1", "field": "units", "value": "96"}], typed=True)

    assert "inside-block" in swapped(answer)
    assert "card-block" not in swapped(answer)


def test_a_card_gets_a_name_which_the_diagram_shows_and_code_never_sees(post, network):
    answer = post(
        [{"do": "set", "node": "linear_1", "field": "title", "value": '  The "first"  <b>look</b> '}],
        typed=True,
    )

    assert node(network, "linear_1")["title"] == 'The "first" <b>look</b>'
    page = answer.content.decode()
    assert "card-linear_1" in swapped(answer), "its heading is drawn anew"
    assert "&lt;b&gt;look&lt;/b&gt;" in page and "<b>look</b>" not in page
    assert "look" not in page.partition("<pre")[2].partition("</pre>")[0]
    shown = {each["id"]: each["title"] for each in state(answer)["graph"]["nodes"]}
    assert shown["linear_1"] == 'The "first" <b>look</b>'

    post([{"do": "set", "node": "linear_1", "field": "title", "value": "  "}], typed=True)
    assert "title" not in node(network, "linear_1")


def test_several_cards_are_deleted_and_moved_as_one_step(post, network):
    post([{"do": "remove", "node": name} for name in ("relu_1", "dropout_1")])
    assert nodes(network) == ["features", "linear_1", "linear_2", "relu_2"]
    assert steps(network)[0] == "Deleted 2 layers"

    moves = [
        {"do": "move", "node": "linear_2", "after": "features"},
        {"do": "move", "node": "relu_2", "after": "linear_2"},
    ]
    post(moves)
    assert nodes(network) == ["features", "linear_2", "relu_2", "linear_1"]
    post([], name="undo")
    post([], name="undo")
    assert nodes(network) == ["features", "linear_1", "relu_1", "dropout_1", "linear_2", "relu_2"]


def test_copied_cards_are_pasted_behind_a_card_with_ids_of_their_own(post, network):
    copied = [node(network, "linear_1"), node(network, "relu_1")]

    answer = post([{"do": "paste", "nodes": copied, "after": "relu_1"}])

    assert state(answer)["ok"]
    order = nodes(network)
    assert order[:3] == ["features", "linear_1", "relu_1"] and order[5] == "dropout_1"
    assert len(set(order)) == 8
    assert node(network, order[3])["units"] == 128
    assert steps(network)[0] == "Pasted layers"


@pytest.mark.parametrize(
    "pasted",
    [
        None,
        [],
        "text",
        [1],
        [{"id": "x"}],
        [{"layer": "Linear"}],
        [{"id": "class", "layer": "Linear"}],
        [{"id": 'a"b\nimport os', "layer": "Linear\n", "units": "__import__('os')"}],
        [{"id": "a", "layer": "Linear", "units": 10**40, "inputs": ["a", "nowhere"]}],
        [{"id": "a", "layer": "Linear", "inputs": {"x": 1}}],
    ],
)
def test_hostile_clipboards_are_refused_or_explained(post, owner_client, network, pasted):
    answer = post([{"do": "paste", "nodes": pasted, "after": "linear_1"}])

    assert answer.status_code in (200, 409, 422)
    page = owner_client.get(reverse("networks:builder", args=[network.pk]))
    assert page.status_code == 200 and "import os" not in page.content.decode().partition("<pre")[2]
