"""Shape: what one row looks like on a wire, without the batch."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal["values", "categories", "tokens", "picture"]


@dataclass(frozen=True)
class Shape:
    """One row's sizes and what they hold.

    dims: sizes without the batch, ``(27,)`` for a table row.
    kind: ``"values"`` are float32; ``"categories"`` are int64 codes, one column each; ``"tokens"`` are
    int64 codes of a text, (L,), 0 = padding; ``"picture"`` is uint8 (C, H, W).
    sizes: of categories: how many codes each column has, code 0 (unknown) counted; of tokens: one
    size, the vocabulary with padding.
    about: some size here comes from a profile; the run learns the real one.
    padded: which of dims is a text's time, whose padding layers must leave out; None where none is.
    """

    dims: tuple[int, ...]
    kind: Kind = "values"
    sizes: tuple[int, ...] = ()
    about: bool = False
    padded: int | None = None

    @property
    def rank(self) -> int:
        return len(self.dims)

    @property
    def last(self) -> int:
        return self.dims[-1]

    @property
    def count(self) -> int:
        """Numbers in one row."""
        return math.prod(self.dims)

    def with_last(self, size: int, about: bool = False) -> Shape:
        """Values with another last size, which is exact unless ``about``."""
        about = about or (self.about and self.rank > 1)
        padded = None if self.padded == self.rank - 1 else self.padded
        return Shape((*self.dims[:-1], size), about=about, padded=padded)

    def flat(self) -> Shape:
        """All values in one row of numbers."""
        return replace(self, dims=(self.count,), padded=None if self.rank > 1 else self.padded)

    def __str__(self) -> str:
        """``(B, 128)``; B is the batch."""
        return f"({', '.join(['B', *map(str, self.dims)])})"
