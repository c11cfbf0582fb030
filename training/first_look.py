"""Modules that learn from data look at training rows once, before the first step. Heavy: imports torch."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from training.batches import AnyRows
from training.build import Network

_MOST_ROWS = 10_000
# Fewer where rows are large: learning from pictures works on copies of them in float64.
_MOST_BYTES = 1 << 25


class _Seen(Exception):
    """All modules have looked; the rest of the network need not run."""


def prepare_modules(network: Network, rows: AnyRows, order: torch.Tensor) -> None:
    """Call ``prepare`` of each module that has one with what reaches it of up to 10,000 rows (32 MB).

    order: row numbers; the first ones are looked at. What is learned are buffers.
    """
    wanting = [module for module in network.modules() if hasattr(module, "prepare")]
    if not wanting:
        return
    left = set(map(id, wanting))

    def look(module: nn.Module, inputs: tuple[Any, ...]) -> None:
        module.prepare(*inputs)  # type: ignore[operator]
        left.discard(id(module))
        if not left:
            raise _Seen

    hooks = [module.register_forward_pre_hook(look) for module in wanting]
    count = max(1, min(_MOST_ROWS, _MOST_BYTES // max(1, rows.row_bytes)))
    inputs, _ = rows.take(order[:count])
    network.eval()
    try:
        with torch.no_grad():
            network(*inputs)
    except _Seen:
        pass
    finally:
        network.train()
        for hook in hooks:
            hook.remove()
