"""Settings and shapes drawn for a layer, and the real module applied to them."""

from __future__ import annotations

import functools
from typing import Any

import torch
from hypothesis import strategies as st

from training.build import construct, target_of
from training.declared import FieldInfo
from training.layers import Block, Layer, Shape
from training.layers.table import Features

ROWS = 6
TEXT = {"Reshape": st.sampled_from(["1, -1", "-1", "2, -1", "-1, 3", "4 x 2", "1,1,-1"])}


def values_of(layer: type[Layer], field: FieldInfo) -> st.SearchStrategy[Any]:
    """Values of one field; most are small, so that they fit small rows."""
    if field.kind == "switch":
        return st.booleans()
    if field.kind == "choice":
        return st.sampled_from(field.choices)
    if field.kind == "text":
        return TEXT[layer.name]
    low = field.low if field.low is not None else field.above
    high = field.high if field.high is not None else field.below
    if field.kind == "number":
        return st.floats(low, min(high, 8.0), exclude_min=field.low is None, exclude_max=field.high is None)
    small = st.integers(int(low), min(int(high), int(low) + 4))
    return st.one_of(small, small, st.integers(int(low), min(int(high), 48)))


def layers_of(layer: type[Layer]) -> st.SearchStrategy[Layer]:
    fields = {field.name: values_of(layer, field) for field in layer.fields()}
    return st.fixed_dictionaries(fields).map(lambda values: layer.read(values, "layer"))


def shapes_of(layer: type[Layer]) -> st.SearchStrategy[list[Shape]]:
    """What may reach the layer: of the kinds and ranks that it takes."""
    kinds = [_of_kind(kind, layer) for kind in layer.takes]
    if set(layer.takes) == {"values", "categories"}:
        return st.one_of(*kinds, st.tuples(*kinds).map(lambda pair: pair[0] + pair[1]))
    if layer.most == 1 or layer.takes != ("values",):
        return st.one_of(*kinds)
    count = st.integers(layer.least, min(layer.most, 4))
    if layer.name == "Scale":
        return kinds[0].map(lambda one: [one[0], Shape((one[0].dims[0], *[1] * (one[0].rank - 1)))])
    return st.tuples(kinds[0], count).map(lambda drawn: drawn[0] * drawn[1])


def _of_kind(kind: str, layer: type[Layer]) -> st.SearchStrategy[list[Shape]]:
    if kind == "categories":
        codes = st.lists(st.integers(1, 40), min_size=1, max_size=4)
        return codes.map(lambda each: [Shape((len(each),), "categories", sizes=tuple(each))])
    if kind == "tokens":
        sizes = st.tuples(st.integers(1, 12), st.integers(2, 40))
        return sizes.map(lambda drawn: [Shape((drawn[0],), "tokens", sizes=(drawn[1],), padded=0)])
    if kind == "picture":
        sides = st.tuples(st.sampled_from([1, 3]), st.integers(1, 9), st.integers(1, 9))
        return sides.map(lambda dims: [Shape(dims, "picture")])
    ranks = st.sampled_from(layer.ranks or (1, 2))
    dims = ranks.flatmap(lambda rank: st.tuples(*[st.integers(1, 24 if rank < 3 else 9)] * rank))
    if not layer.masks:
        return dims.map(lambda drawn: [Shape(drawn)])
    time = 1 if layer.family == "pooling" else 0
    return st.tuples(dims, st.booleans()).map(
        lambda drawn: [Shape(drawn[0], padded=time if drawn[1] and len(drawn[0]) == 2 else None)]
    )


def tensors(shapes: list[Shape], device: str, rows: int = ROWS) -> list[torch.Tensor]:
    return [_tensor(shape, device, rows) for shape in shapes]


def _tensor(shape: Shape, device: str, rows: int) -> torch.Tensor:
    if shape.kind == "picture":
        return torch.randint(0, 256, (rows, *shape.dims), device=device).to(torch.uint8)
    if shape.kind == "categories":
        columns = [torch.randint(0, size, (rows,), device=device) for size in shape.sizes]
        return torch.stack(columns, dim=1)
    if shape.kind == "tokens":
        return torch.randint(1, shape.sizes[0], (rows, *shape.dims), device=device)
    return torch.randn(rows, *shape.dims, device=device)


def padding_of(shapes: list[Shape], device: str, rows: int = ROWS) -> list[torch.Tensor]:
    """What a masking layer is told besides: half of the places of every second row are over."""
    if shapes[0].padded is None:
        return []
    length = shapes[0].dims[shapes[0].padded]
    over = torch.zeros(rows, length, dtype=torch.bool, device=device)
    over[::2, (length + 1) // 2 :] = True
    return [over]


def applied(layer: Layer, shapes: list[Shape], device: str) -> tuple[torch.Tensor, int]:
    """The real output, and how many numbers the real module or modules train."""
    inputs = tensors(shapes, device)
    if isinstance(layer, Block):
        return _applied_block(layer, shapes, inputs, device)
    return _applied(layer, shapes, inputs, device)


def _applied_block(
    block: Block, shapes: list[Shape], inputs: list[torch.Tensor], device: str
) -> tuple[torch.Tensor, int]:
    values: dict[str, list[torch.Tensor]] = {"in": inputs}
    total = 0
    for inner in block.walked(*shapes):
        taken = [value for source in inner.sources for value in values[source]]
        output, parameters = _applied(inner.layer, list(inner.shapes), taken, device)
        values[inner.id], total = [output], total + parameters
    return output, total


def _applied(
    layer: Layer, shapes: list[Shape], inputs: list[torch.Tensor], device: str
) -> tuple[torch.Tensor, int]:
    call = layer.construct(*shapes)
    if call.is_function:
        return function_of(layer, shapes)(*inputs), 0
    with torch.device(device):
        module = construct(call)
    padding = padding_of(shapes, device, len(inputs[0])) if layer.masks else []
    return module(*inputs, *padding), sum(weight.numel() for weight in module.parameters())


def function_of(layer: Layer, shapes: list[Shape]) -> Any:
    call = layer.construct(*shapes)
    function = functools.partial(target_of(call.name), *call.args, **call.kwargs)
    if call.name == "torch.cat":
        return lambda *inputs: function(inputs)
    return lambda *inputs: functools.reduce(function, inputs)


def example(layer: type[Layer]) -> list[Shape]:
    """Shapes that the layer takes with its defaults."""
    if layer is Features or set(layer.takes) >= {"values", "categories"}:
        return [Shape((8,)), Shape((2,), "categories", sizes=(4, 60))]
    if layer.takes == ("categories",):
        return [Shape((2,), "categories", sizes=(4, 60))]
    if layer.takes == ("tokens",):
        return [Shape((6,), "tokens", sizes=(30,), padded=0)]
    if layer.takes == ("picture",):
        return [Shape((3, 16, 16), "picture")]
    if layer.name == "Scale":
        return [Shape((8, 4, 4)), Shape((8, 1, 1))]
    rank = (layer.ranks or (1,))[0]
    return [Shape({1: (16,), 2: (8, 16), 3: (8, 16, 16), 4: (8, 8, 8, 8)}[rank])] * layer.least
