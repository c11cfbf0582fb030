"""Each plan computes what the plain network computes: losses, scores and weights, up to rounding."""

from __future__ import annotations

import copy

import pytest
import torch

from tests.training.made import (
    BRANCHED,
    CONVOLVED,
    PLAIN,
    READ,
    assert_same,
    encoded_for,
    pictures_for,
    recipe_for,
    run,
    tensors_of,
    texts_for,
    wish_at,
)
from training.assembly import assemble
from training.plans import BY_HAND, CHANNELS_LAST, EAGER, POOL_FIRST, best_plan, plan_of, rearranged
from training.recipe import Fit
from training.stepping import Stepper

STACK = [
    {"id": "features", "layer": "Features", "one_hot_up_to": 2},  # so that the category's vectors are learned
    {"id": "first", "layer": "Linear", "units": 9},
    {"id": "tanh", "layer": "Tanh"},
    {"id": "drop", "layer": "Dropout", "p": 0.3},
    {"id": "second", "layer": "Linear", "units": 7, "bias": False},
    {"id": "relu", "layer": "ReLU"},
    {"id": "nothing", "layer": "Dropout", "p": 0.0},
    {"id": "more", "layer": "Dropout", "p": 0.1},
    {"id": "third", "layer": "Linear", "units": 5},
    {"id": "before", "layer": "Dropout", "p": 0.1},
    {"id": "sigmoid", "layer": "Sigmoid"},
]
TWICE = [*PLAIN, {"id": "tanh", "layer": "Tanh"}]
LEAKY = [
    {"id": "pixels", "layer": "Pixels"},
    {"id": "conv", "layer": "Conv2d", "units": 4, "padding": "same"},
    {"id": "leaky", "layer": "LeakyReLU", "negative_slope": 0.2},
    {"id": "pool", "layer": "MaxPool2d", "kernel_size": 3, "stride": 2, "zeros": 1},
    {"id": "conv2", "layer": "Conv2d", "units": 6, "padding": "same"},
    {"id": "relu2", "layer": "ReLU"},
    {"id": "pool2", "layer": "MaxPool2d"},
    {"id": "flat", "layer": "Flatten"},
    {"id": "linear", "layer": "Linear", "units": 8},
    {"id": "relu3", "layer": "ReLU"},
]
VOLUMES = [
    {"id": "pixels", "layer": "Pixels"},
    {"id": "conv", "layer": "Conv2d", "units": 4, "padding": "same"},
    {"id": "flat", "layer": "Flatten"},
]
BARE = [
    {"id": "one", "layer": "Linear", "units": 6, "inputs": ["numbers"]},
    {"id": "relu", "layer": "ReLU"},
]
DEEP = [
    {"id": "left", "layer": "CategoryEmbedding", "width": 3, "inputs": ["categories"]},
    {"id": "norm", "layer": "BatchNorm1d", "inputs": ["numbers"]},
    {"id": "both", "layer": "Concatenate", "inputs": ["left", "norm"]},
    {"id": "one", "layer": "Linear", "units": 9},
    {"id": "relu", "layer": "ReLU"},
    {"id": "two", "layer": "Linear", "units": 9},
    {"id": "drop", "layer": "Dropout"},
]
FLAT = [
    {"id": "pixels", "layer": "Pixels"},
    {"id": "flat", "layer": "Flatten"},
    {"id": "one", "layer": "Linear", "units": 9},
    {"id": "tanh", "layer": "Tanh"},
]
CASES = {
    "a stack on bare numbers": (BY_HAND, BARE, encoded_for),
    "a stack behind other layers": (BY_HAND, DEEP, encoded_for),
    "a stack on flat pictures": (BY_HAND, FLAT, pictures_for),
    "a stack": (BY_HAND, STACK, encoded_for),
    "a stack without learned features": (BY_HAND, PLAIN, encoded_for),
    "pools": (POOL_FIRST, LEAKY, pictures_for),
    "pools with norm": (POOL_FIRST, CONVOLVED, pictures_for),
    "channels last": (CHANNELS_LAST, LEAKY, pictures_for),
}
OPTIMIZERS = ["Adam", "AdamW", "SGD", "RMSprop", "NAdam", "RAdam", "Adagrad", "Adadelta"]


def parts_of(nodes, encoded, **fit):
    torch.manual_seed(5)
    return assemble(recipe_for("multiclass", nodes, **fit), encoded.state)


