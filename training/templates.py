"""Templates: whole networks to begin with, sized for the data."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from training.layers import Shape

Nodes = list[dict[str, Any]]


@dataclass(frozen=True)
class Template:
    """One entry of the menu. suits: whether it fits the data; why_not: "needs images", else empty."""

    name: str
    title: str
    description: str
    nodes: Nodes
    suits: bool = True
    why_not: str = ""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def templates(inputs: dict[str, Shape], task: str, rows: int | None = None) -> list[Template]:
    """The templates for these inputs, the default one first."""
    plain = "Logistic regression" if task in ("binary", "multiclass") else "Linear regression"
    widths = widths_for(rows)
    return [
        Template("mlp", "MLP", "Two layers with ReLU: a good start for most tables.", mlp(widths)),
        Template("deep_mlp", "Deep MLP", "Three layers, normalised, for larger tables.", deep_mlp(widths[0])),
        Template("residual_mlp", "Residual MLP", "Skip connections, which let deeper networks learn.",
                 residual_mlp(widths[0])),
        Template("gated_mlp", "Gated MLP", "One half of a layer opens and closes the other half.",
                 gated_mlp(widths[0])),
        Template("linear", plain, "No hidden layer: the simplest network, easy to explain.", [_features()]),
    ]  # fmt: skip


def widths_for(rows: int | None) -> tuple[int, int]:
    """Units of the two layers: small tables take small networks."""
    if rows is not None and rows < 1_000:
        return 64, 32
    return (256, 128) if rows is not None and rows >= 50_000 else (128, 64)


def mlp(widths: tuple[int, int]) -> Nodes:
    return [
        _features(),
        {"id": "linear_1", "layer": "Linear", "units": widths[0]},
        {"id": "relu_1", "layer": "ReLU"},
        {"id": "dropout_1", "layer": "Dropout", "p": 0.1},
        {"id": "linear_2", "layer": "Linear", "units": widths[1]},
        {"id": "relu_2", "layer": "ReLU"},
    ]


def deep_mlp(width: int) -> Nodes:
    nodes = [_features()]
    for number in (1, 2, 3):
        nodes += [
            {"id": f"linear_{number}", "layer": "Linear", "units": width},
            {"id": f"norm_{number}", "layer": "BatchNorm1d"},
            {"id": f"relu_{number}", "layer": "ReLU"},
            {"id": f"dropout_{number}", "layer": "Dropout", "p": 0.1},
        ]
    return nodes[:-1]


def residual_mlp(width: int) -> Nodes:
    """Blocks of norm, widen, narrow and add, as in arXiv 2106.11959."""
    nodes = [_features(), {"id": "stem", "layer": "Linear", "units": width}]
    above = "stem"
    for number in (1, 2):
        nodes += [
            {"id": f"norm_{number}", "layer": "LayerNorm"},
            {"id": f"widen_{number}", "layer": "Linear", "units": 2 * width},
            {"id": f"relu_{number}", "layer": "ReLU"},
            {"id": f"dropout_{number}", "layer": "Dropout", "p": 0.1},
            {"id": f"narrow_{number}", "layer": "Linear", "units": width},
            {"id": f"add_{number}", "layer": "Add", "inputs": [f"narrow_{number}", above]},
        ]
        above = f"add_{number}"
    return [*nodes, {"id": "norm_3", "layer": "LayerNorm"}, {"id": "relu_3", "layer": "ReLU"}]


def gated_mlp(width: int) -> Nodes:
    return [
        _features(),
        {"id": "linear_1", "layer": "Linear", "units": 2 * width},
        {"id": "gate_1", "layer": "GLU"},
        {"id": "norm_1", "layer": "LayerNorm"},
        {"id": "linear_2", "layer": "Linear", "units": width},
        {"id": "gate_2", "layer": "GLU"},
    ]


def _features() -> dict[str, Any]:
    return {"id": "features", "layer": "Features"}
