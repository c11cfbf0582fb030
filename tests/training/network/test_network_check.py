"""What the builder says about a network: shapes, counts, exact sentences and remedies."""

from __future__ import annotations

import pytest

from training.layers import CATALOG, Shape
from training.network import Head, apply_edits, check

NUMBERS = {"numbers": Shape((27,))}
TABLE = {"numbers": Shape((10,)), "categories": Shape((2,), "categories", sizes=(4, 6), about=True)}
YES_NO = Head("Output: yes or no", CATALOG["Linear"].read({"units": 1}, "head"), own_softmax=True)


def checked(nodes, inputs=NUMBERS, **options):
    return check(nodes, inputs, YES_NO, **options)


def problem(nodes, inputs=NUMBERS):
    return checked(nodes, inputs).problems[0]


def first_fix(nodes, inputs=NUMBERS):
    """The nodes after the first fix of the first problem."""
    return apply_edits(nodes, problem(nodes, inputs).fixes[0]["edits"])


def linear(id, units=64, **more):
    return {"id": id, "layer": "Linear", "units": units, **more}


def test_each_card_shows_its_shape_and_parameters():
    found = checked(
        [linear("fc_in", 128), {"id": "bn_in", "layer": "BatchNorm1d"}, {"id": "act", "layer": "ReLU"}]
    )

    assert found.ok
    assert [(card.id, card.kind, str(card.shape), card.parameters) for card in found.cards] == [
        ("numbers", "input", "(B, 27)", 0),
        ("fc_in", "node", "(B, 128)", 3_584),
        ("bn_in", "node", "(B, 128)", 256),
        ("act", "node", "(B, 128)", 0),
        ("head", "head", "(B, 1)", 129),
    ]
    assert found.totals["parameters"] == 3_584 + 256 + 129
    assert found.totals["model_bytes"] == 4 * 3_969
    assert found.cards[1].settings == {
        "units": 128, "bias": True, "init": "default", "frozen": False, "l1": 0.0, "l2": 0.0,
    }  # fmt: skip


def test_a_network_without_layers_is_the_head_alone():
    found = checked([])

    assert found.ok
    assert [step.id for step in found.steps] == ["head"]


def test_the_first_layer_takes_all_inputs_and_sizes_from_the_profile_are_about():
    found = checked([{"id": "features", "layer": "Features"}, linear("fc", 8)], TABLE)

    features, fc = found.cards[2], found.cards[3]
    assert features.inputs == ("numbers", "categories")
    assert str(features.shape) == "(B, 18)"
    assert features.about and fc.about and not fc.shape.about
    assert found.totals["about"]


def test_unequal_shapes_are_explained_with_both_and_three_remedies():
    nodes = [
        linear("fc_in", 128),
        {"id": "act_in", "layer": "ReLU"},
        linear("fc_block", 96),
        {"id": "drop", "layer": "Dropout"},
        {"id": "merge", "layer": "Add", "inputs": ["drop", "act_in"]},
        {"id": "ln", "layer": "LayerNorm"},
    ]

    found = checked(nodes)

    assert found.problems[0].message == (
        "Add “merge” needs equal shapes. Input A “drop” is (B, 96), input B “act_in” is (B, 128). "
        "The last size differs: 96 and 128."
    )
    assert [fix["title"] for fix in found.problems[0].fixes] == [
        "Set fc_block units to 128",
        "Insert Linear 96 to 128",
        "Use Concatenate",
    ]
    assert [card.state for card in found.cards] == ["ok"] * 5 + ["bad", "wait", "wait"]
    assert [card.waits_for for card in found.cards[-2:]] == ["merge", "merge"]
    for fix in found.problems[0].fixes:
        assert checked(apply_edits(nodes, fix["edits"])).ok, fix["title"]


def test_units_are_not_changed_where_something_else_takes_the_layer_too():
    nodes = [
        linear("a", 8),
        linear("b", 16),
        linear("c", 16, inputs=["a"]),
        {"id": "sum", "layer": "Add", "inputs": ["a", "b"]},
        {"id": "all", "layer": "Concatenate", "inputs": ["sum", "b", "c"]},
    ]

    assert problem(nodes).fixes[0]["title"] == "Insert Linear 8 to 16"


