"""Diagram, input shapes and heads."""

from __future__ import annotations

import json

from training.layers import Shape
from training.network import check, graph, head_for, inputs_about, inputs_of
from training.recipe import Data, Named

INFO = {
    "rows": 100,
    "columns": [
        {"name": "age", "type": "number", "distinct": 50, "missing": 3, "missing_share": 0.03},
        {"name": "income", "type": "number", "distinct": 90, "missing": 0, "missing_share": 0.0},
        {"name": "empty", "type": "number", "distinct": 0, "missing": 100, "missing_share": 1.0},
        {"name": "city", "type": "category", "distinct": 400, "missing": 0, "missing_share": 0.0},
        {"name": "member", "type": "yes/no", "distinct": 2, "missing": 0, "missing_share": 0.0},
        {"name": "joined", "type": "date", "distinct": 80, "missing": 0, "missing_share": 0.0,
         "min": "2020-01-01T00:00:00", "max": "2024-05-06T00:00:00"},
        {"name": "id", "type": "number", "distinct": 100, "missing": 0, "missing_share": 0.0},
        {"name": "grade", "type": "category", "distinct": 4, "missing": 0, "missing_share": 0.0},
    ],
}  # fmt: skip
ROLES = dict.fromkeys(("age", "income", "empty", "city", "member", "joined"), "feature")
DATA = Data(task="multiclass", target=["grade"], roles={**ROLES, "id": "identifier", "grade": "target"})


def test_input_shapes_come_from_the_profile_and_say_about():
    assert inputs_about(INFO, DATA) == {
        "numbers": Shape((2 + 1 + 4,), about=True),
        "categories": Shape((2,), "categories", sizes=(256, 3), about=True),
    }


def test_numbers_that_nothing_can_change_are_exact():
    data = Data(task="regression", target=["age"], roles={"income": "feature"})

    assert inputs_about(INFO, data) == {"numbers": Shape((1,))}


def test_input_shapes_of_a_state_are_exact():
    state = {"numbers": {"names": ["a", "b"]}, "categories": {"names": ["c"], "sizes": [7]}}

    assert inputs_of(state) == {"numbers": Shape((2,)), "categories": Shape((1,), "categories", sizes=(7,))}


def test_the_head_follows_the_task():
    assert head_for(DATA, INFO).title == "Output: one of 4 classes"
    assert head_for(DATA, INFO).layer.units == 4
    assert head_for(DATA, {"target": {"classes": ["a", "b", "c"]}}).layer.units == 3
    yes_no = head_for(Data(task="binary", target=["member"]), INFO)
    assert (yes_no.title, yes_no.layer.units) == ("Output: yes or no", 1)
    number = head_for(Data(task="regression", target=["age"]), INFO, Named(name="Huber", delta=2.0))
    assert (number.title, number.layer.units, number.own_softmax) == ("Output: a number", 1, False)


def test_the_diagram_has_nodes_wires_and_shapes():
    nodes = [
        {"id": "features", "layer": "Features"},
        {"id": "fc", "layer": "Linear", "units": 8},
        {"id": "act", "layer": "ReLU"},
        {"id": "sum", "layer": "Add", "inputs": ["act", "features"]},
    ]

    drawn = graph(check(nodes, inputs_about(INFO, DATA), head_for(DATA, INFO)))

    assert json.loads(json.dumps(drawn)) == drawn
    assert [(node["id"], node["kind"], node["state"], node["shape"]) for node in drawn["nodes"]] == [
        ("numbers", "input", "ok", "7"),
        ("categories", "input", "ok", "2"),
        ("features", "node", "ok", "17"),
        ("fc", "node", "ok", "8"),
        ("act", "node", "ok", "8"),
        ("sum", "node", "bad", "?"),
        ("head", "head", "wait", "?"),
    ]
    assert [(wire["from"], wire["to"], wire["shape"], wire["skip"]) for wire in drawn["wires"]] == [
        ("numbers", "features", "7", False),
        ("categories", "features", "2", False),
        ("features", "fc", "17", False),
        ("fc", "act", "8", False),
        ("act", "sum", "8", False),
        ("features", "sum", "17", True),
        ("sum", "head", "?", False),
    ]
