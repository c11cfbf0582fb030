"""Edits as data: what each one does, and that hostile ones are refused."""

from __future__ import annotations

import copy

import pytest

from training.errors import NetworkError
from training.network import apply_edits

NODES = [
    {"id": "fc", "layer": "Linear", "units": 8},
    {"id": "act", "layer": "ReLU"},
    {"id": "side", "layer": "Linear", "inputs": ["fc"]},
    {"id": "sum", "layer": "Add", "inputs": ["act", "side"]},
]


def ids(nodes):
    return [node["id"] for node in nodes]


def test_edits_leave_what_was_passed_in_as_it_is():
    before = copy.deepcopy(NODES)

    apply_edits(
        NODES, [{"do": "set", "node": "fc", "field": "units", "value": 9}, {"do": "remove", "node": "act"}]
    )

    assert before == NODES


def test_adding_finds_a_free_name_and_the_place():
    after = apply_edits(NODES, [{"do": "add", "layer": "Linear", "at": 1}, {"do": "add", "layer": "Linear"}])

    assert ids(after) == ["fc", "linear_1", "act", "side", "sum", "linear_2"]


def test_setting_none_goes_back_to_the_default():
    assert apply_edits(NODES, [{"do": "set", "node": "fc", "field": "units", "value": None}])[0] == {
        "id": "fc",
        "layer": "Linear",
    }


def test_another_layer_keeps_name_and_inputs_and_drops_the_settings():
    after = apply_edits(NODES, [{"do": "set", "node": "fc", "field": "layer", "value": "Dropout"}])

    assert after[0] == {"id": "fc", "layer": "Dropout"}


def test_renaming_follows_to_everyone_who_takes_it():
    after = apply_edits(NODES, [{"do": "set", "node": "fc", "field": "id", "value": "stem"}])

    assert after[0]["id"] == "stem"
    assert after[2]["inputs"] == ["stem"]


def test_renaming_to_a_taken_name_is_refused():
    with pytest.raises(NetworkError, match="A layer cannot be called “act”: that name is taken"):
        apply_edits(NODES, [{"do": "set", "node": "fc", "field": "id", "value": "act"}])


def test_moving_counts_places_among_the_others():
    assert ids(apply_edits(NODES, [{"do": "move", "node": "fc", "to": 2}])) == ["act", "side", "fc", "sum"]
    assert ids(apply_edits(NODES, [{"do": "move", "node": "sum", "to": -5}])) == ["sum", "fc", "act", "side"]


def test_a_twin_stands_below_with_a_name_of_its_own():
    after = apply_edits(NODES, [{"do": "duplicate", "node": "fc"}])

    assert after[1] == {"id": "linear_1", "layer": "Linear", "units": 8}


def test_removing_hands_its_input_to_those_who_took_it():
    assert apply_edits(NODES, [{"do": "remove", "node": "act"}])[2]["inputs"] == ["fc", "side"]
    after = apply_edits(NODES, [{"do": "remove", "node": "side"}])
    assert after[2]["inputs"] == ["act", "fc"]


def test_removing_a_layer_with_inputs_of_its_own_does_not_rewire_the_one_below():
    nodes = [*NODES[:3], {"id": "last", "layer": "ReLU"}]

    assert apply_edits(nodes, [{"do": "remove", "node": "side"}])[2] == {
        "id": "last",
        "layer": "ReLU",
        "inputs": ["fc"],
    }


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        pytest.param({"do": "explode"}, "There is no edit called “explode”.", id="unknown"),
        pytest.param({"do": ["set"]}, "There is no edit called “['set']”.", id="no text"),
        pytest.param(3, "There is no edit called “None”.", id="no object"),
        pytest.param(
            {"do": "set", "node": "nobody", "field": "units"}, "There is no layer “nobody”.", id="no node"
        ),
        pytest.param({"do": "remove", "node": {}}, "There is no layer “{}”.", id="odd node"),
        pytest.param({"do": "set", "node": "fc"}, "Setting needs the name of a field.", id="no field"),
        pytest.param(
            {"do": "add"}, "Adding needs the name of a layer, and settings as an object.", id="no layer"
        ),
        pytest.param(
            {"do": "add", "layer": "ReLU", "id": "fc"}, "There is a layer “fc” already.", id="taken"
        ),
        pytest.param(
            {"do": "move", "node": "fc", "to": "up"},
            "A place in the network has to be a whole number.",
            id="no place",
        ),
        pytest.param({"do": "replace"}, "Replacing needs a list of nodes.", id="no nodes"),
    ],
)
def test_malformed_edits_are_refused_with_a_sentence(edit, message):
    with pytest.raises(NetworkError) as caught:
        apply_edits(NODES, [edit])

    assert caught.value.message == message
