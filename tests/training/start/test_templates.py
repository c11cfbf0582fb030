"""Templates: each trains a step on all kinds of data that it offers itself for, and prints what it builds."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from functools import cache

import numpy as np
import pytest
import torch

from training.assembly import assemble
from training.batches import rows_of
from training.first_look import prepare_modules
from training.layers import CATALOG, Shape
from training.network import Head, check, code, inputs_of
from training.recipe import Recipe
from training.templates import CATALOGUE, first_for, first_nodes, templates

ROWS = 6
NUMBERS = {"numbers": {"names": ["a", "b", "c"]}}
CATEGORIES = {"categories": {"names": ["d", "e"], "sizes": [4, 30]}}
TEXT = {"text": {"names": ["said"], "length": 9, "size": 40}}
SERIES = {"series": {"names": ["a", "b"], "window": 12, "horizon": 2}}


def picture(channels, side):
    return {"picture": {"names": ["seen"], "channels": channels, "height": side, "width": side}}


KINDS = {
    "numbers": NUMBERS,
    "categories": CATEGORIES,
    "table": NUMBERS | CATEGORIES,
    "text": TEXT,
    "digit": picture(1, 8),
    "mnist": picture(1, 28),
    "cifar": picture(3, 32),
    "series": SERIES,
    "table and text": NUMBERS | CATEGORIES | TEXT,
    "numbers and picture": NUMBERS | picture(1, 8),
    "text and picture": TEXT | picture(3, 32),
    "series and categories": SERIES | CATEGORIES,
    "everything": NUMBERS | CATEGORIES | TEXT | picture(1, 28),
}
OF_TABLES = {
    "tabular", "mlp", "deep_mlp", "residual_mlp", "gated_mlp", "tabm", "ft_transformer", "linear",
    "autoencoder",
}  # fmt: skip
OF_PICTURES = {"cnn", "resnet", "lenet", "linear"}
OF_STEPS = {"gru", "lstm", "conv1d", "transformer", "linear"}
OF_TEXTS = OF_STEPS | {"text_cnn", "word_mean"}
TASKS = ("binary", "multiclass", "multilabel", "regression")


def columns(numbers, categories):
    return {
        "numbers": Shape((numbers,)),
        "categories": Shape((categories,), "categories", sizes=(20,) * categories),
    }


EDGES = {
    "one number": {"numbers": Shape((1,))},
    "5,000 columns": columns(2_000, 3_000),
    "text of two": {"text": Shape((2,), "tokens", sizes=(12,), padded=0)},
    "text of 4,096": {"text": Shape((4_096,), "tokens", sizes=(65_537,), padded=0)},
    "picture of 4": {"picture": Shape((3, 4, 4), "picture")},
    "picture of 300": {"picture": Shape((3, 300, 300), "picture")},
    "picture of 1,024": {"picture": Shape((1, 1_024, 1_024), "picture")},
    "too large a picture": {"picture": Shape((3, 1_024, 1_024), "picture")},
    "one step": {"series": Shape((1, 1))},
    "10,000 steps": {"series": Shape((10_000, 3))},
}


def state_of(kind, task):
    """What encoding would have learned of so many columns."""
    count = {"binary": 2, "regression": 1}.get(task, 3)
    names = [f"y{number}" for number in range(count)]
    target = {"name": "y", "names": ["y"], "task": task, "columns": [], "classes": None}
    if task in ("regression", "forecast"):
        target |= {"names": names, "mean": [1.0] * count, "std": [2.0] * count}
    else:
        target |= {"classes": names, "counts": [2] * count, "rows": ROWS}
    nothing = {"numbers": {"names": []}, "categories": {"names": [], "sizes": []}}
    return {"version": 1, "columns": [], "target": target} | nothing | KINDS[kind]


def arrays_of(state):
    """Some rows that fit the state, texts of one word among them."""
    random = np.random.default_rng(3)
    task, answers = state["target"]["task"], len(state["target"]["classes"] or state["target"]["names"])
    arrays = {}
    for name, shape in inputs_of(state).items():
        size = (ROWS, *shape.dims)
        if shape.kind == "picture":
            arrays[name] = random.integers(0, 256, size).astype(np.uint8)
        elif shape.kind == "values":
            arrays[name] = random.normal(size=size).astype(np.float32)
        else:
            arrays[name] = random.integers(0, min(shape.sizes), size)
    if "text" in arrays:
        arrays["text"][:, 0] = 2
        arrays["text"][0, 1:] = 0
    arrays["target"] = {
        "binary": random.integers(0, 2, (ROWS, 1)).astype(np.uint8),
        "multiclass": random.integers(0, answers, ROWS),
        "multilabel": random.integers(0, 2, (ROWS, answers)).astype(np.uint8),
    }.get(task, random.normal(size=(ROWS, answers)).astype(np.float32))
    return arrays


def offered(inputs, task="regression", rows=20_000):
    return {entry.name: entry for entry in templates(inputs, task, rows) if entry.suits}


@cache
def suited_to(kind, task):
    """The templates that suit a kind of data, by name."""
    return offered(inputs_of(state_of(kind, task)), task)


CASES = [
    pytest.param(kind, task, name, id=f"{kind}, {task}, {name}")
    for kind in KINDS
    for task in (("forecast",) if "series" in KINDS[kind] else TASKS)
    for name in suited_to(kind, task)
]


@pytest.mark.parametrize(("kind", "task", "name"), CASES)
def test_a_template_trains_a_step_on_what_it_offers_itself_for(kind, task, name):
    torch.manual_seed(0)
    state = state_of(kind, task)
    arrays = arrays_of(state)
    nodes = suited_to(kind, task)[name].nodes
    data = {"task": task, "target": ["y"]} | ({"series": {"horizon": 3}} if task == "forecast" else {})
    parts = assemble(Recipe.parse({"data": data, "network": {"main": nodes}}), state)
    rows = rows_of(arrays, np.ones(ROWS, dtype=bool), parts.arrays, "cpu", parts.prepare_target)
    prepare_modules(parts.model, rows, torch.arange(ROWS))
    weights = list(parts.model.parameters())
    before = [weight.detach().clone() for weight in weights]

    inputs, target = rows.take(torch.arange(ROWS))
    loss = parts.loss(parts.model(*inputs), target)
    loss.backward()
    parts.optimizer(weights).step()

    assert not parts.checked.warnings
    assert torch.isfinite(loss)
    assert set(parts.arrays) == set(arrays) - {"target"}
    assert all(weight.grad is not None for weight in weights)
    changed = [not torch.equal(old, new) for old, new in zip(before, weights, strict=True)]
    assert sum(changed) > 0.7 * len(changed)  # a ReLU may be off for all of the few rows


@pytest.mark.parametrize("kind", ["table", "text", "digit", "series", "numbers and picture", "everything"])
def test_the_printed_code_of_a_template_is_what_is_built(kind, tmp_path):
    state = state_of(kind, "regression")
    arrays = arrays_of(state)
    for name, entry in suited_to(kind, "regression").items():
        data = {"task": "regression", "target": ["y"]}
        parts = assemble(Recipe.parse({"data": data, "network": {"main": entry.nodes}}), state)
        printed = printed_network(code(parts.checked), tmp_path / f"{name}.py")
        printed.load_state_dict(parts.model.state_dict())
        inputs = [torch.as_tensor(arrays[array]) for array in parts.arrays]

        assert torch.equal(parts.model.eval()(*inputs), printed.eval()(*inputs)), name


TRY_ALL = """
import pathlib, runpy, sys
assert not any(name.startswith(("training", "torch")) for name in sys.modules)
for path in sorted(pathlib.Path.cwd().glob("*.py")):
    if path.name != "all.py":
        runpy.run_path(str(path))
        print(path.stem)