@pytest.mark.parametrize(
    ("nodes", "message", "where", "remedy"),
    [
        pytest.param(
            [linear("fc", 0)],
            "Units of Linear “fc” must be 1 or more, not 0.",
            "fc.units",
            "Set fc units to 1",
            id="too small",
        ),
        pytest.param(
            [linear("fc", 70_000)],
            "Units of Linear “fc” must be 65,536 or less, not 70000.",
            "fc.units",
            "Set fc units to 65536",
            id="too large",
        ),
        pytest.param(
            [linear("fc", "many")],
            "Units of Linear “fc” must be a whole number, not 'many'.",
            "fc.units",
            "Set fc units to 64",
            id="text",
        ),
        pytest.param(
            [linear("fc", unit=3)],
            "Linear “fc” has no setting “unit”.",
            "fc",
            "Remove the setting",
            id="unknown setting",
        ),
        pytest.param(
            [{"id": "fc", "layer": "Dense"}],
            "Strata has no layer “Dense”.",
            "fc.layer",
            "Use Linear",
            id="other name",
        ),
        pytest.param(
            [{"id": "fc", "layer": "Blorp9"}],
            "Strata has no layer “Blorp9”.",
            "fc.layer",
            "Remove it",
            id="unknown layer",
        ),
        pytest.param(
            [{"id": "fc"}], "“fc” does not say which layer it is.", "fc.layer", "Remove it", id="no layer"
        ),
        pytest.param(
            [linear("fc"), linear("fc")],
            "Two layers are called “fc”.",
            "linear_1",
            "Rename it to linear_1",
            id="same name",
        ),
        pytest.param(
            [linear("class")],
            "A layer cannot be called “class”: the name must begin with a small letter, hold only small "
            "letters, digits and _, have at most 40 characters and be no Python keyword.",
            "linear_1",
            "Rename it to linear_1",
            id="keyword",
        ),
        pytest.param(
            [linear("head")],
            "A layer cannot be called “head”: Strata uses that name itself.",
            "linear_1",
            "Rename it to linear_1",
            id="name of the head",
        ),
        pytest.param([linear(7)], "A layer has no name.", "linear_1", "Rename it to linear_1", id="no name"),
        pytest.param([7], "Entry 1 of the network is no layer.", "layer_1", "Remove it", id="no node"),
        pytest.param(
            [linear("fc", inputs="numbers")],
            "The inputs of Linear “fc” have to be a list of names.",
            "fc.inputs",
            "Take the layer above",
            id="inputs no list",
        ),
        pytest.param(
            [linear("fc", inputs=["nambers"])],
            "Linear “fc” takes “nambers”, but there is no such layer.",
            "fc.inputs",
            "Take “numbers” instead",
            id="unknown input",
        ),
        pytest.param(
            [linear("fc", inputs=["fc"])],
            "Linear “fc” takes itself.",
            "fc.inputs",
            "Take “numbers” instead",
            id="itself",
        ),
        pytest.param(
            [linear("a", inputs=["b"]), linear("b")],
            "Linear “a” takes “b”, which stands below it.",
            "a.inputs",
            "Take “numbers” instead",
            id="below",
        ),
        pytest.param(
            [linear("a", 27), {"id": "m", "layer": "Add", "inputs": ["a", "a"]}],
            "Add “m” takes “a” twice.",
            "m.inputs",
            "Take “a” once and take “numbers” too",
            id="twice",
        ),
        pytest.param(
            [linear("a", 27), {"id": "m", "layer": "Add"}],
            "Add “m” joins two layers or more, but only “a” reaches it.",
            "m",
            "Take “numbers” too",
            id="one input",
        ),
        pytest.param(
            [linear("a"), linear("b", inputs=["a", "numbers"])],
            "Linear “b” takes one input, but “a” and “numbers” reach it.",
            "b",
            "Insert Concatenate before it",
            id="two inputs",
        ),
        pytest.param(
            [linear("a", 7), {"id": "g", "layer": "GLU"}],
            "GLU “g” needs an even size to halve, but (B, 7) ends in 7.",
            "g",
            "Insert Linear before it",
            id="odd size",
        ),
    ],
)
def test_every_mistake_has_its_sentence_its_place_and_a_remedy_that_mends_it(nodes, message, where, remedy):
    found = problem(nodes)

    assert (found.message, found.where, found.fixes[0]["title"]) == (message, f"network.main.{where}", remedy)
    assert found.message not in [each.message for each in checked(first_fix(nodes)).problems]


def test_category_columns_need_features_and_the_remedy_inserts_them():
    nodes = [linear("fc")]

    assert problem(nodes, TABLE).message == (
        "Linear “fc” takes one input, but “numbers” and “categories” reach it."
    )
    mended = first_fix(nodes, TABLE)
    assert [node["layer"] for node in mended] == ["Features", "Linear"]
    assert checked(mended, TABLE).ok


def test_the_head_asks_for_features_too():
    only = {"categories": TABLE["categories"]}

    assert (
        problem([], only).message == "Output: yes or no takes numbers, but “categories” holds category codes."
    )
    assert checked(first_fix([], only), only).ok


def test_no_inputs_at_all_is_said_once():
    found = checked([linear("fc")], {})

    assert [each.message for each in found.problems] == ["No column is left to learn from."]
    assert found.cards[0].waits_for == "data"


