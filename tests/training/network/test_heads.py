"""The head that each kind of answer asks for, from a profile and from what encoding learned."""

from __future__ import annotations

import pytest

from training.network import head_for
from training.recipe import Data, Named

INFO = {
    "columns": [
        {"name": "kind", "distinct": 3, "top": [["a", 5], ["b", 4], ["c", 1]]},
        {
            "name": "tags",
            "distinct": 9,
            "top": [["red;small", 3], ["blue; red", 1]],
            "examples": ["odd;late"],
        },
        *({"name": name, "distinct": 50} for name in "xyz"),
    ]
}


@pytest.mark.parametrize(
    ("task", "target", "objective", "title", "outputs"),
    [
        ("binary", ["kind"], "BinaryFocal", "Output: yes or no", 1),
        ("multiclass", ["kind"], "Focal", "Output: one of 3 classes", 3),
        ("multilabel", ["tags"], "auto", "Output: any of 5 labels", 5),
        ("regression", ["x"], "Poisson", "Output: a number", 1),
        ("regression", ["x", "y", "z"], "LogCosh", "Output: 3 numbers", 3),
        ("regression", ["x", "y"], "Quantile", "Output: 2 numbers", 6),
        ("forecast", ["x"], "MAE", "Output: 12 steps", 12),
        ("forecast", ["x", "y"], "Quantile", "Output: 12 steps of 2 columns", 72),
    ],
)
def test_the_head_has_an_output_for_each_thing_that_is_said(task, target, objective, title, outputs):
    data = Data.model_validate(
        {"task": task, "target": target} | ({"series": {"horizon": 12}} if task == "forecast" else {})
    )

    head = head_for(data, INFO, Named(name=objective))

    assert (head.title, head.layer.units) == (title, outputs)


def test_the_state_says_how_many_labels_there_are():
    data = Data.model_validate({"task": "multilabel", "target": ["tags"]})

    head = head_for(data, {"target": {"name": "tags", "classes": ["a", "b", "c", "d"]}})

    assert (head.title, head.layer.units) == ("Output: any of 4 labels", 4)
