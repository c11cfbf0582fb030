"""What the model page says of how cells become numbers: the state that predicts, in words."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse

from studio.deployments import predictor
from studio.deployments.learned import COLUMNS_SHOWN, learned_of

NUMBER = {"name": "age", "type": "number", "input": "numbers", "at": 0, "indicator": False}
SCALED = {"fill": 29.0, "mean": 32.4107, "scale": 24.6748}
TEXT = {"length": 64, "size": 4, "tokens": "words", "vocabulary": ["free", "call"]}
PICTURE = {"names": ["seen"], "channels": 1, "height": 28, "width": 28, "most": 16.0}


def told(entry, **state):
    (only,) = learned_of({"columns": [entry], **state})
    return only.becomes, " ".join(only.sentences)


@pytest.mark.parametrize(
    ("entry", "state", "becomes", "how"),
    [
        pytest.param(
            NUMBER | SCALED, {}, "1 number",
            "An empty cell counts as 29. 32.4107 is taken away, and the rest divided by 24.6748.",
            id="standard",
        ),
        pytest.param(
            NUMBER | SCALED | {"indicator": True, "mean": 0.0, "scale": 1.0, "knots": [1], "scores": [0]}, {},
            "2 numbers",
            "An empty cell counts as 29. Ranked among the training rows and spread along a bell curve. "
            "A second number says whether the cell was empty.",
            id="quantiles",
        ),
        pytest.param(
            {"name": "day", "type": "date", "input": "numbers", "at": 0, "indicator": False,
             "parts": [{"part": "year"} | SCALED, {"part": "month", "wave": "sine"} | SCALED]}, {},
            "2 numbers", "Its year, month (sine).", id="date",
        ),
        pytest.param(
            {"name": "sex", "type": "category", "input": "categories", "at": 0, "vocabulary": ["f", "m"]}, {},
            "one of 2 values", "Known: f, m. Any other value, and an empty cell, counts as unknown.",
            id="category",
        ),
        pytest.param(
            {"name": "said", "type": "text", "input": "text", "at": 0}, {"text": TEXT}, "64 codes",
            "2 words are known, the most frequent ones first: “free”, “call”. "
            "Others count as unknown; longer texts are cut, shorter ones padded.",
            id="text",
        ),
        pytest.param(
            {"name": "seen", "type": "picture", "input": "picture", "at": 0}, {"picture": PICTURE},
            "a picture of 28 × 28", "Opened in shades of grey.", id="picture",
        ),
        pytest.param(
            {"name": "p1", "type": "number", "input": "pixels", "at": 0}, {"picture": PICTURE},
            "1 pixel", "The brightest one among the training rows is 16.", id="pixel",
        ),
        pytest.param(
            NUMBER | SCALED | {"steps": [{"do": "clip", "column": "age", "low": 0.0, "high": 90.0}]}, {},
            "1 number",
            "Clip. By quantiles, Lowest 0.0, Highest 90.0 An empty cell counts as 29. "
            "32.4107 is taken away, and the rest divided by 24.6748.",
            id="a step before",
        ),
    ],
)  # fmt: skip
def test_each_kind_of_column_is_told_in_words(entry, state, becomes, how):
    assert told(entry, **state) == (becomes, how)


def test_a_key_is_not_shown_and_wide_tables_are_cut():
    hashed = NUMBER | SCALED | {"steps": [{"do": "hash", "column": "age", "key": "c0ffee"}]}
    many = learned_of({"columns": [hashed] * (COLUMNS_SHOWN + 5)})

    assert len(many) == COLUMNS_SHOWN
    assert "c0ffee" not in many[0].plain and json.loads(many[0].plain)["fill"] == 29.0


@pytest.mark.django_db
def test_the_model_page_shows_what_its_bundle_learned(owner_client, model):
    page = owner_client.get(reverse("deployments:model", args=[model.run.pk])).content.decode()

    assert "What cells become" in page
    for entry in predictor.bundle_of(model).state["columns"]:
        assert f'<th scope="row">{entry["name"]}</th>' in page
    assert "An empty cell counts as" in page
