"""Being listed in the catalogue is being tested: one set of promises for every layer."""

from __future__ import annotations

import importlib.util
import json
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from training.build import build, construct
from training.declared import FieldInfo
from training.errors import SettingError
from training.layers import CATALOG, FAMILIES, Layer, Misfit, Shape
from training.network import Head, check, code

every_layer = pytest.mark.parametrize("layer", CATALOG.values(), ids=lambda layer: layer.name)
drawn = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))

ROWS = 6


def values_of(field: FieldInfo) -> st.SearchStrategy[Any]:
    if field.kind == "switch":
        return st.booleans()
    if field.kind == "choice":
        return st.sampled_from(field.choices)
    low = field.low if field.low is not None else field.above
    high = field.high if field.high is not None else field.below
    if field.kind == "whole":
        return st.integers(int(low), min(int(high), 48))
    return st.floats(low, min(high, 8.0), exclude_min=field.low is None, exclude_max=field.high is None)


def layers_of(layer: type[Layer]) -> st.SearchStrategy[Layer]:
    return st.fixed_dictionaries({field.name: values_of(field) for field in layer.fields()}).map(
        lambda values: layer.read(values, "layer")
    )


def shapes_of(layer: type[Layer]) -> st.SearchStrategy[list[Shape]]:
    sizes = st.integers(1, 24)
    ranks = st.sampled_from(layer.ranks or (1, 2))
    dims = ranks.flatmap(lambda rank: st.tuples(*[sizes] * rank))
    if "categories" in layer.takes:
        codes = st.lists(st.integers(1, 40), min_size=1, max_size=4).map(
            lambda each: Shape((len(each),), "categories", sizes=tuple(each))
        )
        numbers = dims.map(Shape)
        return st.one_of(st.tuples(numbers), st.tuples(codes), st.tuples(numbers, codes)).map(list)
    count = st.integers(layer.least, min(layer.most, 4))
    return st.tuples(dims, count).map(lambda drawn: [Shape(drawn[0])] * drawn[1])


def tensors(shapes: list[Shape], device: str) -> list[torch.Tensor]:
    return [
        torch.zeros(ROWS, *shape.dims, dtype=torch.int64, device=device)
        if shape.kind == "categories"
        else torch.randn(ROWS, *shape.dims, device=device)
        for shape in shapes
    ]


def applied(layer: Layer, shapes: list[Shape], device: str) -> tuple[torch.Tensor, int]:
    """The real output, and how many numbers the real module trains."""
    from training.build import _function

    inputs = tensors(shapes, device)
    call = layer.construct(*shapes)
    if call.is_function:
        return _function(call)(*inputs), 0
    with torch.device(device):
        module = construct(call)
    return module(*inputs), sum(weight.numel() for weight in module.parameters())


@every_layer
@given(data=st.data())
@drawn
def test_the_rule_says_the_shape_and_count_of_the_real_module(layer, data):
    chosen, shapes = data.draw(layers_of(layer)), data.draw(shapes_of(layer))
    try:
        shape = chosen.output(*shapes)
    except Misfit:
        assume(False)

    output, parameters = applied(chosen, shapes, "meta")

    assert tuple(output.shape[1:]) == shape.dims
    assert parameters == chosen.parameters(*shapes)
    assert chosen.multiply_adds(*shapes) >= 0


@every_layer
def test_gradients_reach_every_parameter_and_every_input(layer):
    shapes = example(layer)
    module = construct(layer().construct(*shapes)) if not layer().construct(*shapes).is_function else None
    inputs = [x.requires_grad_() if x.is_floating_point() else x + 1 for x in tensors(shapes, "cpu")]
    output = module(*inputs) if module else applied_function(layer, shapes, inputs)

    (output * torch.randn_like(output)).sum().backward()

    assert all(x.grad is not None and x.grad.abs().sum() > 0 for x in inputs if x.is_floating_point())
    assert all(weight.grad is not None for weight in (module.parameters() if module else []))


def applied_function(layer: type[Layer], shapes: list[Shape], inputs: list[torch.Tensor]) -> torch.Tensor:
    from training.build import _function

    return _function(layer().construct(*shapes))(*inputs)


def example(layer: type[Layer]) -> list[Shape]:
    if "categories" in layer.takes:
        return [Shape((3,)), Shape((2,), "categories", sizes=(4, 60))]
    return [Shape((8,))] * layer.least


@every_layer
def test_printed_code_runs_and_gives_the_same_module(layer, tmp_path):
    checked = network_of(layer)

    ours, printed = build(checked).eval(), run_code(code(checked), tmp_path).eval()
    printed.load_state_dict(ours.state_dict())

    inputs = tensors([checked.inputs[name] for name in checked.arrays], "cpu")
    assert list(printed.state_dict()) == list(ours.state_dict())
    assert torch.equal(printed(*inputs), ours(*inputs))


def network_of(layer: type[Layer]) -> Any:
    """A network around the layer, with what it needs above it."""
    inputs = {"numbers": Shape((8,)), "categories": Shape((2,), "categories", sizes=(4, 60))}
    nodes: list[dict[str, Any]] = [{"id": "features", "layer": "Features"}]
    if layer.name != "Features":
        nodes.append({"id": "above", "layer": "Linear", "units": 8})
        nodes.append({"id": "beside", "layer": "Linear", "units": 8, "inputs": ["features"]})
        node: dict[str, Any] = {"id": "it", "layer": layer.name}
        nodes.append(node | {"inputs": ["above", "beside"][: layer.least]})
    checked = check(nodes, inputs, Head("Output", CATALOG["Linear"].read({"units": 2}, "head")))
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


def wrong_values(field: FieldInfo) -> list[Any]:
    wrong: list[Any] = ["12", None, [1]]
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
