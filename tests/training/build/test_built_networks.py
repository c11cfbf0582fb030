"""Built modules: gradients, copies, ONNX, and refusing what has problems."""

from __future__ import annotations

import copy

import numpy as np
import onnxruntime
import pytest
import torch

from training.build import build, construct
from training.errors import NetworkError
from training.estimate import estimate
from training.layers import CATALOG, Shape
from training.network import Head, check
from training.optimizers import OPTIMIZERS, Adam
from training.templates import templates

INPUTS = {"numbers": Shape((6,)), "categories": Shape((2,), "categories", sizes=(4, 30))}
HEAD = Head("Output", CATALOG["Linear"].read({"units": 1}, "head"))
every_template = pytest.mark.parametrize(
    "template",
    [entry for entry in templates(INPUTS, "regression", 5_000) if entry.suits],
    ids=lambda template: template.name,
)


def rows(count=64):
    return torch.randn(count, 6), torch.stack(
        [torch.randint(0, 4, (count,)), torch.randint(0, 30, (count,))], 1
    )


@every_template
def test_every_template_learns(template):
    torch.manual_seed(0)
    module = build(check(template.nodes, INPUTS, HEAD))
    numbers, categories = rows()
    target = numbers[:, :1] + (categories[:, :1] == 2)
    optimizer = torch.optim.Adam(module.parameters(), lr=0.01)
    losses = []

    for _ in range(60):
        loss = torch.nn.functional.mse_loss(module(numbers, categories), target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())

    assert losses[-1] < 0.5 * losses[0]
    assert all(weight.grad is not None for weight in module.parameters())


def test_the_module_says_which_arrays_it_takes_and_leaves_out_unused_ones():
    checked = check([{"id": "fc", "layer": "Linear", "inputs": ["numbers"]}], INPUTS, HEAD)

    module = build(checked)

    assert module.array_names == ("numbers",) == checked.arrays
    assert module(torch.randn(3, 6)).shape == (3, 1)


def test_a_copy_is_a_network_of_its_own():
    module = build(check([{"id": "features", "layer": "Features"}], INPUTS, HEAD))
    twin = copy.deepcopy(module)
    with torch.no_grad():
        module.head.bias += 1

    inputs = rows(4)

    assert torch.allclose(module(*inputs), twin(*inputs) + 1)


def test_a_network_with_problems_is_not_built():
    with pytest.raises(NetworkError, match="Units of Linear “fc” must be 1 or more, not 0") as caught:
        build(check([{"id": "fc", "layer": "Linear", "units": 0}], INPUTS, HEAD))

    assert caught.value.where == "network.main.fc.units"


@pytest.mark.filterwarnings("ignore::FutureWarning")  # torch's exporter warns of itself
def test_one_exported_graph_with_a_layer_of_every_family_agrees_with_pytorch(tmp_path):
    nodes = [
        {"id": "features", "layer": "Features"},
        {"id": "fc", "layer": "Linear", "units": 16},
        {"id": "norm", "layer": "BatchNorm1d"},
        {"id": "noise", "layer": "GaussianNoise"},
        {"id": "act", "layer": "SiLU"},
        {"id": "sum", "layer": "Average", "inputs": ["act", "fc"]},
        {"id": "all", "layer": "Concatenate", "inputs": ["sum", "features"]},
        {"id": "rms", "layer": "RMSNorm"},
    ]
    module = build(check(nodes, INPUTS, HEAD)).eval()
    inputs = rows(5)
    path = tmp_path / "model.onnx"
    torch.onnx.export(
        module, inputs, path, dynamo=True, opset_version=20, input_names=list(module.array_names),
        dynamic_shapes=(tuple({0: torch.export.Dim.DYNAMIC} for _ in inputs),), verbose=False,
    )  # fmt: skip

    session = onnxruntime.InferenceSession(path)
    more = rows(33)
    said = session.run(None, {name: x.numpy() for name, x in zip(module.array_names, more, strict=True)})[0]

    assert np.abs(said - module(*more).detach().numpy()).max() < 1e-5


@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=lambda optimizer: optimizer.name)
def test_every_optimizer_has_pytorchs_fields_and_defaults_and_lowers_a_loss(optimizer):
    torch.manual_seed(0)
    weight = torch.nn.Parameter(torch.full((4,), 3.0))
    made = construct(optimizer().construct(), [weight])
    theirs = getattr(torch.optim, optimizer.name)([torch.nn.Parameter(torch.zeros(1))]).defaults

    for _ in range(20):
        made.zero_grad()
        weight.square().sum().backward()
        made.step()

    assert weight.square().sum() < 36
    for name, value in optimizer().arguments().items():
        assert theirs[name] == value, name


def test_the_estimate_counts_weights_gradients_and_what_the_optimizer_keeps():
    checked = check([{"id": "fc", "layer": "Linear", "units": 10}], {"numbers": Shape((6,))}, HEAD)

    cost = estimate(checked, batch_size=32, optimizer=Adam())

    assert cost.parameters == 70 + 11
    assert cost.multiply_adds == 60 + 10
    assert cost.model_bytes == 4 * 81
    assert cost.memory_bytes == 4 * (81 * 9 + 32 * (6 + 2 * 11))
