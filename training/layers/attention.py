"""Attention: every step looks at every other one, and what goes with that."""

from __future__ import annotations

import math
from typing import Any, ClassVar, Literal

from pydantic import Field

from training.declared import Call
from training.layers.layer import Block, Misfit, Weighted
from training.layers.shape import Shape

_HEADS = Field(
    4, ge=1, le=64, title="Heads", description="In how many ways it looks; divides the size of a step."
)
_DROPOUT = Field(0.1, ge=0.0, le=0.95, title="Dropout", description="Share of the values that is dropped.")


def split_among(x: Shape, num_heads: int) -> None:
    """Raises Misfit where the heads do not divide a step's size."""
    if x.last % num_heads:
        message = f"has {num_heads} heads, which must divide the size of a step, but {x} ends in {x.last}."
        larger = math.ceil(x.last / num_heads) * num_heads
        raise Misfit(
            message,
            ("set", "num_heads", math.gcd(x.last, num_heads)),
            ("insert", "Linear", {"units": larger}),
        )


class MultiheadSelfAttention(Weighted):
    """Every step looks at all steps and takes from those that matter to it.

    torch.nn.MultiheadAttention with one input (arXiv 1706.03762). What follows a text is not seen.
    """

    title: ClassVar[str] = "Self-attention"
    family = "attention"
    also = ("MultiheadAttention", "multi-head attention", "MHA", "Transformer")
    ranks = (2,)
    maker = "FeatureTokenizer"
    bends = True
    masks = True

    num_heads: int = _HEADS
    dropout: float = Field(
        0.0,
        ge=0.0,
        le=0.95,
        title="Dropout",
        description="Share of the looks that is dropped while training.",
    )
    bias: bool = Field(
        True,
        title="Bias",
        description="Adds learned numbers in its projections.",
        json_schema_extra={"advanced": True},
    )

    def output(self, x: Shape, /) -> Shape:
        split_among(x, self.num_heads)
        return x

    def construct(self, x: Shape, /) -> Call:  # type: ignore[override]
        return Call("MultiheadSelfAttention", x.last, self.num_heads, dropout=self.dropout, bias=self.bias)

    def parameters(self, x: Shape, /) -> int:
        return 4 * x.last * (x.last + self.bias)

    def multiply_adds(self, x: Shape, /) -> int:
        steps, size = x.dims
        return 4 * steps * size * size + 2 * steps * steps * size

    def kept(self, x: Shape, /, *more: Shape) -> int:
        steps, size = x.dims
        return 4 * steps * size + 2 * self.num_heads * steps * steps


class PositionalEncoding(Weighted):
    """Adds to each step a vector that says where it stands, which attention cannot see by itself."""

    title: ClassVar[str] = "Positional encoding"
    family = "attention"
    also = ("position", "sinusoidal", "positional embedding")
    ranks = (2,)
    is_linear = True

    mode: Literal["sinusoidal", "learned"] = Field(
        "sinusoidal",
        title="Vectors",
        description="Sinusoidal are fixed waves; learned are found while training.",
    )

    def construct(self, x: Shape, /) -> Call:  # type: ignore[override]
        return Call("PositionalEncoding", *x.dims, mode=self.mode)

    def parameters(self, x: Shape, /) -> int:
        return x.count if self.mode == "learned" else 0


class ClassToken(Weighted):
    """Puts a learned step in front, where attention gathers what stands for the whole row.

    Take it out again with Sequence pooling, first (BERT, arXiv 1810.04805).
    """

    title: ClassVar[str] = "Class token"
    family = "attention"
    also = ("CLS", "cls token", "class embedding")
    ranks = (2,)
    keeps_shape = False
    is_linear = True

    def output(self, x: Shape, /) -> Shape:
        steps, size = x.dims
        return Shape((steps + 1, size), about=x.about, padded=x.padded)

    def construct(self, x: Shape, /) -> Call:  # type: ignore[override]
        return Call("ClassToken", x.last)

    def parameters(self, x: Shape, /) -> int:
        return x.last

    def multiply_adds(self, x: Shape, /) -> int:
        return 0


