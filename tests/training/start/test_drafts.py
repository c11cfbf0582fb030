"""Drafts: a start that trains, and every reason why one does not, in whole sentences."""

from __future__ import annotations

import copy

import pytest

from training import start
from training.recipe import Recipe
from training.start import draft, problems_of


def column(name, kind, distinct, missing=0, **more):
    return {
        "name": name,
        "type": kind,
        "distinct": distinct,
        "missing": missing,
        "missing_share": missing / 344,
        **more,
    }


INFO = {
    "rows": 344,
    "columns": [
        column("species", "category", 3),
        column("island", "category", 3),
        column("mass", "number", 94, missing=2),
        column("sex", "yes/no", 2, missing=11),
        column("note", "text", 300),
        column("seen", "date", 50),
        column("void", "number", 0, missing=344),
        column("same", "category", 1),
        column("code", "category", 1_500),
    ],
    "proposal": {
        "target": "species",
        "task": "multiclass",
        "roles": {
            "species": "target",
            "island": "feature",
            "mass": "feature",
            "sex": "feature",
            "note": "ignored",
        },
    },
}


def sentences(change):
    """The problems of a fresh draft after ``change``: (place, message)."""
    changed = draft(INFO, dataset_version=3)
    change(changed)
    before = copy.deepcopy(changed)
    found = problems_of(changed, INFO)
    assert changed == before
    return [(problem.where, problem.message) for problem in found]


def put(**parts):
    def change(document):
        for path, value in parts.items():
            *steps, last = path.split("__")
            part = document
            for step in steps:
                part = part[step]
            part[last] = value

    return change


def test_a_fresh_draft_is_a_recipe_without_problems():
    fresh = draft(INFO, dataset_version=3)

    assert problems_of(fresh, INFO) == []
    recipe = Recipe.parse(fresh)
    assert recipe.data.split.method == "stratified"
    assert [node.layer for node in recipe.network["main"]] == [
        "Features", "Linear", "ReLU", "Dropout", "Linear", "ReLU",
    ]  # fmt: skip
    assert start.checked(fresh, INFO).ok
    assert Recipe.parse(recipe.as_dict()) == recipe


def test_every_template_fits_the_draft():
    fresh = draft(INFO)
    found = start.templates(start.checked(fresh, INFO).inputs, fresh["data"], INFO["rows"])

    suited = [each for each in found if each["suits"]]
    assert [each["title"] for each in suited] == [
        "Tabular network", "MLP", "Deep MLP", "Residual MLP", "Gated MLP", "TabM-style ensemble",
        "FT-Transformer", "Logistic regression", "Autoencoder",
    ]  # fmt: skip
    for each in suited:
        assert start.checked(fresh | {"network": {"main": each["nodes"]}}, INFO).ok


def test_larger_tables_begin_with_larger_networks_and_batches():
    small, large = draft(INFO), draft(INFO | {"rows": 1_000_000})

    assert [part["network"]["main"][1]["units"] for part in (small, large)] == [64, 256]
    assert [part["fit"]["batch_size"] for part in (small, large)] == [32, 1024]
    assert small["fit"]["epochs"] > large["fit"]["epochs"]


def test_the_classes_of_a_table_are_learned_with_a_little_doubt():
    smoothed = {"name": "CrossEntropy", "label_smoothing": 0.1}
    quantity = INFO | {"proposal": INFO["proposal"] | {"target": "mass", "task": "regression"}}

    assert draft(INFO)["fit"]["objective"] == smoothed
    assert draft(quantity)["fit"]["objective"] == {"name": "auto"}


WORDS = column("said", "text", 340)
SEEN = column("seen", "picture", 340)
RAIN = column("rain", "number", 200)


@pytest.mark.parametrize(
    ("task", "target", "features", "first"),
    [
        ("binary", "sex", [column("mass", "number", 94)], "Features"),
        ("binary", "sex", [WORDS], "Embedding"),
        ("multiclass", "species", [SEEN], "Pixels"),
        ("multiclass", "species", [SEEN, WORDS, column("island", "category", 3)], "Pixels"),
        ("forecast", "rain", [], "GRU"),
    ],
)
def test_a_draft_begins_with_the_network_for_its_kind_of_data(task, target, features, first):
    columns = [column("species", "category", 3), column("sex", "yes/no", 2), RAIN, *features]
    roles = {target: "target"} | {each["name"]: "feature" for each in features}
    proposal = {"target": target, "task": task, "roles": roles}
    info = {"rows": 344, "columns": columns, "proposal": proposal}

    fresh = draft(info)

    assert problems_of(fresh, info) == []
    assert fresh["network"]["main"][0]["layer"] == first
    assert fresh["fit"]["stopping"]["patience"] < fresh["fit"]["epochs"]
    assert not start.checked(fresh, info).warnings


