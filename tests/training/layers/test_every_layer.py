"""Being listed in the catalogue is being tested: one set of promises for every layer."""

from __future__ import annotations

import importlib.util
import inspect
import json
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.training.layers.drawn import (
    applied,
    example,
    function_of,
    layers_of,
    padding_of,
    shapes_of,
    tensors,
)
from training.build import build, construct, target_of
from training.declared import FieldInfo
from training.errors import SettingError
from training.layers import CATALOG, FAMILIES, Block, Layer, Misfit
from training.network import Head, check, code

# PyTorch says of "same" with an even window that it costs a copy; that is no fault of the network.
pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths:UserWarning")

every_layer = pytest.mark.parametrize("layer", CATALOG.values(), ids=lambda layer: layer.name)
calm = {"deadline": None, "suppress_health_check": list(HealthCheck)}
drawn = settings(max_examples=25, **calm)
drawn_for_long = settings(max_examples=500, **calm)


def rule_agrees(layer: type[Layer], data: st.DataObject) -> None:
    chosen, shapes = data.draw(layers_of(layer)), data.draw(shapes_of(layer))
    try:
        shape = chosen.output(*shapes)
    except Misfit:
        assume(False)
    assume(shape.count * max(each.count for each in shapes) < 2**28)

    output, parameters = applied(chosen, shapes, "meta")

    assert tuple(output.shape[1:]) == shape.dims
    assert parameters == chosen.parameters(*shapes)
    assert chosen.multiply_adds(*shapes) >= 0


@every_layer
@given(data=st.data())
@drawn
def test_the_rule_says_the_shape_and_count_of_the_real_module(layer, data):
    rule_agrees(layer, data)


@pytest.mark.long
@every_layer
@given(data=st.data())
@drawn_for_long
def test_the_rule_agrees_over_many_draws(layer, data):
    rule_agrees(layer, data)


@every_layer
def test_gradients_reach_every_parameter_and_every_input(layer):
    shapes = example(layer)
    inputs = [x.requires_grad_() if x.is_floating_point() else x for x in tensors(shapes, "cpu")]
    if issubclass(layer, Block):
        module: Any = build(network_of(layer, shapes))
        parameters = [weight for name, weight in module.named_parameters() if not name.startswith("head")]
    else:
        call = layer().construct(*shapes)
        module = function_of(layer(), shapes) if call.is_function else construct(call)
        parameters = [] if call.is_function else list(module.parameters())
    padding = padding_of(shapes, "cpu") if layer.masks else []

    floats = [x for x in inputs if x.is_floating_point()]
    output = module(*inputs, *padding)
    if not floats and not parameters:  # bytes in, and nothing to learn
        assert not output.requires_grad
        return
    (output * torch.randn_like(output)).sum().backward()

    assert all(x.grad is not None and x.grad.abs().sum() > 0 for x in floats)
    assert all(weight.grad is not None for weight in parameters)


@every_layer
def test_printed_code_runs_and_gives_the_same_module(layer, tmp_path):
    checked = network_of(layer, example(layer))

    ours, printed = build(checked).eval(), run_code(code(checked), tmp_path).eval()
    printed.load_state_dict(ours.state_dict())

    inputs = tensors([checked.inputs[name] for name in checked.arrays], "cpu")
    assert list(printed.state_dict()) == list(ours.state_dict())
    assert torch.equal(printed(*inputs), ours(*inputs))


def network_of(layer: type[Layer], shapes: list[Any]) -> Any:
    """A network of the layer, an input for what reaches it, and a head."""
    kinds = {"values": "numbers", "categories": "categories", "tokens": "text", "picture": "picture"}
    inputs = {kinds[shape.kind]: shape for shape in shapes}
    node: dict[str, Any] = {"id": "it", "layer": layer.name}
    nodes = [node]
    if layer.least > 1:
        squeeze = "AdaptiveAvgPool2d" if layer.name == "Scale" else "Identity"
        nodes = [
            {"id": "above", "layer": "Identity"},
            {"id": "beside", "layer": squeeze, "inputs": ["numbers"]},
            node | {"inputs": ["above", "beside"]},
        ]
    shape = layer().output(*shapes)
    flat = [{"id": "flat", "layer": "Flatten"}] if shape.kind == "values" and shape.rank > 1 else []
    checked = check(nodes + flat, inputs, Head("Output", CATALOG["Linear"].read({"units": 2}, "head")))
    assert checked.ok, checked.problems
    return checked


def run_code(source: str, folder: Any) -> torch.nn.Module:
    path = folder / "model.py"
    path.write_text(source, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("model", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Network()


@every_layer
@given(data=st.data())
@drawn
def test_settings_survive_json(layer, data):
    chosen = data.draw(layers_of(layer))

    assert layer.read(json.loads(json.dumps(chosen.model_dump())), "layer") == chosen


# What a layer is there for, or what rows of a network look like: PyTorch's default means nothing there.
OWN_DEFAULTS = {("Embedding", "padding_idx"), ("Softmax", "dim"), ("Upsample", "scale_factor")}


@every_layer
def test_its_defaults_are_pytorchs(layer):
    call = None if issubclass(layer, Block) else layer().construct(*example(layer))
    if call is None or not call.name.startswith("nn."):
        return
    known = list(inspect.signature(target_of(call.name).__init__).parameters.values())[1:]
    given = dict(zip([each.name for each in known], call.args, strict=False)) | call.kwargs

    others = {
        each.name for each in known if each.default not in (each.empty, given.get(each.name, each.default))
    }
    assert {(layer.name, name) for name in others} <= OWN_DEFAULTS


def test_the_encoder_block_begins_as_pytorchs():
    ours, known = CATALOG["TransformerEncoderLayer"](), inspect.signature(torch.nn.TransformerEncoderLayer)

    for name in ("dim_feedforward", "dropout", "norm_first"):
        assert getattr(ours, name) == known.parameters[name].default


def wrong_values(field: FieldInfo) -> list[Any]:
    wrong: list[Any] = ["no way", [1], {}]
    if field.default is not None:
        wrong.append(None)
    if field.kind != "switch":
        wrong.append(True)
    if field.kind == "whole":
        wrong += [int(field.low) - 1, int(field.high) + 1, 1.5, 10**400]
    if field.kind == "number":
        wrong += [float("nan"), float("inf"), -1e30, 1e30]
    return wrong


@every_layer
def test_settings_out_of_range_are_refused_by_the_fields_name(layer):
    for field in layer.fields():
        for wrong in wrong_values(field):
            with pytest.raises(SettingError) as caught:
                layer.read({field.name: wrong}, "network.main.it")

            assert caught.value.where == f"network.main.it.{field.name}"
            assert caught.value.message.startswith(f"{field.title} of {layer.title} must be"), wrong


@every_layer
def test_the_form_and_the_palette_have_words_for_it(layer):
    assert layer.family in FAMILIES
    assert layer.summary.endswith(".") and "torch" not in layer.summary
    for field in layer.fields():
        assert field.title and field.description.endswith(".")
        if field.kind in ("whole", "number"):
            assert (field.low is None) != (field.above is None)
            assert (field.high is None) != (field.below is None)


def test_the_palette_finds_layers_by_their_other_names():
    assert [layer.name for layer in CATALOG.values() if "Dense" in layer.also] == ["Linear"]
    assert (
        CATALOG["Linear"].summary
        == "Weighted sums of all inputs, plus a bias: the plain fully connected layer."
    )
