"""Built modules beside the same networks written by hand: forward and backward, in interleaved pairs.

One thread, CPU time; the hand-written network against a copy of itself says how much is noise.
"""

from __future__ import annotations

import math
import statistics
import time
from typing import Any

import torch
from torch import nn

from training.build import build
from training.layers import CATALOG, Shape
from training.network import Head, check
from training.templates import templates

PAIRS, WARM_UP, SECONDS_A_TURN = 60, 5, 0.02
OUTPUTS = 10


def measure() -> dict[str, Any]:
    """Ratios of CPU time, medians over the pairs."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    pictures = torch.randint(0, 256, (64, 1, 28, 28)).to(torch.uint8)
    cases = {
        "mlp": ({"numbers": Shape((32,))}, Mlp, torch.randn(256, 32)),
        "cnn": ({"picture": Shape((1, 28, 28), "picture")}, Cnn, pictures),
        "transformer": ({"series": Shape((32, 8))}, Transformer, torch.randn(64, 32, 8)),
    }
    return {name: _case(name, *case) for name, case in cases.items()}


def _case(
    name: str, inputs: dict[str, Shape], by_hand: type[nn.Module], rows: torch.Tensor
) -> dict[str, Any]:
    menu = {entry.name: entry.nodes for entry in templates(inputs, "multiclass", 20_000)}
    head = Head("Output", CATALOG["Linear"].read({"units": OUTPUTS}, "head"))
    built, ours = build(check(menu[name], inputs, head)), by_hand()
    counts = [sum(weight.numel() for weight in module.parameters()) for module in (built, ours)]
    if counts[0] != counts[1]:
        raise RuntimeError(f"{name}: {counts[0]} parameters built, {counts[1]} by hand")
    ratios = _ratios(ours, built, rows)
    return {
        "built_to_hand": round(statistics.median(ratios), 3),
        "hand_to_hand": round(statistics.median(_ratios(ours, by_hand(), rows)), 3),
        "parameters": counts[0],
    }


def _ratios(one: nn.Module, other: nn.Module, rows: torch.Tensor) -> list[float]:
    """The second's time to the first's, pair by pair; who begins takes turns."""
    times = max(1, round(SECONDS_A_TURN / _seconds(one, rows, WARM_UP)))
    _seconds(other, rows, WARM_UP)
    ratios = []
    for pair in range(PAIRS):
        order = [one, other] if pair % 2 else [other, one]
        taken = {id(module): _seconds(module, rows, times) for module in order}
        ratios.append(taken[id(other)] / taken[id(one)])
    return ratios


def _seconds(module: nn.Module, rows: torch.Tensor, times: int) -> float:
    """CPU seconds of one pass forward and backward."""
    began = time.process_time()
    for _ in range(times):
        for weight in module.parameters():
            weight.grad = None
        module(rows).square().mean().backward()
    return (time.process_time() - began) / times


class Mlp(nn.Module):
    """The MLP template for 32 numbers and 20,000 rows."""

    def __init__(self) -> None:
        super().__init__()
        self.linear_1, self.linear_2 = nn.Linear(32, 128), nn.Linear(128, 64)
        self.dropout, self.head = nn.Dropout(0.1), nn.Linear(64, OUTPUTS)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.dropout(torch.relu(self.linear_1(x)))
        return self.head(torch.relu(self.linear_2(x)))


class Cnn(nn.Module):
    """The CNN template for MNIST's pictures."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(64, 64, 3, padding=1), nn.ReLU(),
            nn.Flatten(), nn.Linear(64 * 7 * 7, 64), nn.ReLU(), nn.Linear(64, OUTPUTS),
        )  # fmt: skip

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.body((x.float() / 255 - 0.5) / 0.5)


class Transformer(nn.Module):
    """The Transformer template for windows of 32 steps of 8 numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.steps = nn.Linear(8, 64)
        place = torch.arange(32)[:, None] * torch.exp(torch.arange(0, 64, 2) * (-math.log(10_000) / 64))
        waves = torch.stack([place.sin(), place.cos()], dim=2).reshape(32, 64)
        self.register_buffer("waves", waves, persistent=False)
        self.blocks = nn.ModuleList(
            nn.TransformerEncoderLayer(64, 4, 128, norm_first=True, batch_first=True) for _ in range(2)
        )
        self.norm, self.head = nn.LayerNorm(64), nn.Linear(64, OUTPUTS)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.steps(x) + self.waves
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x)[:, -1])
