"""Batches: the rows of one split as tensors on the device, dealt out in a new order each epoch.

An epoch is an order of row numbers; a few thousand rows are gathered at once and cut into
batches, so that no Python runs per row. Rows that fit lie on the device; those that do not are
gathered from memory maps by a thread, one piece ahead. Both deal the same batches, bit for bit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, overload

import numpy as np
import torch
from torch import Tensor

# Rows that are gathered at once, and how many bytes they may be: pictures are large.
_CHUNK = 8192
_CHUNK_BYTES = 1 << 26
_EVALUATED = 4096
# The share of the free memory that the arrays may take; the rest is for training itself.
_SHARE = 0.5

Inputs = tuple[Tensor, ...]
Taken = tuple[Inputs, Tensor]
Prepare = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Rows:
    """The rows of a split, on the device.

    inputs: one tensor (n, …) per input node, in order; target: (n, …) as the loss takes it;
    truth: the array ``target`` as it was encoded, for metrics.
    """

    inputs: Inputs
    target: Tensor
    truth: np.ndarray
    is_streamed = False

    def __len__(self) -> int:
        return len(self.target)

    def take(self, index: Tensor) -> Taken:
        """The rows with these numbers (k,), in this order."""
        index = index.to(self.target.device)
        inputs = tuple(array.index_select(0, index) for array in self.inputs)
        return inputs, self.target.index_select(0, index)

    @property
    def row_bytes(self) -> int:
        """What the inputs of one row take."""
        return sum(array[:1].nbytes for array in self.inputs)

    def in_order(self, size: int = _EVALUATED) -> Iterator[Taken]:
        """All rows in their own order, ``size`` at a time."""
        for start in range(0, len(self), size):
            end = start + size
            yield tuple(array[start:end] for array in self.inputs), self.target[start:end]

    def pieces(self, indexes: list[Tensor]) -> Iterator[Taken]:
        """The rows of each index, one after the other."""
        return map(self.take, indexes)


@dataclass(frozen=True)
class StreamedRows:
    """The rows of a split, left in their arrays: gathered when they are wanted, a piece ahead.

    arrays: whole arrays, memory-mapped; chosen: the split's row numbers (n,) in them.
    """

    arrays: tuple[np.ndarray, ...]
    targets: np.ndarray
    chosen: np.ndarray
    device: str
    prepare_target: Prepare
    is_streamed = True

    def __len__(self) -> int:
        return len(self.chosen)

    @property
    def truth(self) -> np.ndarray:
        return np.asarray(self.targets[self.chosen])

    @property
    def row_bytes(self) -> int:
        """What the inputs of one row take."""
        return sum(array[:1].nbytes for array in self.arrays)

    def take(self, index: Tensor) -> Taken:
        """The rows with these numbers (k,), in this order."""
        wanted = self.chosen[index.cpu().numpy()]
        # A map is read from front to back: that touches each of its pages once.
        order = np.argsort(wanted, kind="stable")
        back = torch.from_numpy(np.argsort(order, kind="stable"))
        read = wanted[order]
        *inputs, target = (
            torch.from_numpy(array[read]).index_select(0, back) for array in (*self.arrays, self.targets)
        )
        return tuple(x.to(self.device) for x in inputs), self.prepare_target(target).to(self.device)

    def in_order(self, size: int = _EVALUATED) -> Iterator[Taken]:
        """All rows in their own order, ``size`` at a time."""
        return self.pieces(list(torch.split(torch.arange(len(self)), size)))

    def pieces(self, indexes: list[Tensor]) -> Iterator[Taken]:
        """The rows of each index, one after the other; the next one is gathered meanwhile."""
        if not indexes:
            return
        with ThreadPoolExecutor(1) as ahead:
            coming = [ahead.submit(self.take, index) for index in indexes[:1]]
            for index in [*indexes[1:], None]:
                piece = coming.pop().result()
                if index is not None:
                    coming.append(ahead.submit(self.take, index))
                yield piece


AnyRows = Rows | StreamedRows


@overload
def rows_of(
    arrays: dict[str, np.ndarray],
    chosen: np.ndarray,
    names: Iterable[str],
    device: str,
    prepare_target: Prepare,
    *,
    stream: Literal[False] = False,
) -> Rows: ...


@overload
def rows_of(
    arrays: dict[str, np.ndarray],
    chosen: np.ndarray,
    names: Iterable[str],
    device: str,
    prepare_target: Prepare,
    *,
    stream: bool,
) -> AnyRows: ...


def rows_of(
    arrays: dict[str, np.ndarray],
    chosen: np.ndarray,
    names: Iterable[str],
    device: str,
    prepare_target: Prepare,
    *,
    stream: bool = False,
) -> AnyRows:
    """The rows where ``chosen`` (n,) is true.

    names: the input nodes, in the order in which the network takes them; stream: whether they
    stay in their arrays.
    """
    if stream:
        inputs = tuple(arrays[name] for name in names)
        return StreamedRows(inputs, arrays["target"], np.flatnonzero(chosen), device, prepare_target)
    on_device = tuple(torch.from_numpy(arrays[name][chosen]).to(device) for name in names)
    truth = arrays["target"][chosen]
    return Rows(on_device, prepare_target(torch.from_numpy(truth)).to(device), truth)


def must_stream(arrays: dict[str, np.ndarray], names: Iterable[str], device: str) -> bool:
    """Whether the arrays are too large to be held on the device beside what training needs."""
    needed = sum(arrays[name].nbytes for name in (*names, "target"))
    free = free_bytes(device)
    return free is not None and needed > _SHARE * free


def free_bytes(device: str) -> int | None:
    """Memory that nobody uses on the device, as far as it is known."""
    if device.startswith("cuda"):
        return int(torch.cuda.mem_get_info(device)[0])
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        free = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, StopIteration, ValueError):
        return None
    container = Path("/sys/fs/cgroup")
    try:
        most = int((container / "memory.max").read_text())
        used = int((container / "memory.current").read_text())
        stat = dict(line.split() for line in (container / "memory.stat").read_text().splitlines())
        # What files left in the cache is given back when somebody needs it.
        return min(free, most - used + int(stat.get("inactive_file", 0)))
    except (OSError, ValueError):  # no container, or one without a limit
        return free


class Sampler:
    """Deals a split in batches; the same seed and epoch give the same order, whatever came before.

    whole: the network cannot take a batch of one row (BatchNorm): a single last row joins the
    batch before it. classes: the class (n,) of each row where every class is to be drawn equally often.
    """

    def __init__(
        self,
        rows: AnyRows,
        batch_size: int,
        seed: int,
        *,
        whole: bool = False,
        classes: np.ndarray | None = None,
    ) -> None:
        self.rows = rows
        self.batch_size = min(batch_size, len(rows))
        self.seed = seed
        self.whole = whole
        self.sizes = batch_sizes(len(rows), self.batch_size, whole)
        self._members = None
        if classes is not None:
            self._members = [torch.from_numpy(np.flatnonzero(classes == each)) for each in np.unique(classes)]

    @property
    def steps(self) -> int:
        """Batches in an epoch."""
        return len(self.sizes)

    def order(self, epoch: int) -> Tensor:
        """Row numbers (n,) int64 in the order of this epoch, on the CPU."""
        # PyTorch's generator keeps 32 bits of its seed, so the two numbers are mixed into those.
        seed = int(np.random.SeedSequence([self.seed, epoch]).generate_state(1)[0])
        generator = torch.Generator().manual_seed(seed)
        if self._members is None:
            return torch.randperm(len(self.rows), generator=generator)
        return _balanced(len(self.rows), self._members, generator)

    def _rows_at_once(self) -> int:
        return min(_CHUNK, _CHUNK_BYTES // max(1, self.rows.row_bytes))

    def epoch(self, epoch: int, skip: int = 0) -> Iterator[Taken]:
        """The batches of an epoch, without the first ``skip`` of them."""
        order = self.order(epoch)[sum(self.sizes[:skip]) :]
        sizes = self.sizes[skip:]
        per_chunk = max(1, self._rows_at_once() // self.batch_size)
        cuts = [sizes[first : first + per_chunk] for first in range(0, len(sizes), per_chunk)]
        indexes = list(torch.split(order, [sum(each) for each in cuts])) if cuts else []
        for (inputs, target), each in zip(self.rows.pieces(indexes), cuts, strict=True):
            pieces = zip(*(torch.split(array, each) for array in inputs), strict=True)
            yield from zip(pieces, torch.split(target, each), strict=True)


def batch_sizes(rows: int, size: int, whole: bool) -> list[int]:
    """How many rows each batch of an epoch has."""
    sizes = [size] * (rows // size) + ([rows % size] if rows % size else [])
    if whole and len(sizes) > 1 and sizes[-1] == 1:
        sizes[-2:] = [sizes[-2] + 1]
    return sizes


def _balanced(rows: int, members: list[Tensor], generator: torch.Generator) -> Tensor:
    """``rows`` row numbers, each of a class drawn at random and then a row of it. members: a class each."""
    drawn = torch.randint(len(members), (rows,), generator=generator)
    order = torch.empty(rows, dtype=torch.int64)
    for number, rows_of_class in enumerate(members):
        places = (drawn == number).nonzero()[:, 0]
        picked = torch.randint(len(rows_of_class), (len(places),), generator=generator)
        order[places] = rows_of_class[picked]
    return order
