"""A bundle whose network is written by hand: each output is the mean of one input, so answers are known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import onnx
from onnx import TensorProto, helper

from training.bundle.form import features_of
from training.encode import Encoded, encode_table
from training.recipe import Data
from training.table import ingest


def bundle_of(folder: Path, content: str, data: dict[str, Any], array: str) -> Encoded:
    """Write preprocessing.json and model.onnx for a CSV into ``folder``; the arrays that were encoded.

    array: the input, float32, that the network averages.
    """
    source = folder / "data.csv"
    source.write_text(content, encoding="utf-8")
    info = ingest(source, folder, file_name=source.name)
    encoded = encode_table(folder / "table.parquet", Data.model_validate(data), info)
    features = features_of(encoded.state, info, folder / "table.parquet")
    document = {"state": encoded.state, "features": features, "reading": info["reading"]}
    (folder / "preprocessing.json").write_text(json.dumps(document), encoding="utf-8")
    target = encoded.state["target"]
    name = "probabilities" if target["classes"] else "prediction"
    outputs = len(target["classes"] or target["names"])
    model = _mean(array, encoded.arrays[array].ndim, name, outputs)
    (folder / "model.onnx").write_bytes(model.SerializeToString())
    return encoded


def _mean(array: str, rank: int, name: str, outputs: int) -> onnx.ModelProto:
    shape = ["batch", *(f"d{axis}" for axis in range(1, rank))]
    axes = helper.make_tensor("axes", TensorProto.INT64, [rank - 1], list(range(1, rank)))
    wide = helper.make_tensor("wide", TensorProto.INT64, [2], [1, outputs])
    flat = helper.make_tensor("flat", TensorProto.INT64, [2], [-1, 1])
    nodes = [
        helper.make_node("ReduceMean", [array, "axes"], ["mean"], keepdims=0),
        helper.make_node("Reshape", ["mean", "flat"], ["column"]),
        helper.make_node("Tile", ["column", "wide"], [name]),
    ]
    graph = helper.make_graph(
        nodes,
        "mean",
        [helper.make_tensor_value_info(array, TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", outputs])],
        [axes, wide, flat],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
