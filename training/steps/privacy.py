"""Column steps that take what is personal out of cells."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from training.steps.step import ColumnStep, Learned

_ANY = ("number", "category", "yes/no", "text")


class Hash(ColumnStep):
    """Puts a keyed fingerprint (HMAC-SHA256) in the place of each value; the same value, the same one.

    The key is the project's. Without it nobody can tell which value a fingerprint is of.
    """

    name = "hash"
    takes = _ANY
    is_hash = True

    length: int = Field(
        16,
        ge=8,
        le=64,
        title="Digits",
        description="How many of the fingerprint's 64 hexadecimal digits stay.",
    )
    key_in_bundle: bool = Field(
        False,
        title="Put the key into downloads",
        description="Then a downloaded model hashes by itself, and whoever has it can try out which value "
        "a fingerprint is of. Without the key it expects values that are hashed already.",
    )

    def learn(self, column: Any) -> Learned:
        return {"do": self.name, "length": self.length}

    def foreseen(self, about: dict[str, Any]) -> dict[str, Any]:
        return {**about, "type": "category"}


class Mask(ColumnStep):
    """Keeps a few characters of each value and hides the others, and how many they are, behind ***."""

    name = "mask"
    takes = _ANY

    keep: Literal["first", "last"] = Field("first", title="Keep the", description="Which end stays readable.")
    characters: int = Field(3, ge=0, le=20, title="Characters", description="How many stay readable.")

    def learn(self, column: Any) -> Learned:
        return {"do": self.name, "keep": self.keep, "characters": self.characters}

    def foreseen(self, about: dict[str, Any]) -> dict[str, Any]:
        return {**about, "type": "category"}


STEPS = (Hash, Mask)
