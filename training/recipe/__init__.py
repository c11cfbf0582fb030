"""The recipe: the one document that says which data, which network and how to fit it.

People edit it as a draft, a run freezes it, the bundle contains it, the command line takes it.
A *draft* is the same JSON, possibly with values that are not allowed yet: it is stored as it is
typed and ``problems`` says what is wrong with it. ``Recipe`` itself is always valid, apart from
its network, which ``training.network.check`` judges because that needs the data's shapes.
"""

from __future__ import annotations

from training.recipe.data import (
    ColumnType,
    Data,
    Encode,
    Picture,
    Role,
    Series,
    Split,
    Step,
    Task,
    Text,
)
from training.recipe.document import VERSION, Recipe
from training.recipe.fit import Augment, Fit, Named, Stopping
from training.recipe.node import Node, node_id
from training.recipe.part import Part
from training.recipe.wording import first_problem, problems, wants

__all__ = [
    "VERSION", "Augment", "ColumnType", "Data", "Encode", "Fit", "Named", "Node", "Part", "Picture", "Recipe",
    "Role", "Series", "Split", "Step", "Stopping", "Task", "Text", "first_problem", "node_id", "problems",
    "wants",
]  # fmt: skip