"""
ROWS_OF = {
    "numbers": "torch.randn(2, 3)", "categories": "torch.randint(0, 4, (2, 2))",
    "text": "torch.randint(1, 40, (2, 9))", "series": "torch.randn(2, 12, 2)",
    "picture": "torch.randint(0, 256, (2, 1, 28, 28)).to(torch.uint8)",
}  # fmt: skip


def test_the_code_of_every_template_runs_pasted_into_an_empty_python_process(tmp_path):
    head, pasted = Head("Output", CATALOG["Linear"].read({"units": 4}, "head")), set()
    for kind in ("table", "text", "mnist", "series"):
        inputs = inputs_of(state_of(kind, "regression"))
        for name, entry in offered(inputs).items():
            checked = check(entry.nodes, inputs, head)
            rows = ", ".join(ROWS_OF[array] for array in checked.arrays)
            snippet = f"{code(checked)}\n\nassert Network()({rows}).shape == (2, 4)\n"
            pasted.add(f"{name}_{kind}")
            (tmp_path / f"{name}_{kind}.py").write_text(snippet, encoding="utf-8")
    (tmp_path / "all.py").write_text(TRY_ALL, encoding="utf-8")

    ended = subprocess.run(
        [sys.executable, "-I", "all.py"], cwd=tmp_path, check=False, capture_output=True, text=True
    )

    assert set(ended.stdout.split()) == pasted, ended.stderr
    assert {name.rpartition("_")[0] for name in pasted} == set(CATALOGUE)


def printed_network(source, path):
    path.write_text(source, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("printed", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Network()


@pytest.mark.parametrize(
    ("kind", "expected", "first"),
    [
        ("table", OF_TABLES, "tabular"),
        ("categories", OF_TABLES, "tabular"),
        ("text", OF_TEXTS, "text_cnn"),
        ("digit", OF_PICTURES, "cnn"),
        ("series", OF_STEPS, "gru"),
        ("table and text", OF_TABLES | OF_TEXTS, "text_cnn"),
        ("series and categories", OF_TABLES | OF_STEPS, "gru"),
        ("everything", OF_TABLES | OF_TEXTS | OF_PICTURES, "cnn"),
    ],
)
def test_what_suits_stands_in_the_menu_first_and_the_default_before_all(kind, expected, first):
    inputs = inputs_of(state_of(kind, "regression"))
    menu = templates(inputs, "regression")

    assert {entry.name for entry in menu if entry.suits} == expected
    assert menu[0].name == first == first_for(inputs)
    assert [entry.suits for entry in menu] == sorted((entry.suits for entry in menu), reverse=True)
    assert first_nodes(inputs, "regression") == menu[0].nodes


def test_what_does_not_suit_says_why_in_words_of_the_data():
    menu = {entry.name: entry for entry in templates({"numbers": Shape((400,))}, "binary")}

    assert {name: entry.why_not for name, entry in menu.items() if not entry.suits} == {
        "ft_transformer": "Needs 300 columns or fewer: each looks at all others.",
        "cnn": "Needs pictures.",
        "resnet": "Needs pictures.",
        "lenet": "Needs pictures.",
        "text_cnn": "Needs texts.",
        "word_mean": "Needs texts.",
        "gru": "Needs a series over time or texts.",
        "lstm": "Needs a series over time or texts.",
        "conv1d": "Needs a series over time or texts.",
        "transformer": "Needs a series over time or texts.",
    }
    assert all(entry.suits == bool(entry.nodes) for entry in menu.values())
    assert menu["linear"].title == "Logistic regression"


@pytest.mark.parametrize("edge", EDGES)
def test_at_the_edges_only_what_fits_is_offered(edge):
    head = Head("Output", CATALOG["Linear"].read({"units": 1_000}, "head"))
    suited = offered(EDGES[edge])

    assert bool(suited) == (edge != "too large a picture")
    for name, entry in suited.items():
        assert check(entry.nodes, EDGES[edge], head).ok, name


def test_without_columns_nothing_is_offered_and_a_draft_still_has_a_network():
    assert {entry.why_not for entry in templates({}, "regression")} == {"Needs a column to learn from."}
    assert [each["layer"] for each in first_nodes({}, "regression")][:2] == ["Features", "Linear"]


def layers_of(name, inputs, rows=20_000):
    return [each["layer"] for each in offered(inputs, rows=rows)[name].nodes]


def test_the_cnn_for_mnist_is_the_known_one_and_smaller_pictures_are_pooled_less():
    stage = ["Conv2d", "ReLU", "MaxPool2d"]
    end = ["Conv2d", "ReLU", "Flatten", "Linear", "ReLU"]

    assert layers_of("cnn", {"picture": Shape((1, 28, 28), "picture")}) == ["Pixels", *stage, *stage, *end]
    assert layers_of("cnn", {"picture": Shape((1, 8, 8), "picture")}).count("MaxPool2d") == 1
    assert layers_of("cnn", {"picture": Shape((1, 4, 4), "picture")}).count("MaxPool2d") == 0


def test_lenet_has_the_sizes_of_the_paper_at_28_pixels():
    inputs = {"picture": Shape((1, 28, 28), "picture")}
    head = Head("Output", CATALOG["Linear"].read({"units": 10}, "head"))
    checked = check(offered(inputs)["lenet"].nodes, inputs, head)

    shapes = {card.id: card.shape.dims for card in checked.cards}
    assert shapes["conv_1"] == (6, 28, 28) and shapes["pool_1"] == (6, 14, 14)
    assert shapes["conv_2"] == (16, 10, 10) and shapes["pool_2"] == (16, 5, 5)


def test_numbers_are_binned_where_rows_are_many():
    numbers = {"numbers": Shape((6,))}
    table = numbers | {"categories": Shape((2,), "categories", sizes=(4, 30))}
    binned = ["PiecewiseLinearEmbedding", "Concatenate"]

    assert layers_of("tabular", table, rows=20_000)[:3] == [*binned, "Features"]
    assert layers_of("tabular", table, rows=3_000)[0] == "Features"
    assert layers_of("tabular", numbers, rows=20_000)[:3] == [*binned, "Linear"]
    assert layers_of("tabular", {"numbers": Shape((600,))}, rows=20_000)[0] == "Features"
