"""A trained network as an ONNX file: arrays in, decoded predictions out. Heavy: torch and onnx."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from typing import Any

import onnx
import torch
from torch import Tensor, nn

from training.assembly import Assembled
from training.bundle.onnx_recurrent import as_operators

OPSET = 20
NUMBERS = ("regression", "forecast")  # tasks whose predictions are numbers


class Decoded(nn.Module):
    """The network with its decoding: probabilities and what is likeliest, or the values."""

    def __init__(self, parts: Assembled) -> None:
        super().__init__()
        self.network, self.decode = parts.model, parts.decode
        self.task = parts.recipe.data.task

    def forward(self, *arrays: Tensor) -> Any:
        decoded = self.decode(self.network(*arrays))
        if self.task in NUMBERS:
            return decoded
        return decoded, (decoded > 0.5).long() if self.task == "multilabel" else decoded.argmax(dim=1)


def onnx_bytes(parts: Assembled, sample: tuple[Tensor, ...]) -> bytes:
    """The model file. Inputs are named as the arrays, with a batch of any size.

    Outputs: ``prediction`` (n, outputs) for numbers; ``probabilities`` (n, classes) and ``prediction``
    (n,) int64, the class number, for classes; (n, labels) of 0 and 1 for several labels.
    sample: two rows or more of each array.
    """
    batch = torch.export.Dim("batch")
    is_number = parts.recipe.data.task in NUMBERS
    decoded = Decoded(parts).eval()
    with _quiet(), as_operators(decoded):
        program = torch.onnx.export(
            decoded,
            sample,
            dynamo=True,
            opset_version=OPSET,
            verbose=False,
            input_names=list(parts.arrays),
            output_names=["prediction"] if is_number else ["probabilities", "prediction"],
            dynamic_shapes=(tuple({0: batch} for _ in sample),),
        )
    if program is None:
        raise RuntimeError("torch.onnx.export answered nothing")
    return bytes(without_traces(program.model_proto).SerializeToString(deterministic=True))


def without_traces(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model without the exporter's notes: they hold stack traces with paths of this machine."""
    for graph in (model.graph, *model.functions):
        nodes = graph.node
        for part in (
            *nodes,
            graph,
            *graph.value_info,
            *getattr(graph, "input", ()),
            *getattr(graph, "output", ()),
        ):
            if hasattr(part, "metadata_props"):
                del part.metadata_props[:]
            if hasattr(part, "doc_string"):
                part.doc_string = ""
    for tensor in getattr(model.graph, "initializer", ()):
        del tensor.metadata_props[:]
    del model.metadata_props[:]
    return model


@contextlib.contextmanager
def _quiet() -> Any:
    """The exporter narrates on standard output, in logs and in warnings about itself."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
