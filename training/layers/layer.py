"""Layer: the base of the catalogue's classes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar, Literal

from pydantic import Field

from training.declared import Call, Declared
from training.errors import SettingError
from training.layers.shape import Kind, Shape

KINDS: dict[Kind, str] = {
    "values": "numbers",
    "categories": "category codes",
    "tokens": "texts",
    "picture": "pictures",
}


class Misfit(Exception):
    """What reaches a layer does not fit its settings.

    The message is a whole sentence without the layer's name. remedies: edits that mend it, each
    ``("insert", layer name, settings)`` before the layer or ``("set", field, value)`` on it.
    """

    def __init__(self, message: str, *remedies: tuple[str, str, Any]) -> None:
        super().__init__(message)
        self.message = message
        self.remedies = remedies


class Layer(Declared):
    """A layer: fields, a shape rule, and what to construct.

    A subclass states its fields, ``output`` where the shape changes, ``construct``, and
    ``parameters`` and ``multiply_adds`` where it has any. The rules are plain arithmetic on one
    row's shapes; the common test holds them to the real modules.
    """

    family: ClassVar[str]
    takes: ClassVar[tuple[Kind, ...]] = ("values",)
    ranks: ClassVar[tuple[int, ...]] = ()  # how many sizes a row may have; empty: any
    least: ClassVar[int] = 1  # inputs
    most: ClassVar[int] = 1
    keeps_shape: ClassVar[bool] = True  # output has the input's sizes, whatever they are
    is_linear: ClassVar[bool] = False  # two in a row are no more than one
    bends: ClassVar[bool] = False  # a non-linearity
    channels_first: ClassVar[bool] = False  # takes (channels, places …), not (steps, values)
    maker: ClassVar[str] = ""  # the layer that makes what this one takes of a row of numbers
    for_numbers: ClassVar[str] = ""  # of a layer that takes no numbers: the one that does the like for them
    masks: ClassVar[bool] = False  # its module takes (x, padding): bool (B, L), True where a text is over

    def output(self, x: Shape, /) -> Shape:
        """The shape of one output row. Raises Misfit."""
        return x

    def construct(self, x: Shape, /) -> Call:  # type: ignore[override]  # pydantic's is deprecated
        """What PyTorch is to make of it."""
        raise NotImplementedError(type(self).__name__)

    def parameters(self, x: Shape, /) -> int:
        """Trainable numbers."""
        return 0

    def multiply_adds(self, x: Shape, /) -> int:
        """Multiplications for one row."""
        return self.output(x).count

    def kept(self, x: Shape, /, *more: Shape) -> int:
        """Numbers of one row that training keeps inside for the way back, besides the output."""
        return 0

    @classmethod
    def input_sentence(cls) -> str:
        """What the layer takes, in words."""
        return " or ".join(KINDS[kind] for kind in cls.takes)


Init = Literal[
    "default", "kaiming_uniform", "kaiming_normal", "xavier_uniform", "xavier_normal", "orthogonal", "normal",
    "zeros",
]  # fmt: skip


class Learning(Layer):
    """A layer that learns numbers, and what people may ask of them: ``training.build`` does it."""

    frozen: bool = Field(
        False,
        title="Frozen",
        description="Keeps the weights as they begin: training does not change them.",
        json_schema_extra={"advanced": True},
    )
    l1: float = Field(
        0.0,
        ge=0.0,
        le=10.0,
        title="Extra L1",
        description="Adds this much times the sum of the weights' sizes to the loss.",
        json_schema_extra={"advanced": True},
    )
    l2: float = Field(
        0.0,
        ge=0.0,
        le=10.0,
        title="Extra L2",
        description="Adds this much times the sum of the weights' squares to the loss.",
        json_schema_extra={"advanced": True},
    )


class Weighted(Learning):
    """A layer with weights whose beginning people may choose."""

    init: Init = Field(
        "default",
        title="Initial weights",
        description="How the weights begin; default is what PyTorch does for this layer.",
        json_schema_extra={"advanced": True},
    )


@dataclass(frozen=True)
class Inner:
    """One inner node of a block. sources: inner ids, or ``"in"`` for all that reaches the block."""

    id: str
    layer: Layer
    sources: tuple[str, ...]
    shapes: tuple[Shape, ...]
    shape: Shape
    parameters: int


class Block(Weighted):
    """Several layers as one card. A subclass states its fields and ``nodes``; all else is walked from these.

    No module of its own: the check puts the inner nodes in its place, as ``<block's id>_<inner id>``.
    What people ask of its weights is asked of every inner layer that has some.
    """

    def nodes(self, *inputs: Shape) -> list[dict[str, Any]]:
        """The inner nodes, as a network has them; ``"in"`` in ``inputs`` is what reaches the block.

        A first node without ``inputs`` takes what reaches the block; the last one is the output.
        Raises Misfit.
        """
        raise NotImplementedError(type(self).__name__)

    def walked(self, *inputs: Shape) -> tuple[Inner, ...]:
        """The inner nodes in order, each with its layer and shapes. Raises Misfit in the block's words."""
        return _walked(self, inputs)

    def output(self, *inputs: Shape) -> Shape:
        return self.walked(*inputs)[-1].shape

    def construct(self, *inputs: Shape) -> Call:  # type: ignore[override]
        raise NotImplementedError(f"{self.name} has no module: its inner nodes stand in its place")

    def parameters(self, *inputs: Shape) -> int:
        return sum(inner.parameters for inner in self.walked(*inputs))

    def multiply_adds(self, *inputs: Shape) -> int:
        return sum(inner.layer.multiply_adds(*inner.shapes) for inner in self.walked(*inputs))


