"""The recipes of docs/recipes train, shortened, on the samples and on small tables of the right form."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.training.cli import tables
from tests.training.made import go_on, only
from training.encode import encode_table
from training.evaluate import report
from training.events import Finished, Started
from training.fit import fit
from training.recipe import Recipe
from training.table import ingest

ROOT = Path(__file__).parents[3]
RECIPES = sorted((ROOT / "docs" / "recipes").glob("*.json"))
every_recipe = pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
# Parameters as their authors count them; the customers' depend on how many categories the table has.
PARAMETERS = {
    "linear_regression": 2,
    "mnist_softmax": 784 * 10 + 10,
    "mnist_mlp": 784 * 128 + 128 + 128 * 10 + 10,
    "mnist_cnn": 320 + 18_496 + 36_928 + (576 * 64 + 64) + (64 * 10 + 10),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> dict[str, Path]:
    """The tables that recipes do not name."""
    folder = tmp_path_factory.mktemp("tables")
    columns = json.loads((ROOT / "docs/recipes/customers.json").read_text())["data"]["roles"]
    digits = ROOT / "samples" / "digits8x8" / "digits8x8.csv"
    return {
        "customers": tables.customers(folder / "customers.csv", list(columns)),
        "mnist": tables.pictures(folder / "mnist.zip", digits),
    }


def shortened(recipe: Recipe) -> Recipe:
    changes = {"epochs": None, "steps": 30} if recipe.fit.steps else {"epochs": 2}
    fit = recipe.fit.model_copy(update={"threads": 1, **changes})
    return recipe.model_copy(update={"fit": fit})


@every_recipe
def test_a_recipe_trains_and_learns(path, made, tmp_path):
    whole = Recipe.parse(path.read_bytes())
    recipe = shortened(whole)
    table = path.parent / whole.data.table if whole.data.table else made[path.stem.split("_")[0]]

    info = ingest(table, tmp_path, file_name=table.name)
    encoded = encode_table(tmp_path / "table.parquet", recipe.data, info)
    told = list(fit(recipe, encoded, tmp_path / "run", control=go_on))
    judged = report(recipe, encoded, tmp_path / "run")

    assert isinstance(told[-1], Finished)
    started = only(told, Started)[0]
    assert started.parameters == PARAMETERS.get(path.stem, started.parameters)
    assert judged["headline"]["value"] is not None


def test_every_sample_has_a_recipe():
    samples = {path.parent.name for path in (ROOT / "samples").glob("*/*.csv")}

    assert samples <= {path.stem for path in RECIPES}


@every_recipe
def test_a_recipe_needs_nothing_outside_the_repository(path):
    table = json.loads(path.read_text())["data"].get("table")

    assert table is None or (path.parent / table).resolve().is_relative_to(ROOT / "samples")
