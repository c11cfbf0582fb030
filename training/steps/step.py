"""Step: the base of the preparation's classes."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field

from training.declared import Declared

Learned = dict[str, Any]

COLUMN = Field(max_length=1_000, title="Column", description="The column that the step is about.")


class Step(Declared):
    """One step of the preparation: fields, which columns it takes, and what it makes of them.

    A subclass sets ``name``, which recipes use (``{"do": name, …}``). ``columns_named`` are the
    columns that it is about; of these it takes the types in ``takes`` (empty: any).
    """

    takes: ClassVar[tuple[str, ...]] = ()
    # field -> (other field, the value of it that makes the field count), for forms
    counts_when: ClassVar[dict[str, tuple[str, str]]] = {}
    is_hash: ClassVar[bool] = False

    def columns_named(self) -> list[tuple[str, str]]:
        """(field, column) of every column that the step names."""
        return [("column", name) for name in (getattr(self, "column", None),) if name is not None]

    def misfit(self, about: dict[str, Any]) -> tuple[str, str] | None:
        """(field, what is wrong with it) for a column of a type that the step takes, if anything is."""
        return None


class RowStep(Step):
    """Leaves rows of the table out, before the split. Predictions know nothing of it."""


class ColumnStep(Step):
    """Changes the cells of one column, in training and in every prediction alike.

    ``encode.preparation`` does it, by what ``learn`` answers.
    """

    column: str = COLUMN

    def learn(self, column: Any) -> Learned:
        """What the step does, as plain JSON with the step's name as ``do``.

        column: the training rows' cells, as the steps before leave them (``encode.cells``).
        """
        raise NotImplementedError(type(self).__name__)

    def foreseen(self, about: dict[str, Any]) -> dict[str, Any]:
        """An entry of info["columns"] as the step will leave it, as far as the profile tells."""
        return about
