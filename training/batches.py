"""Batches: the rows of one split as tensors on the device, dealt out in a new order each epoch.

Rows lie in one tensor per array. An epoch is a permutation; a few thousand permuted rows are
gathered at once and cut into batches, so that no Python runs per row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

_CHUNK = 8192
_EVALUATED = 4096

Inputs = tuple[Tensor, ...]


@dataclass(frozen=True)
class Rows:
    """The rows of a split.

    inputs: one tensor (n, …) per input node, in order; target: (n, …) as the loss takes it;
    truth: the array ``target`` as it was encoded, for metrics.
    """

    inputs: Inputs
    target: Tensor
    truth: np.ndarray

    def __len__(self) -> int:
        return len(self.target)

    def in_order(self, size: int = _EVALUATED) -> Iterator[tuple[Inputs, Tensor]]:
        """All rows in their own order, ``size`` at a time."""
        for start in range(0, len(self), size):
            end = start + size
            yield tuple(array[start:end] for array in self.inputs), self.target[start:end]


def rows_of(
    arrays: dict[str, np.ndarray],
    chosen: np.ndarray,
    names: Iterable[str],
    device: str,
    prepare_target: Callable[[Tensor], Tensor],
) -> Rows:
    """The rows where ``chosen`` (n,) is true, on the device.

    names: the input nodes, in the order in which the network takes them.
    """
    inputs = tuple(torch.from_numpy(arrays[name][chosen]).to(device) for name in names)
    truth = arrays["target"][chosen]
    return Rows(inputs, prepare_target(torch.from_numpy(truth)).to(device), truth)


class Sampler:
    """Deals a split in batches; the same seed and epoch give the same order, whatever came before.

    whole: the network cannot take a batch of one row (BatchNorm): a single last row joins the
    batch before it.
    """

    def __init__(self, rows: Rows, batch_size: int, seed: int, *, whole: bool = False) -> None:
        self.rows = rows
        self.batch_size = min(batch_size, len(rows))
        self.seed = seed
        self.sizes = batch_sizes(len(rows), self.batch_size, whole)

    @property
    def steps(self) -> int:
        """Batches in an epoch."""
        return len(self.sizes)

    def order(self, epoch: int) -> Tensor:
        """Row numbers (n,) int64 in the order of this epoch, on the CPU."""
        # PyTorch's generator keeps 32 bits of its seed, so the two numbers are mixed into those.
        seed = int(np.random.SeedSequence([self.seed, epoch]).generate_state(1)[0])
        return torch.randperm(len(self.rows), generator=torch.Generator().manual_seed(seed))

    def epoch(self, epoch: int, skip: int = 0) -> Iterator[tuple[Inputs, Tensor]]:
        """The batches of an epoch, without the first ``skip`` of them."""
        order = self.order(epoch).to(self.rows.target.device)
        sizes = self.sizes[skip:]
        at = sum(self.sizes[:skip])
        per_chunk = max(1, _CHUNK // self.batch_size)
        for first in range(0, len(sizes), per_chunk):
            cuts = sizes[first : first + per_chunk]
            index = order[at : at + sum(cuts)]
            at += len(index)
            gathered = [torch.split(array.index_select(0, index), cuts) for array in self.rows.inputs]
            target = torch.split(self.rows.target.index_select(0, index), cuts)
            yield from zip(zip(*gathered, strict=True), target, strict=True)


def batch_sizes(rows: int, size: int, whole: bool) -> list[int]:
    """How many rows each batch of an epoch has."""
    sizes = [size] * (rows // size) + ([rows % size] if rows % size else [])
    if whole and len(sizes) > 1 and sizes[-1] == 1:
        sizes[-2:] = [sizes[-2] + 1]
    return sizes
