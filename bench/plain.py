"""The plain loop that people write by hand, as well as it can be written: the measure of training's speed.

Data in one tensor, chunks of 8,192 permuted rows gathered and split, fused Adam, no DataLoader; the
validation rows are judged after each epoch.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.nn import functional

Data = tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]
_CHUNK = 8192


def mlp(inputs: int) -> nn.Module:
    """256-128-1 with ReLU."""
    return nn.Sequential(nn.Linear(inputs, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 1))


def cnn() -> nn.Module:
    """conv32, pool, conv64, pool, conv64, dense64, 10, for pictures (1, 28, 28)."""
    return nn.Sequential(
        nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(64, 64, 3), nn.ReLU(), nn.Flatten(), nn.Linear(576, 64), nn.ReLU(), nn.Linear(64, 10),
    )  # fmt: skip


def fit_mlp(data: Data, batch: int, epochs: int, after_epoch: Callable[[], Any]) -> None:
    """Binary cross-entropy. data: inputs and targets (n, 1) of training and validation."""
    x, y, x_other, y_other = data
    model, loss_of = mlp(x.shape[1]), functional.binary_cross_entropy_with_logits
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
    total = torch.zeros(())
    for _ in range(epochs):
        order = torch.randperm(len(x))
        for index in order.split(max(batch, _CHUNK // batch * batch)):
            xs, ys = x.index_select(0, index), y.index_select(0, index)
            for some, wanted in zip(xs.split(batch), ys.split(batch), strict=True):
                optimizer.zero_grad(set_to_none=True)
                loss = loss_of(model(some), wanted)
                loss.backward()
                optimizer.step()
                total += loss.detach()
        with torch.no_grad():
            for some, wanted in zip(x_other.split(4096), y_other.split(4096), strict=True):
                scores = model(some)
                float(loss_of(scores, wanted)), float(((scores > 0) == (wanted > 0.5)).sum())
        after_epoch()


def fit_cnn(data: Data, batch: int, epochs: int, after_epoch: Callable[[], Any]) -> None:
    """Cross-entropy. data: pictures (n, 1, 28, 28) as float32 and classes (n,) of training and validation."""
    x, y, x_other, y_other = data
    model = cnn()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
    total = torch.zeros(())
    for _ in range(epochs):
        for index in torch.randperm(len(x)).split(batch):
            optimizer.zero_grad(set_to_none=True)
            loss = functional.cross_entropy(model(x[index]), y[index])
            loss.backward()
            optimizer.step()
            total += loss.detach()
        with torch.inference_mode():
            for some, wanted in zip(x_other.split(500), y_other.split(500), strict=True):
                float((model(some).argmax(1) == wanted).sum())
        after_epoch()
