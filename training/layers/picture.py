"""Pictures: the bytes of their pixels become numbers."""

from __future__ import annotations

from pydantic import Field

from training.declared import Call
from training.layers.layer import Layer
from training.layers.shape import Shape


class Pixels(Layer):
    """Turns a picture's pixels, 0 to 255, into numbers that a network likes: the first layer for pictures."""

    family = "picture"
    also = ("rescaling", "ToTensor", "normalise picture", "image input")
    takes = ("picture",)
    for_numbers = "LayerNorm"
    ranks = (3,)
    is_linear = True

    standardise: bool = Field(
        True,
        title="Standardise",
        description="Brings each channel to mean 0 and deviation 1, as measured on training pictures.",
    )

    def output(self, x: Shape, /) -> Shape:
        return Shape(x.dims, about=x.about)

    def construct(self, x: Shape, /) -> Call:  # type: ignore[override]
        return Call("Pixels", x.dims[0], standardise=self.standardise)


LAYERS = (Pixels,)