@pytest.mark.parametrize(
    "nodes",
    [
        None,
        3,
        "x",
        {},
        [None],
        [[]],
        [{"id": []}],
        [{"id": "a", "layer": {}}],
        [{"id": "a", "layer": "Linear", "units": {"x": [1]}}],
        [{"id": "a", "layer": "Linear", "inputs": [{}]}],
        [{"id": "a" * 10_000}],
    ],
)
def test_odd_json_is_explained_and_mended_never_raised(nodes):
    for _ in range(4):
        found = checked(nodes)
        if found.ok:
            break
        nodes = apply_edits(nodes, found.problems[0].fixes[0]["edits"])

    assert found.ok


def test_a_long_hostile_network_is_answered_briefly():
    found = checked([{"id": "x y", "layer": "Linear"}] * 1_000)

    assert len(found.problems) == 1_000
    assert sum(len(problem.fixes) for problem in found.problems) == 3


def test_more_layers_than_a_thousand_are_refused():
    found = problem([{"id": f"a{number}", "layer": "ReLU"} for number in range(1_001)])

    assert found.message == "The network has 1,001 layers; 1,000 are the most."


def test_more_parameters_than_a_machine_holds_are_refused_before_anything_is_built():
    nodes = [linear("a", 65_536), linear("b", 65_536)]

    found = checked(nodes)

    assert found.problems[0].message == (
        "Linear “b” brings the network to 4,296,867,840 parameters; 1,000,000,000 are the most."
    )
    assert found.card("b").problem == found.problems[0]
    assert checked(first_fix(nodes)).ok


def test_rows_wider_than_a_million_numbers_are_refused():
    wide = [{"id": f"r{number}", "layer": "ReLU", "inputs": ["a"]} for number in range(16)]
    nodes = [
        linear("a", 65_536),
        *wide,
        {"id": "c", "layer": "Concatenate", "inputs": [node["id"] for node in wide]},
        {"id": "d", "layer": "Concatenate", "inputs": ["c", "numbers"]},
    ]

    assert (
        problem(nodes).message == "Concatenate “d” makes rows of 1,048,603 numbers; 1,048,576 are the most."
    )
    assert checked(first_fix(nodes)).ok


@pytest.mark.parametrize(
    ("nodes", "message"),
    [
        pytest.param(
            [linear("a", 8), linear("b", 4), {"id": "r", "layer": "ReLU"}],
            "Linear “b” follows “a” with no activation between: together they are no more than one.",
            id="two linear",
        ),
        pytest.param(
            [linear("a", 8), {"id": "drop", "layer": "Dropout"}],
            "The output follows “a” with no activation between: together they are no more than one.",
            id="linear before the head",
        ),
        pytest.param(
            [linear("a", 1), {"id": "r", "layer": "ReLU"}],
            "Linear “a” lets a single number through, so all layers below see only that.",
            id="bottleneck",
        ),
        pytest.param(
            [linear("a", 8), {"id": "s", "layer": "Softmax"}],
            "Softmax “s” stands before a loss that has its own, which slows learning.",
            id="softmax",
        ),
        pytest.param(
            [linear("a", 8), {"id": "r", "layer": "ReLU"}, {"id": "drop", "layer": "Dropout"}],
            "Dropout “drop” stands right before the output, where it disturbs what is predicted.",
            id="dropout last",
        ),
        pytest.param(
            [linear("a", 8), {"id": "r", "layer": "ReLU", "inputs": ["numbers"]}],
            "Linear “a” leads nowhere: no other layer takes it.",
            id="dead end",
        ),
    ],
)
def test_doubtful_networks_train_and_are_warned_about(nodes, message):
    found = checked(nodes)

    assert found.ok
    assert message in [warning.message for warning in found.warnings]


def test_parameters_far_above_the_rows_are_warned_about():
    found = checked([linear("a", 4_096), {"id": "r", "layer": "ReLU"}], rows=100)

    assert [warning.message for warning in found.warnings] == [
        "The network has 118,785 parameters for 100 rows."
    ]


def test_a_sensible_network_has_no_warnings():
    nodes = [
        linear("a", 64),
        {"id": "r", "layer": "ReLU"},
        {"id": "d", "layer": "Dropout"},
        linear("b", 32),
        {"id": "s", "layer": "SiLU"},
    ]

    assert checked(nodes, rows=7_000).warnings == ()


def test_layers_that_lead_nowhere_are_not_built():
    found = checked([linear("a", 8), {"id": "r", "layer": "ReLU", "inputs": ["numbers"]}])

    assert [step.id for step in found.steps] == ["r", "head"]
    assert found.totals["parameters"] == 28
