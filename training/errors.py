"""What can go wrong, sorted by who has to act.

* StrataError
  - UserError: the person at the screen can mend it; the sentence is shown as it is
    · DataError: the uploaded file, a column, a cell
    · NetworkError: a layer, a shape, the wiring
    · SettingError: one field of a form or a recipe
    · RecipeError: a recipe as a whole (too new, not JSON …)
  - EngineError: ours to mend (a bug, a dead machine, a full disk); the log has the rest

Every error says what is wrong (``message``), where (``where``) and what to do (``hint``),
each in whole sentences that a user understands.
"""

from __future__ import annotations


class StrataError(Exception):
    """An error with a sentence for the person at the screen.

    message: what is wrong, with the values concerned, ending with a full stop.
    where: the place, machine readable: ``"fit.optimizer.lr"``, ``"network.main.fc_in.units"``,
        ``"column age"``, ``"line 17"``; empty when there is none.
    hint: what to do about it, one or two sentences; may be empty.
    """

    def __init__(self, message: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()

    def as_dict(self) -> dict[str, str]:
        """The error as JSON: ``kind``, ``message``, ``where``, ``hint``."""
        return {
            "kind": type(self).__name__,
            "message": self.message,
            "where": self.where,
            "hint": self.hint,
        }


class UserError(StrataError):
    """The person at the screen can mend it."""


class DataError(UserError):
    """The uploaded file, a column or a cell."""


class NetworkError(UserError):
    """A layer, a shape or the wiring."""


class SettingError(UserError):
    """One field of a form or a recipe; ``where`` names it."""


class RecipeError(UserError):
    """A recipe as a whole: not JSON, too new, or of a table that is not there."""


class EngineError(StrataError):
    """Ours to mend; the message says what happened and what is kept."""
