"""The code view: what it prints, that it runs, and that nothing typed by people enters it."""

from __future__ import annotations

import ast
import importlib.util
import json

import pytest
import torch

from training.build import Network, build
from training.layers import CATALOG, Shape
from training.network import Head, apply_edits, check, code
from training.network.code import TAKEN
from training.recipe import Data
from training.templates import templates

INPUTS = {"numbers": Shape((6,)), "categories": Shape((2,), "categories", sizes=(4, 30))}
HEAD = Head("Output", CATALOG["Linear"].read({"units": 1}, "head"))

SUITED = [template for template in templates(INPUTS, "binary", 5_000) if template.suits]

RESIDUAL = [
    {"id": "fc_in", "layer": "Linear", "units": 8},
    {"id": "act", "layer": "ReLU"},
    {"id": "block", "layer": "Linear", "units": 8},
    {"id": "drop", "layer": "Dropout", "p": 0.2},
    {"id": "merge", "layer": "Add", "inputs": ["drop", "act"]},
    {"id": "both", "layer": "Concatenate", "inputs": ["merge", "fc_in"]},
]


def run_code(source, folder):
    path = folder / "model.py"
    path.write_text(source, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("model", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Network()


def same(checked, folder):
    """Whether built module and printed code agree on weights and outputs."""
    ours, printed = build(checked).eval(), run_code(code(checked), folder).eval()
    printed.load_state_dict(ours.state_dict())
    rows = {"numbers": torch.randn(5, 6), "categories": torch.randint(0, 4, (5, 2))}
    inputs = [rows[name] for name in checked.arrays]
    return list(ours.state_dict()) == list(printed.state_dict()) and torch.equal(
        ours(*inputs), printed(*inputs)
    )


def test_the_code_reads_like_a_persons():
    checked = check(RESIDUAL, {"numbers": Shape((6,))}, HEAD)

    assert (
        code(checked)
        == """\
import torch
from torch import nn


class Network(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc_in = nn.Linear(6, 8, bias=True)
        self.act = nn.ReLU()
        self.block = nn.Linear(8, 8, bias=True)
        self.drop = nn.Dropout(p=0.2)
        self.head = nn.Linear(16, 1, bias=True)

    def forward(self, numbers: torch.Tensor) -> torch.Tensor:
        fc_in = self.fc_in(numbers)
        act = self.act(fc_in)
        x = self.block(act)
        x = self.drop(x)
        x = x + act
        x = torch.cat([x, fc_in], dim=-1)
        return self.head(x)
"""
    )


@pytest.mark.parametrize("template", SUITED, ids=lambda template: template.name)
def test_every_template_prints_what_it_builds(template, tmp_path):
    checked = check(template.nodes, INPUTS, HEAD)

    assert checked.ok
    assert same(checked, tmp_path)


def test_a_network_with_problems_has_no_code_yet():
    assert code(check([{"id": "a", "layer": "?"}], INPUTS, HEAD)) == (
        "# The code appears here when all layers fit.\n"
    )


@pytest.mark.parametrize(
    "id",
    [
        "train",
        "forward",
        "x",
        "self",
        "torch",
        "nn",
        "to",
        "x_",
        "train_",
        "super",
        "array_names",
        "steps",
        "print",
        "type_",
    ],
)
def test_names_that_pytorch_uses_itself_are_kept_apart(id, tmp_path):
    nodes = [
        {"id": id, "layer": "Linear", "units": 6},
        {"id": "other", "layer": "ReLU"},
        {"id": f"{id}_", "layer": "Add", "inputs": [id, "other"]},
    ]

    checked = check(nodes, {"numbers": Shape((6,))}, HEAD)

    assert checked.ok
    assert same(checked, tmp_path)


def test_the_list_of_names_that_pytorch_uses_is_complete():
    assert {name for name in dir(Network) if name[0].islower()} <= TAKEN
    module = build(check([], {"numbers": Shape((6,))}, HEAD))
    assert {name for name in vars(module) if name[0].islower()} <= TAKEN


HOSTILE = "a\"\nimport os; os.system('true')  # '''"


@pytest.mark.parametrize("node", [
    {"id": HOSTILE, "layer": "Linear"},
    {"id": "a", "layer": HOSTILE},
    {"id": "a", "layer": "Linear", "units": HOSTILE},
    {"id": "a", "layer": "Linear", HOSTILE: 3},
    {"id": "a", "layer": "Linear", "inputs": [HOSTILE]},
    {"id": "import", "layer": "Linear"},
    {"id": "match", "layer": "Linear"},
    {"id": "Ａ", "layer": "Linear"},
    {"id": "__class__", "layer": "Linear"},
    {"id": "a", "layer": "Linear", "units": 10**40},
    {"id": "a", "layer": "Dropout", "p": 1e999},
])  # fmt: skip
def test_a_hostile_recipe_never_enters_the_code(node, tmp_path):
    nodes = json.loads(json.dumps([node]))
    checked = check(nodes, {"numbers": Shape((6,))}, HEAD)
    assert not checked.ok
    assert ast.parse(code(checked)).body == []

    for _ in range(3):
        if checked.problems:
            nodes = apply_edits(nodes, checked.problems[0].fixes[0]["edits"])
            checked = check(nodes, {"numbers": Shape((6,))}, HEAD)

    assert checked.ok
    assert "os" not in code(checked).replace("pos", "")
    assert same(checked, tmp_path)


def test_hostile_titles_of_cards_and_blocks_never_enter_the_code(tmp_path):
    nodes = [
        {"id": "a", "layer": "Linear", "units": 6, "title": HOSTILE},
        {"id": "b", "layer": "GatedResidual", "title": HOSTILE * 100, "dropout": 0.0},
        {"id": "c", "layer": "Reshape", "sizes": " 8 × 8 ", "title": "\N{RIGHT-TO-LEFT OVERRIDE}x"},
        {"id": "import_", "layer": "Flatten", "title": ["no text"]},
    ]

    checked = check(json.loads(json.dumps(nodes)), {"numbers": Shape((6,))}, HEAD)

    assert checked.ok
    assert "system" not in code(checked) and "\N{RIGHT-TO-LEFT OVERRIDE}" not in code(checked)
    assert same(checked, tmp_path)
    opened = apply_edits(nodes, [checked.card("b").opening])
    assert check(opened, {"numbers": Shape((6,))}, HEAD).ok


@pytest.mark.parametrize(
    "value", [HOSTILE, "1\n2", "import os", 10**400, float("nan"), "٣, -1", {"a": HOSTILE}]
)
def test_no_setting_of_any_layer_lets_hostile_values_into_the_code(value):
    for layer in CATALOG.values():
        for field in layer.fields():
            found = check([{"id": "a", "layer": layer.name, field.name: value}], INPUTS, HEAD)

            assert found.card("a").problem and found.card("a").problem.fixes, (layer.name, field.name)
            assert ast.parse(code(found)).body == []


def test_column_and_class_names_stand_nowhere_in_the_code():
    data = Data(task="multiclass", target=[HOSTILE], roles={HOSTILE: "target", "evil_column": "feature"})

    from training.network import head_for, inputs_of

    state = {
        "numbers": {"names": ["evil_column"]},
        "categories": {"names": [], "sizes": []},
        "target": {"classes": [HOSTILE, "evil_class", "c"]},
    }
    checked = check([], inputs_of(state), head_for(data, state))

    assert "evil" not in code(checked) and "system" not in code(checked)