def batches_of(parts, encoded, *sizes):
    """Batches of these sizes, one after the other."""
    arrays = [torch.from_numpy(encoded.arrays[name]) for name in parts.arrays]
    target = parts.prepare_target(torch.from_numpy(encoded.arrays["target"]))
    at = 0
    for size in sizes:
        yield tuple(array[at : at + size] for array in arrays), target[at : at + size]
        at += size


def trained(name, nodes, encoded, *sizes, pieces=None, **fit):
    """Losses, scores and weights of a few steps by this plan."""
    fit = {"optimizer": {"name": "SGD", "lr": 0.5, "momentum": 0.9}, **fit}
    parts = parts_of(nodes, encoded, **fit)
    plan = plan_of(
        name, parts.model.train(), parts.loss, parts.optimizer,
        **({} if name == BY_HAND or not parts.penalties else {"penalty": parts.penalty}),
    )  # fmt: skip
    stepper = Stepper(plan, Fit.model_validate(fit), pieces or 1_000)
    torch.manual_seed(6)
    told = [stepper.step(*batch) for batch in batches_of(parts, encoded, *sizes)]
    with torch.no_grad():
        judged = plan.scores(next(batches_of(parts, encoded, 50))[0])
    return [loss for loss, _ in told], [*(scores for _, scores in told), judged], parts.model.state_dict()


def assert_alike(one, other):
    for mine, theirs in zip(one[:2], other[:2], strict=True):
        for a, b in zip(mine, theirs, strict=True):
            torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-5)
    for name, value in one[2].items():
        torch.testing.assert_close(value, other[2][name], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("name", "nodes", "made"), CASES.values(), ids=CASES)
@pytest.mark.parametrize("sizes", [(16,), (16, 16, 5)], ids=["one step", "with an odd last batch"])
def test_a_plan_computes_what_the_plain_network_computes(name, nodes, made, sizes):
    encoded = made("multiclass")

    assert_alike(trained(name, nodes, encoded, *sizes), trained(EAGER, nodes, encoded, *sizes))


@pytest.mark.parametrize(("name", "nodes", "made"), CASES.values(), ids=CASES)
@pytest.mark.parametrize("fit", [{"clip_norm": 0.05}, {"clip_value": 0.01}], ids=["norm", "value"])
def test_gradients_are_clipped_alike_and_matter(name, nodes, made, fit):
    encoded, optimizer = made("multiclass"), {"name": "SGD", "lr": 0.5}

    clipped = trained(name, nodes, encoded, 16, 16, optimizer=optimizer, **fit)

    assert_alike(clipped, trained(EAGER, nodes, encoded, 16, 16, optimizer=optimizer, **fit))
    free = trained(EAGER, nodes, encoded, 16, 16, optimizer=optimizer)
    assert any(not torch.allclose(value, free[2][name], atol=1e-4) for name, value in clipped[2].items())


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_one_flat_tensor_of_weights_is_stepped_like_many(optimizer):
    encoded = encoded_for("multiclass")
    named = {"name": optimizer, "lr": 0.01, "weight_decay": 0.05}

    by_hand = trained(BY_HAND, STACK, encoded, 16, 16, 7, optimizer=named)

    assert_alike(by_hand, trained(EAGER, STACK, encoded, 16, 16, 7, optimizer=named))


@pytest.mark.parametrize("name", [EAGER, BY_HAND])
def test_a_batch_in_pieces_is_stepped_like_a_whole_one(name):
    encoded, nodes = encoded_for("multiclass"), [PLAIN[0], PLAIN[1], {"id": "tanh", "layer": "Tanh"}]

    pieces = trained(name, nodes, encoded, 16, 16, 5, pieces=3)

    assert_alike(pieces, trained(EAGER, nodes, encoded, 16, 16, 5))


def test_the_network_stays_what_is_saved_and_exported():
    encoded = encoded_for("multiclass")
    parts = parts_of(STACK, encoded)
    plan = plan_of(BY_HAND, parts.model.train(), parts.loss, parts.optimizer)
    inputs, target = next(batches_of(parts, encoded, 20))
    Stepper(plan, Fit(), 1_000).step(inputs, target)

    fresh = parts_of(STACK, encoded).model
    fresh.load_state_dict(copy.deepcopy(parts.model.state_dict()))

    torch.testing.assert_close(fresh.eval()(*inputs), parts.model.eval()(*inputs))
    assert all(weight.requires_grad for weight in parts.model.parameters())


FROZEN = [PLAIN[0], {**PLAIN[1], "frozen": True}, *PLAIN[2:]]


