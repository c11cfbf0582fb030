"""Checking a network of 100 layers: CPU time of one check, as after every edit in the builder."""

from __future__ import annotations

import statistics
import time
from typing import Any

from training.layers import CATALOG, Shape
from training.network import Head, check

LAYERS, TIMES = 100, 50
TABLE = ("Linear", "ReLU", "Dropout", "LayerNorm")
PICTURE = ("Conv2d", "BatchNorm2d", "ReLU", "Dropout2d")
BLOCKS = ("Conv2d", "BatchNorm2d", "ReLU", "ResNetBasic", "SqueezeExcite")


def measure() -> dict[str, Any]:
    """Medians in milliseconds; at each check another layer was edited."""
    numbers = {"numbers": Shape((27,))}
    picture = {"picture": Shape((3, 32, 32), "picture")}
    end = [{"id": "pool", "layer": "GlobalAvgPool"}, {"id": "fc", "layer": "Linear"}]
    start = [{"id": "pixels", "layer": "Pixels"}]
    table = _stack(TABLE, LAYERS)
    return {
        "layers": LAYERS,
        "table_ms": _median(table, numbers),
        "picture_ms": _median([*start, *_stack(PICTURE, LAYERS - 3), *end], picture),
        "blocks_ms": _median([*start, *_stack(BLOCKS, LAYERS - 3), *end], picture),
        "with_a_problem_ms": _median([*table[:-1], {"id": "lstm", "layer": "LSTM"}], numbers),
    }


def _stack(names: tuple[str, ...], count: int) -> list[dict[str, Any]]:
    nodes = [{"id": f"n{place}", "layer": names[place % len(names)]} for place in range(count)]
    return [node | {"padding": "same"} if node["layer"] == "Conv2d" else node for node in nodes]


def _median(nodes: list[dict[str, Any]], inputs: dict[str, Shape]) -> float:
    head = Head("Output", CATALOG["Linear"].read({"units": 3}, "head"))
    sized = [place for place, node in enumerate(nodes) if "units" in CATALOG[node["layer"]].model_fields]
    taken = []
    for number in range(TIMES):
        place = sized[number % len(sized)]
        edited = [*nodes[:place], nodes[place] | {"units": 65 + number}, *nodes[place + 1 :]]
        began = time.process_time()
        check(edited, inputs, head, rows=10_000)
        taken.append(1_000 * (time.process_time() - began))
    return round(statistics.median(taken), 2)