@lru_cache(maxsize=4096)  # output, parameters and multiply_adds all ask, at every edit
def _walked(block: Block, inputs: tuple[Shape, ...]) -> tuple[Inner, ...]:
    known: dict[str, tuple[Shape, ...]] = {"in": inputs}
    walked: list[Inner] = []
    for node in block.nodes(*inputs):
        sources = tuple(node.get("inputs") or ("in" if not walked else walked[-1].id,))
        shapes = tuple(shape for source in sources for shape in known[source])
        layer = _inner_layer(block, node)
        try:
            _refuse(layer, shapes)
            shape = layer.output(*shapes)
        except Misfit as misfit:
            # What mends an inner layer mends the block only where it stands in front of it.
            mending = [remedy for remedy in misfit.remedies if remedy[0] == "insert" and sources == ("in",)]
            message = f"holds {layer.title} “{node['id']}”, which {misfit.message}"
            raise Misfit(message, *mending) from None
        walked.append(Inner(node["id"], layer, sources, shapes, shape, layer.parameters(*shapes)))
        known[node["id"]] = (shape,)
    return tuple(walked)


def _inner_layer(block: Block, node: dict[str, Any]) -> Layer:
    from training.layers import CATALOG  # the catalogue holds the blocks

    layer = CATALOG[node["layer"]]
    asked = next((kind for kind in (Weighted, Learning) if issubclass(layer, kind)), Layer).model_fields
    settings = {name: getattr(block, name) for name in asked}
    settings |= {name: value for name, value in node.items() if name not in ("id", "layer", "inputs")}
    try:
        return layer.read(settings, node["id"])
    except SettingError as error:
        # Inner sizes follow from what arrives: less of that.
        one_place = {"units": 64, "kernel_size": 1}
        narrower = ("Conv2d", one_place) if block.channels_first else ("Linear", {"units": 64})
        message = f"holds {layer.title} “{node['id']}” with a setting out of bounds: {error.message}"
        raise Misfit(message, ("insert", *narrower)) from None


def _refuse(layer: Layer, shapes: tuple[Shape, ...]) -> None:
    """What the check asks of every node before it asks the layer itself."""
    for shape in shapes:
        if shape.kind not in layer.takes:
            raise Misfit(f"takes {layer.input_sentence()}, but {KINDS[shape.kind]} reach it.")
        if layer.ranks and shape.rank not in layer.ranks:
            sizes = "one size" if shape.rank == 1 else f"{shape.rank} sizes"
            raise Misfit(f"does not take rows of {sizes}, but {shape} reaches it.")
    if layer.least > 1 and layer.keeps_shape and len({shape.dims for shape in shapes}) > 1:
        raise Misfit(f"needs equal shapes, but {' and '.join(map(str, shapes))} reach it.")
