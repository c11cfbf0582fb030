"""Cards copied and pasted, within a network and between two."""

from __future__ import annotations

import json

import pytest

from training.errors import NetworkError
from training.layers import CATALOG, Shape
from training.network import Head, apply_edits, check, copied

NODES = [
    {"id": "fc", "layer": "Linear", "units": 8, "title": "First"},
    {"id": "act", "layer": "ReLU"},
    {"id": "side", "layer": "Linear", "units": 8, "inputs": ["fc"]},
    {"id": "sum", "layer": "Add", "inputs": ["act", "side"]},
]


def pasted(nodes, cards, at=None):
    return apply_edits(nodes, [{"do": "paste", "nodes": json.loads(json.dumps(cards)), "at": at}])


def test_copying_takes_the_chosen_cards_in_the_networks_order():
    assert copied(NODES, ["sum", "fc", "nobody"]) == [NODES[0], NODES[3]]
    assert copied("no network", ["fc"]) == []


def test_another_network_gets_the_cards_with_their_names_titles_and_wires():
    assert pasted([{"id": "top", "layer": "Flatten"}], copied(NODES, ["fc", "act", "side", "sum"])) == [
        {"id": "top", "layer": "Flatten"}, *NODES,
    ]  # fmt: skip


def test_names_that_are_taken_become_fresh_ones_and_wires_among_the_pasted_follow():
    after = pasted(NODES, copied(NODES, ["fc", "act", "side", "sum"]))[4:]

    assert [(node["id"], node.get("inputs")) for node in after] == [
        ("linear_1", None), ("relu_1", None), ("linear_2", ["linear_1"]), ("add_1", ["relu_1", "linear_2"]),
    ]  # fmt: skip


def test_wires_to_what_is_not_above_take_the_layer_above_and_the_datas_inputs_stay():
    other = [{"id": "act", "layer": "Tanh"}, {"id": "last", "layer": "Linear"}]
    cards = [
        *copied(NODES, ["side"]),
        {"id": "raw", "layer": "Linear", "inputs": ["numbers"]},
        {"id": "both", "layer": "Concatenate", "inputs": ["act", "last", "raw"]},
    ]

    assert pasted(other, cards, at=1) == [
        other[0],
        {"id": "side", "layer": "Linear", "units": 8},
        {"id": "raw", "layer": "Linear", "inputs": ["numbers"]},
        {"id": "both", "layer": "Concatenate", "inputs": ["act", "raw"]},
        other[1],
    ]


@pytest.mark.parametrize("cards", [None, [], {}, "x", [3], [{"id": "a"}, None]])
def test_what_is_no_cards_is_refused_with_a_sentence(cards):
    with pytest.raises(NetworkError, match="What was copied holds no layers"):
        apply_edits(NODES, [{"do": "paste", "nodes": cards}])


def test_odd_cards_are_pasted_and_explained_by_the_check():
    head = Head("Output", CATALOG["Linear"].read({"units": 1}, "head"))
    odd = [{"id": ["x"], "layer": {}, "inputs": [None, {}]}, {"id": 'a"\n', "layer": "Linear", "inputs": "x"}]

    found = check(pasted(NODES, odd), {"numbers": Shape((8,))}, head)

    assert not found.ok and found.problems[0].fixes