@pytest.mark.parametrize(("nodes", "made", "expected"), [
    (STACK, encoded_for, BY_HAND), (PLAIN, encoded_for, BY_HAND), (BRANCHED, encoded_for, EAGER),
    (FROZEN, encoded_for, EAGER), (TWICE, encoded_for, EAGER), (CONVOLVED, pictures_for, POOL_FIRST),
    (VOLUMES, pictures_for, CHANNELS_LAST), (BARE, encoded_for, BY_HAND), (DEEP, encoded_for, BY_HAND),
    (FLAT, pictures_for, BY_HAND), (READ, texts_for, EAGER),
])  # fmt: skip
def test_the_fastest_plan_that_suits_is_chosen(nodes, made, expected):
    network = parts_of(nodes, made("multiclass")).model

    assert best_plan(network, "Adam", device="cpu", plain=True) == expected
    assert best_plan(network, "Adam", device="cpu", plain=False) == expected.replace(BY_HAND, EAGER)


def test_frozen_weights_stay_while_the_others_learn(tmp_path):
    encoded = encoded_for("multiclass")
    before = parts_of(FROZEN, encoded, seed=5).model.state_dict()

    run(recipe_for("multiclass", FROZEN, seed=5), encoded, tmp_path)

    after = tensors_of(tmp_path, "best")
    assert torch.equal(before["hidden.weight"], after["hidden.weight"])
    assert not torch.equal(before["head.weight"], after["head.weight"])


def test_weights_of_one_layer_can_cost_something_besides(tmp_path):
    encoded, sizes = encoded_for("multiclass"), {}
    for l1 in (0.0, 0.1):
        nodes = [PLAIN[0], {**PLAIN[1], "l1": l1}, PLAIN[2]]
        run(recipe_for("multiclass", nodes, epochs=20), encoded, tmp_path / str(l1))
        sizes[l1] = tensors_of(tmp_path / str(l1))["model.hidden.weight"].abs().sum()

    assert sizes[0.1] < 0.8 * sizes[0.0]


def test_a_relu_that_others_read_stays_where_it_is():
    nodes = [
        {"id": "pixels", "layer": "Pixels"},
        {"id": "conv", "layer": "Conv2d", "units": 2},
        {"id": "relu", "layer": "ReLU"},
        {"id": "pool", "layer": "MaxPool2d"},
        {"id": "one", "layer": "Flatten"},
        {"id": "two", "layer": "Flatten", "inputs": ["relu"]},
        {"id": "both", "layer": "Concatenate", "inputs": ["one", "two"]},
    ]
    encoded = pictures_for("multiclass")
    network = parts_of(nodes, encoded).model.train()

    other, found = rearranged(network)

    assert not found
    inputs = torch.from_numpy(encoded.arrays["picture"][:9])
    assert torch.equal(other(inputs), network(inputs))


def test_the_kept_state_of_a_plan_by_hand_is_the_one_it_goes_on_with(tmp_path):
    encoded, recipe = encoded_for("multiclass"), recipe_for("multiclass", STACK)
    run(recipe, encoded, tmp_path / "whole")
    run(recipe, encoded, tmp_path / "paused", control=wish_at(5, "pause"))

    kept = tensors_of(tmp_path / "paused")
    weights = sum(value.numel() for name, value in kept.items() if name.startswith("model."))
    assert kept["optimizer.0.exp_avg"].shape == (weights,)

    run(recipe, encoded, tmp_path / "paused", resume=True)
    assert_same(tensors_of(tmp_path / "paused"), tensors_of(tmp_path / "whole"))


@pytest.mark.long
def test_a_compiled_network_computes_the_same():
    encoded = encoded_for("multiclass")

    compiled = trained("compiled", PLAIN, encoded, 16, 16, 5)

    assert_alike(compiled, trained(EAGER, PLAIN, encoded, 16, 16, 5))


def test_grey_pictures_are_convolved_with_channels_last_too():
    """One channel lies the same both ways, and PyTorch then takes the slow way unless it is told."""
    grey = [
        {"id": "pixels", "layer": "Pixels"},
        {"id": "conv", "layer": "Conv2d", "units": 4},
        LEAKY[6],
        LEAKY[7],
    ]
    model = parts_of(grey, pictures_for("multiclass")).model

    plan_of(
        CHANNELS_LAST, model, torch.nn.CrossEntropyLoss(), lambda weights: torch.optim.SGD(weights, lr=0.1)
    )

    assert model.get_submodule("conv").weight.shape[1] == 1
    assert torch.conv2d(torch.zeros(2, 1, 8, 8), model.get_submodule("conv").weight).stride()[1] == 1