AUTO = {"fit__objective": {"name": "auto"}}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (put(data__target=[]), ("data.target", "No target is chosen.")),
        (put(data__target=["gone"]), ("column gone", "The table has no column gone.")),
        (
            put(data__task="binary", **AUTO),
            ("column species", "species has 3 classes; a yes/no task has two."),
        ),
        (
            put(data__task="regression", **AUTO),
            ("column species", "species holds categories, and regression predicts a number."),
        ),
        (put(data__target=["note"]), ("column note", "note holds texts, which cannot be predicted.")),
        (put(data__target=["seen"]), ("column seen", "seen holds dates, which cannot be predicted.")),
        (put(data__target=["void"]), ("column void", "void is empty in every row.")),
        (
            put(data__target=["same"]),
            ("column same", "same has the same value in every row; there is nothing to tell apart."),
        ),
        (
            put(data__target=["code"]),
            (
                "column code",
                "code has 1,500 classes, which looks like an identifier. Strata takes up to 1,000.",
            ),
        ),
        (put(data__target=["mass"]), ("column mass", "mass is both the target and a feature.")),
        (put(data__roles={"species": "target"}), ("data.roles", "No column is left to learn from.")),
        (put(data__roles__island="chief"), ("data.roles.island", None)),
        (
            put(data__split__validation=0.7),
            ("data.split.validation", "Validation must be 0.45 or less, not 0.7."),
        ),
        (put(data__split={"method": "time"}), ("data.split.column", "A split by time needs a column.")),
        (put(fit__epochs=0), ("fit.epochs", "Epochs must be 1 or more, not 0.")),
        (put(fit__epochs="many"), ("fit.epochs", "Epochs must be a whole number, not 'many'.")),
        (put(fit__epochs=None), ("fit.epochs", "Fit must have either epochs or steps.")),
        (
            put(fit__batch_size=10**9),
            ("fit.batch_size", "Batch size must be 1,048,576 or less, not 1000000000."),
        ),
        (
            put(fit__optimizer__lr=0),
            ("fit.optimizer.lr", "Learning rate of AdamW must be more than 0, not 0."),
        ),
        (
            put(fit__optimizer__lr=float("nan")),
            ("fit.optimizer.lr", "Learning rate of AdamW must be a number, not nan."),
        ),
        (put(fit__optimizer__name="Adamm"), ("fit.optimizer.name", "There is no optimizer called “Adamm”.")),
        (put(fit__schedule__name="Zigzag"), ("fit.schedule.name", "There is no schedule called “Zigzag”.")),
        (
            put(fit__objective__name="MSE"),
            ("fit.objective.name", "Mean squared error does not suit this task (multiclass)."),
        ),
        (
            put(fit__stopping__metric="r2"),
            ("fit.stopping.metric", "“r2” is no metric of this task (multiclass)."),
        ),
        (put(fit__device="tpu"), ("fit.device", "Device is nothing that Strata knows, not 'tpu'.")),
        (put(fit__turbo=True), ("fit.turbo", "Turbo is not a setting that Strata knows.")),
        (
            put(network__main=[{"id": "fc", "layer": "Linear", "units": 0}]),
            ("network.main.fc.units", "Units of Linear “fc” must be 1 or more, not 0."),
        ),
        (put(network={}), ("network", "The network has to be an object with one part, “main”.")),
        (put(version=2), ("version", "This Strata reads recipes of format 1.")),
        (put(extra=1), ("extra", "A recipe has no part “extra”.")),
    ],
)
def test_what_keeps_a_draft_from_training_is_said_with_its_place(change, expected):
    found = sentences(change)

    where, message = expected
    assert [place for place, _ in found] == [where]
    assert message is None or found[0][1] == message


def test_problems_come_in_the_order_data_network_fit():
    found = sentences(put(data__split__test=2, fit__epochs=0, network__main=[{"id": "a", "layer": "?"}]))

    assert [where for where, _ in found] == ["data.split.test", "network.main.a.layer", "fit.epochs"]


def deep(levels):
    document = []
    for _ in range(levels):
        document = [document]
    return document


ODD = [
    None,
    3,
    -1e308,
    float("nan"),
    10**5_000,
    "x",
    "x" * 100_000,
    "\x00\n'\"",
    [],
    [[]],
    {},
    {"a": {}},
    True,
]


@pytest.mark.parametrize("path", [
    "data", "data__target", "data__task", "data__roles", "data__split", "data__split__test", "data__encode",
    "data__steps", "data__types", "network", "network__main", "fit", "fit__optimizer", "fit__optimizer__lr",
    "fit__objective", "fit__stopping", "fit__epochs", "fit__seed", "fit__threads", "version",
])  # fmt: skip
@pytest.mark.parametrize("odd", [*ODD, deep(500), deep(50_000)], ids=lambda odd: type(odd).__name__)
def test_odd_json_anywhere_is_explained_and_never_raised(path, odd):
    changed = draft(INFO)
    put(**{path: odd})(changed)

    for problem in problems_of(changed, INFO):
        assert problem.message.endswith(".") and len(str(problem)) < 1_000
    start.checked(changed, INFO)


@pytest.mark.parametrize("odd", [*ODD, deep(500)], ids=lambda odd: type(odd).__name__)
def test_odd_json_instead_of_a_draft_is_explained(odd):
    assert problems_of(odd, INFO)
    start.checked(odd, INFO)


@pytest.mark.parametrize("odd", [*ODD, deep(500), deep(50_000)], ids=lambda odd: type(odd).__name__)
def test_odd_values_inside_of_nodes_are_explained(odd):
    for node in (
        odd,
        {"id": odd, "layer": "Linear"},
        {"id": "a", "layer": odd},
        {"id": "a", "layer": "Linear", "units": odd},
        {"id": "a", "layer": "Linear", "inputs": odd},
        {"id": "a", "layer": "Linear", "inputs": [odd]},
    ):
        changed = draft(INFO)
        changed["network"]["main"] = [node]
        problems_of(changed, INFO)


def test_without_a_proposed_target_the_draft_asks_for_one():
    info = INFO | {"proposal": {"target": None, "task": None, "roles": {"island": "feature"}}}

    assert [str(problem) for problem in problems_of(draft(info), info)] == [
        "No target is chosen. Choose the column to predict."
    ]
