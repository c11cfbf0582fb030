"""The whole recipe, read from JSON and written to it."""

from __future__ import annotations

import json
from typing import Any, Literal

from pydantic import Field, ValidationError

from training.errors import RecipeError
from training.recipe.data import Data
from training.recipe.fit import Fit
from training.recipe.node import Node
from training.recipe.part import Part
from training.recipe.wording import first_problem

VERSION: Literal[1] = 1


class Recipe(Part):
    """A whole recipe: ``{"version": 1, "data": …, "network": {part: [nodes]}, "fit": …}``."""

    version: Literal[1] = VERSION
    data: Data
    network: dict[str, list[Node]]
    fit: Fit = Field(default_factory=Fit)

    @classmethod
    def parse(cls, document: Any) -> Recipe:
        """A recipe from JSON text or from a dict.

        Raises RecipeError when it is not a recipe that this version reads, and SettingError
        with the field's place when one value is wrong.
        """
        document = _document(document)
        try:
            return cls.model_validate(document)
        except ValidationError as error:
            raise first_problem(error) from None

    def as_dict(self) -> dict[str, Any]:
        """The recipe as plain JSON values; fields that say nothing (None) are left out."""
        return self.model_dump(mode="json", exclude_none=True)


def _document(document: Any) -> dict[str, Any]:
    if isinstance(document, str | bytes):
        try:
            document = json.loads(document)
        except (ValueError, RecursionError):
            raise RecipeError(
                "This is not a recipe: it is no JSON.", hint="Export a network to see the format."
            ) from None
    if not isinstance(document, dict):
        raise RecipeError(
            "This is not a recipe: it has to be a JSON object.", hint="Export a network to see the format."
        )
    version = document.get("version", VERSION)
    if isinstance(version, int) and version > VERSION:
        raise RecipeError(
            f"This recipe has format {version}; this Strata reads formats up to {VERSION}.",
            where="version",
            hint="Update Strata, or export the recipe from the older one again.",
        )
    return document
