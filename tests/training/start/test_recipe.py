"""The recipe document: what it reads, what it refuses, and that it survives its own JSON."""

from __future__ import annotations

import json

import pytest

from training.errors import RecipeError, SettingError
from training.recipe import Recipe

SMALL = {
    "data": {"task": "binary", "target": "churn"},
    "network": {"main": [{"id": "fc", "layer": "Linear"}]},
}


def test_a_recipe_survives_its_own_json():
    for fit in (
        {},
        {"epochs": 7},
        {"steps": 900},
        {"threads": 2, "optimizer": {"name": "SGD", "momentum": 0.9}},
    ):
        recipe = Recipe.parse({**SMALL, "fit": fit})

        assert Recipe.parse(json.dumps(recipe.as_dict())) == recipe


def test_steps_stand_for_epochs():
    fit = Recipe.parse({**SMALL, "fit": {"steps": 900}}).fit

    assert (fit.steps, fit.epochs) == (900, None)


@pytest.mark.parametrize(
    ("fit", "where", "message"),
    [
        ({"epochs": "5"}, "fit.epochs", "Epochs must be a whole number, not '5'."),
        ({"batch_size": True}, "fit.batch_size", "Batch size must be a whole number, not True."),
        ({"threads": 0}, "fit.threads", "Threads must be 1 or more, not 0."),
        ({"seed": 10**5_000}, "fit.seed", "Seed must be 2,147,483,647 or less."),
        ({"stopping": 3}, "fit.stopping", "Stopping must be an object with settings."),
        ({"speed": 3}, "fit.speed", "Speed is not a setting that Strata knows."),
    ],
)
def test_values_are_never_coerced_and_refused_with_their_place(fit, where, message):
    with pytest.raises(SettingError) as caught:
        Recipe.parse({**SMALL, "fit": fit})

    assert (caught.value.where, caught.value.message) == (where, message)


@pytest.mark.parametrize(
    "document", ["", "{", "[" * 100_000, "3", b"\xff", None, [], '{"a": ' + "9" * 5_000 + "}"]
)
def test_what_is_no_recipe_is_refused(document):
    with pytest.raises(RecipeError, match="This is not a recipe"):
        Recipe.parse(document)


def test_a_newer_recipe_is_refused_with_the_reason():
    with pytest.raises(RecipeError) as caught:
        Recipe.parse({**SMALL, "version": 2})

    assert caught.value.message == "This recipe has format 2; this Strata reads formats up to 1."
