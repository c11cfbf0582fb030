"""Recurrent, attention and embedding layers say the same as ONNX graphs, whatever the batch."""

from __future__ import annotations

from typing import Any

import onnxruntime
import pytest
import torch
from torch import nn

from training.build import build
from training.bundle.onnx_model import _quiet
from training.bundle.onnx_recurrent import OneOperator, as_operators
from training.layers import CATALOG, Shape
from training.network import Head, check

EMBEDDED = [{"id": "embed", "layer": "Embedding", "width": 8}, {"id": "cls", "layer": "ClassToken"}]
POOLED = [
    {"id": mode, "layer": "SequencePooling", "mode": mode, "inputs": ["steps"]}
    for mode in ("mean", "max", "first", "last", "attention")
]
RECURRENT = [
    {"id": f"{name.lower()}_{answer.split()[0]}", "layer": name, "hidden_size": 6, "num_layers": 2,
     "answer": answer, "bidirectional": name != "RNN", "inputs": ["cls"]}
    | ({"nonlinearity": "relu"} if name == "RNN" else {})
    for name, answer in [("LSTM", "last step"), ("GRU", "last step"), ("RNN", "last step"),
                         ("GRU", "all steps")]
]  # fmt: skip
TEXTS = {
    "recurrent": [*EMBEDDED, *RECURRENT,
                  {"id": "steps", "layer": "TemporalBlock", "units": 6, "dilation": 2},
                  {"id": "end", "layer": "SequencePooling", "mode": "last"},
                  {"id": "all", "layer": "Concatenate",
                   "inputs": ["lstm_last", "gru_last", "rnn_last", "end"]}],
    "attention": [*EMBEDDED, {"id": "place", "layer": "PositionalEncoding"},
                  {"id": "place_2", "layer": "PositionalEncoding", "mode": "learned"},
                  {"id": "pre", "layer": "TransformerEncoderLayer", "dim_feedforward": 16},
                  {"id": "steps", "layer": "TransformerEncoderLayer", "norm_first": False}, *POOLED,
                  {"id": "all", "layer": "Concatenate", "inputs": [each["id"] for each in POOLED]}],
}  # fmt: skip
TABLES = [
    {"id": "periodic", "layer": "PeriodicEmbedding", "inputs": ["numbers"]},
    {"id": "ple", "layer": "PiecewiseLinearEmbedding", "inputs": ["numbers"]},
    {"id": "categories_1", "layer": "CategoryEmbedding", "inputs": ["categories"]},
    {"id": "columns", "layer": "FeatureTokenizer", "inputs": ["numbers", "categories"]},
    {"id": "flat", "layer": "Flatten"},
    {"id": "wide", "layer": "Concatenate", "inputs": ["periodic", "ple", "categories_1", "flat"]},
    {"id": "scaling", "layer": "Scaling"},
    {"id": "ntk", "layer": "NTKLinear", "units": 12},
    {"id": "bent", "layer": "ParametricActivation"},
    {"id": "members", "layer": "Ensemble", "k": 4},
    {"id": "shared", "layer": "BatchEnsembleLinear", "units": 12},
    {"id": "own", "layer": "MemberLinear", "units": 12},
    {"id": "mean", "layer": "MemberMean"},
    {"id": "gated", "layer": "GatedResidual", "units": 10},
    {"id": "residual", "layer": "ResidualMLP"},
]


def built(nodes: list[dict[str, Any]], inputs: dict[str, Shape]) -> nn.Module:
    checked = check(nodes, inputs, Head("Output", CATALOG["Linear"].read({"units": 3}, "head")))
    assert checked.ok, checked.problems
    return build(checked).eval()


def same_in_onnx(
    module: nn.Module, sample: tuple[torch.Tensor, ...], rows: tuple[torch.Tensor, ...]
) -> set[str]:
    """The operators of the graph."""
    batch = torch.export.Dim("batch")
    with _quiet(), as_operators(module):
        program = torch.onnx.export(
            module, sample, dynamo=True, opset_version=20, verbose=False,
            dynamic_shapes=(tuple({0: batch} for _ in sample),),
        )  # fmt: skip
    session = onnxruntime.InferenceSession(program.model_proto.SerializeToString())
    given = {each.name: row.numpy() for each, row in zip(session.get_inputs(), rows, strict=True)}
    torch.testing.assert_close(torch.from_numpy(session.run(None, given)[0]), module(*rows))
    return {node.op_type for node in program.model_proto.graph.node}


@pytest.mark.parametrize("family", TEXTS)
@torch.no_grad()
def test_texts_of_any_length_give_the_same_in_onnx(family):
    module = built(TEXTS[family], {"text": Shape((6,), "tokens", sizes=(20,), padded=0)})
    texts = torch.randint(1, 20, (9, 6)) * (
        torch.arange(6) < torch.tensor([6, 5, 4, 3, 2, 1, 0, 6, 3])[:, None]
    )

    operators = same_in_onnx(module, (texts[:2],), (texts,))

    assert {"LSTM", "GRU", "RNN"} & operators == ({"LSTM", "GRU", "RNN"} if family == "recurrent" else set())
    assert not any(isinstance(each, OneOperator) for each in module.modules())


@torch.no_grad()
def test_embedded_columns_and_members_give_the_same_in_onnx():
    inputs = {"numbers": Shape((3,)), "categories": Shape((2,), "categories", sizes=(4, 9))}
    module = built(TABLES, inputs)
    numbers, codes = 3 * torch.randn(9, 3), torch.randint(0, 4, (9, 2))
    module.ple.prepare(numbers)

    same_in_onnx(module, (numbers[:2], codes[:2]), (numbers, codes))