class SequencePooling(Weighted):
    """Makes one vector of all steps of a sequence; what follows a text is left out."""

    title: ClassVar[str] = "Sequence pooling"
    family = "attention"
    also = ("pooling", "global average pooling", "GlobalMaxPooling1D", "last step", "attention pooling")
    ranks = (2,)
    keeps_shape = False
    masks = True

    mode: Literal["mean", "max", "first", "last", "attention"] = Field(
        "mean",
        title="Takes",
        description="The mean, the largest values, the first or last step, or a mean with learned weights.",
    )

    def output(self, x: Shape, /) -> Shape:
        return Shape((x.last,), about=x.about)

    def construct(self, x: Shape, /) -> Call:  # type: ignore[override]
        return Call("SequencePooling", x.last, mode=self.mode)

    def parameters(self, x: Shape, /) -> int:
        return x.last if self.mode == "attention" else 0

    def multiply_adds(self, x: Shape, /) -> int:
        return {"first": 0, "last": 0, "attention": 2 * x.count}.get(self.mode, x.count)


class TransformerEncoderLayer(Block):
    """Attention, then two weighted sums, each with a way past it: what Transformers are stacked of.

    torch.nn.TransformerEncoderLayer, the norm before each part or after it (arXiv 2002.04745).
    """

    title: ClassVar[str] = "Transformer encoder block"
    family = "attention"
    also = ("Transformer", "encoder", "BERT", "attention block", "ViT")
    ranks = (2,)
    maker = "FeatureTokenizer"
    bends = True

    num_heads: int = _HEADS
    dim_feedforward: int = Field(
        2048,
        ge=1,
        le=65_536,
        title="Feed-forward size",
        description="How wide its middle is; 4 sizes of a step is usual.",
    )
    dropout: float = _DROPOUT
    activation: Literal["ReLU", "GELU", "SiLU"] = Field(
        "ReLU", title="Activation", description="What bends the values in its middle."
    )
    norm_first: bool = Field(
        False,
        title="Norm first",
        description="Norms each part's input, which learns more steadily; off norms its output.",
    )

    def nodes(self, x: Shape, /) -> list[dict[str, Any]]:  # type: ignore[override]
        split_among(x, self.num_heads)
        drop = {"layer": "Dropout", "p": self.dropout}
        attend: list[dict[str, Any]] = [
            {
                "id": "attention",
                "layer": "MultiheadSelfAttention",
                "num_heads": self.num_heads,
                "dropout": self.dropout,
            },
            {"id": "drop_1", **drop},
        ]
        feed: list[dict[str, Any]] = [
            {"id": "widen", "layer": "Linear", "units": self.dim_feedforward},
            {"id": "activation", "layer": self.activation},
            {"id": "drop_2", **drop},
            {"id": "narrow", "layer": "Linear", "units": x.last},
            {"id": "drop_3", **drop},
        ]
        first = self._past("in", attend, 1)
        return [*first, *self._past(first[-1]["id"], feed, 2)]

    def _past(self, source: str, part: list[dict[str, Any]], number: int) -> list[dict[str, Any]]:
        """A part, its norm, and the way past both or past the part."""
        norm, add = {"id": f"norm_{number}", "layer": "LayerNorm"}, {"id": f"add_{number}", "layer": "Add"}
        part = [node for node in part if node["layer"] != "Dropout" or node["p"] > 0]
        if self.norm_first:
            return [norm | {"inputs": [source]}, *part, add | {"inputs": [part[-1]["id"], source]}]
        begin = {**part[0], "inputs": [source]}
        return [begin, *part[1:], add | {"inputs": [part[-1]["id"], source]}, norm]


LAYERS = (
    MultiheadSelfAttention, TransformerEncoderLayer, PositionalEncoding, ClassToken, SequencePooling,
)  # fmt: skip
