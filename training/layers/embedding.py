"""Embeddings: learned vectors for words, categories, numbers and columns."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from training.declared import Call
from training.layers.layer import Weighted
from training.layers.shape import Shape


class Embeds(Weighted):
    """Something gets a vector each."""

    family = "embedding"
    ranks = (1,)
    keeps_shape = False

    width: int = Field(
        32, ge=1, le=4_096, title="Embedding size", description="How many numbers stand for each of them."
    )


class Embedding(Embeds):
    """A learned vector for each word or sign of a text; padding is zeros (torch.nn.Embedding)."""

    also = ("word embedding", "token embedding", "lookup")
    takes = ("tokens",)
    for_numbers = "Linear"

    width: int = Field(
        64, ge=1, le=4_096, title="Embedding size", description="How many numbers stand for a word."
    )

    def output(self, x: Shape, /) -> Shape:
        return Shape((*x.dims, self.width), padded=x.padded)

    def construct(self, x: Shape, /) -> Call:  # type: ignore[override]
        return Call("nn.Embedding", x.sizes[0], self.width, padding_idx=0)

    def parameters(self, x: Shape, /) -> int:
        return x.sizes[0] * self.width

    def multiply_adds(self, x: Shape, /) -> int:
        return 0


class ColumnEmbeds(Embeds):
    """Each column gets a vector; flat puts them into one row of numbers."""

    width: int = Field(
        16, ge=1, le=512, title="Embedding size", description="How many numbers stand for a column's value."
    )
    flat: bool = Field(
        True,
        title="Flat",
        description="One row of numbers; off keeps a vector for each column, for attention.",
    )

    def output(self, x: Shape, /) -> Shape:
        (columns,) = x.dims
        return Shape((columns * self.width,) if self.flat else (columns, self.width), about=x.about)


class CategoryEmbedding(ColumnEmbeds):
    """A learned vector for each value of each category column; unknown values begin at zero."""

    title: ClassVar[str] = "Category embedding"
    also = ("entity embedding", "categorical embedding", "lookup")
    takes = ("categories",)
    for_numbers = "PeriodicEmbedding"

    def construct(self, x: Shape, /) -> Call:  # type: ignore[override]
        return Call("CategoryEmbedding", list(x.sizes), self.width, flat=self.flat)

    def parameters(self, x: Shape, /) -> int:
        return sum(x.sizes) * self.width

    def multiply_adds(self, x: Shape, /) -> int:
        return 0


class PeriodicEmbedding(ColumnEmbeds):
    """Sines and cosines of learned waves for each number, which helps with what rises and falls.

    PLR of arXiv 2203.05556.
    """

    title: ClassVar[str] = "Periodic embedding"
    also = ("PLR", "Fourier features", "numerical embedding", "sine")
    bends = True

    frequencies: int = Field(
        24, ge=1, le=512, title="Frequencies", description="How many waves each column has."
    )
    sigma: float = Field(
        0.1,
        gt=0.0,
        le=100.0,
        title="First deviation",
        description="How fast the waves are before training: worth tuning.",
    )
    lite: bool = Field(
        False,
        title="Shared",
        description="All columns mix their waves by the same weights: fewer parameters.",
    )

    def construct(self, x: Shape, /) -> Call:  # type: ignore[override]
        return Call(
            "PeriodicEmbedding",
            x.last,
            self.width,
            frequencies=self.frequencies,
            sigma=self.sigma,
            lite=self.lite,
            flat=self.flat,
        )

    def parameters(self, x: Shape, /) -> int:
        mixing = 1 if self.lite else x.last
        return x.last * self.frequencies + mixing * (2 * self.frequencies + 1) * self.width

    def multiply_adds(self, x: Shape, /) -> int:
        return x.last * self.frequencies * (1 + 2 * self.width)

    def kept(self, x: Shape, /, *more: Shape) -> int:
        return x.last * (5 * self.frequencies + self.width)


class PiecewiseLinearEmbedding(ColumnEmbeds):
    """Says of each number how far it has come in each of a column's bins, learned from the training rows.

    PLE with bins of like shares, arXiv 2203.05556.
    """

    title: ClassVar[str] = "Piecewise-linear embedding"
    also = ("PLE", "bins", "quantile bins", "numerical embedding", "discretise")
    bends = True

    bins: int = Field(
        16, ge=1, le=512, title="Bins", description="Into how many parts a column's values are cut."
    )
    activation: bool = Field(
        True, title="ReLU", description="Bends the vectors, as in the paper's PLE-LR; off leaves them."
    )

    def construct(self, x: Shape, /) -> Call:  # type: ignore[override]
        return Call(
            "PiecewiseLinearEmbedding",
            x.last,
            self.width,
            bins=self.bins,
            activation=self.activation,
            flat=self.flat,
        )

    def parameters(self, x: Shape, /) -> int:
        return x.last * (self.bins + 1) * self.width

    def multiply_adds(self, x: Shape, /) -> int:
        return x.last * self.bins * (1 + self.width)

    def kept(self, x: Shape, /, *more: Shape) -> int:
        return x.last * (3 * self.bins + self.width)


class FeatureTokenizer(Embeds):
    """A vector for each column, numbers and categories alike, for attention between columns.

    As in FT-Transformer (arXiv 2106.11959).
    """

    title: ClassVar[str] = "Feature tokenizer"
    also = ("FT-Transformer", "column embedding", "tokenizer", "tabular Transformer")
    takes = ("values", "categories")
    most = 2

    class_token: bool = Field(
        True,
        title="Class token",
        description="Puts a learned vector in front, which gathers what stands for the row.",
    )

    def output(self, *inputs: Shape) -> Shape:
        columns = sum(x.last for x in inputs) + self.class_token
        return Shape((columns, self.width), about=any(x.about for x in inputs))

    def construct(self, *inputs: Shape) -> Call:  # type: ignore[override]
        sizes = [size for x in inputs for size in x.sizes]
        return Call("FeatureTokenizer", _numbers(inputs), sizes, self.width, class_token=self.class_token)

    def parameters(self, *inputs: Shape) -> int:
        codes = sum(size for x in inputs for size in x.sizes)
        return self.width * (2 * _numbers(inputs) + codes + self.class_token)

    def multiply_adds(self, *inputs: Shape) -> int:
        return _numbers(inputs) * self.width


def _numbers(inputs: tuple[Shape, ...]) -> int:
    return sum(x.last for x in inputs if x.kind == "values")


LAYERS = (Embedding, CategoryEmbedding, PeriodicEmbedding, PiecewiseLinearEmbedding, FeatureTokenizer)
