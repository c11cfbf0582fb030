"""Blocks: one card, several layers."""

from __future__ import annotations

from typing import Any

import pytest

from training.build import build
from training.layers import CATALOG, Block, Misfit, Shape
from training.network import Head, apply_edits, check, code

HEAD = Head("Output", CATALOG["Linear"].read({"units": 3}, "head"))


class Example(Block):
    """A block of any nodes."""

    family = "block"
    held: tuple[Any, ...] = ()

    def nodes(self, *inputs: Shape) -> list[dict[str, Any]]:
        return [dict(node) for node in self.held]


class Nodes(tuple):
    """Nodes that can be hashed, as a frozen setting has to be."""

    def __hash__(self) -> int:
        return id(self)


def holding(*nodes: dict[str, Any]) -> Block:
    return Example.model_construct(held=Nodes(nodes))


LINEAR = {"id": "fc", "layer": "Linear", "units": 6}


def test_shape_and_counts_are_those_of_the_inner_layers():
    block = CATALOG["GatedResidual"](units=4, dropout=0.0)

    assert [inner.id for inner in block.walked(Shape((6,)))] == [
        "hidden", "elu", "mix", "widen", "gate", "project", "add", "norm",
    ]  # fmt: skip
    assert block.output(Shape((6,))) == Shape((4,))
    assert block.parameters(Shape((6,))) == (6 * 4 + 4) + (4 * 4 + 4) + (4 * 8 + 8) + (6 * 4 + 4) + 8


def test_a_shortcut_is_projected_only_where_sizes_differ():
    walked = CATALOG["TemporalBlock"](units=8).walked(Shape((20, 8)))

    assert walked[-2].sources == (walked[-3].id, "in")


def test_a_first_node_takes_all_that_reaches_the_block():
    block = holding({"id": "sum", "layer": "Add"}, LINEAR)

    first, second = block.walked(Shape((3,)), Shape((3,)))

    assert (first.sources, first.shapes) == (("in",), (Shape((3,)), Shape((3,))))
    assert (second.sources, second.shape) == (("sum",), Shape((6,)))


@pytest.mark.parametrize("name", ["TransformerEncoderLayer", "TemporalBlock"])
def test_a_text_stays_padded_through_a_block(name):
    assert CATALOG[name]().output(Shape((20, 64), padded=0)).padded == 0


def test_what_does_not_fit_inside_is_said_in_a_sentence_with_what_mends_it():
    with pytest.raises(Misfit) as caught:
        holding({"id": "gate", "layer": "GLU"}).output(Shape((7,)))

    assert caught.value.message == (
        "holds GLU “gate”, which needs an even size to halve, but (B, 7) ends in 7."
    )
    assert caught.value.remedies == (("insert", "Linear", {"units": 8}),)


@pytest.mark.parametrize(
    ("nodes", "message"),
    [
        pytest.param(
            [{"id": "fc", "layer": "Linear", "units": 65_537}],
            "holds Linear “fc” with a setting out of bounds: Units of Linear must be",
            id="setting",
        ),
        pytest.param(
            [{"id": "norm", "layer": "BatchNorm2d"}],
            "holds BatchNorm2d “norm”, which does not take rows of one size, but (B, 7) reaches it.",
            id="rank",
        ),
        pytest.param(
            [{"id": "embed", "layer": "Embedding"}],
            "holds Embedding “embed”, which takes texts, but numbers reach it.",
            id="kind",
        ),
        pytest.param(
            [LINEAR, {"id": "add", "layer": "Add", "inputs": ["fc", "in"]}],
            "holds Add “add”, which needs equal shapes, but (B, 6) and (B, 7) reach it.",
            id="merge",
        ),
    ],
)
def test_inner_layers_are_asked_what_the_check_asks_of_every_layer(nodes, message):
    with pytest.raises(Misfit) as caught:
        holding(*nodes).output(Shape((7,)))

    assert caught.value.message.startswith(message)


def test_a_block_has_no_module():
    with pytest.raises(NotImplementedError, match="its inner nodes stand in its place"):
        CATALOG["ResidualMLP"]().construct(Shape((7,)))


def test_what_is_asked_of_a_block_is_asked_of_every_layer_in_it_that_learns():
    nodes = [{"id": "block", "layer": "ResidualMLP", "frozen": True, "l2": 0.1, "init": "zeros", "hidden": 4}]
    checked = check(nodes, {"numbers": Shape((6,))}, HEAD)

    module = build(checked)

    learned = {name for name, weight in module.named_parameters() if weight.requires_grad}
    assert learned == {"head.weight", "head.bias"}
    assert checked.totals["frozen"] == checked.card("block").parameters == 2 * 6 + 7 * 4 + 5 * 6
    assert not module.block_widen.weight.any() and module.block_norm.weight.all(), "a norm begins as it must"
    assert [step.layer.l2 for step in checked.steps if step.parameters] == [0.1, 0.1, 0.1, 0.0]
    (opening,) = [checked.card("block").opening]
    opened = check(apply_edits(nodes, [opening]), {"numbers": Shape((6,))}, HEAD)
    assert opened.totals == checked.totals


def test_a_norm_and_a_learned_slope_can_be_frozen_and_say_so_in_the_code():
    nodes = [
        {"id": "norm", "layer": "BatchNorm1d", "frozen": True},
        {"id": "slope", "layer": "PReLU", "frozen": True},
    ]
    checked = check(nodes, {"numbers": Shape((6,))}, HEAD)

    assert checked.totals["frozen"] == 13
    assert "self.norm.requires_grad_(False)" in code(checked) and "self.slope.requires_grad_(False)" in code(
        checked
    )
    assert not any(weight.requires_grad for weight in build(checked).slope.parameters())
