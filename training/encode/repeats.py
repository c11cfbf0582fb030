"""Rows that stand both in training and in test, as far as a network can see."""

from __future__ import annotations

import numpy as np

from training.encode.encoded import Encoded

_SEEN = ("numbers", "categories")


def repeated(encoded: Encoded) -> int | None:
    """How many test rows have the very inputs of a training row, by 64-bit hashes.

    None where the inputs are not columns of numbers and categories alone.
    """
    if not set(encoded.arrays) <= {*_SEEN, "target"}:
        return None
    parts = np.asarray(encoded.parts)
    rows = np.flatnonzero(parts != 1)
    hashes = np.zeros(len(rows), dtype=np.uint64)
    for array in (encoded.arrays[name] for name in _SEEN if name in encoded.arrays):
        for place in range(array.shape[1]):
            cells = np.ascontiguousarray(array[rows, place])
            bits = cells.view(np.uint32 if cells.dtype.itemsize == 4 else np.uint64).astype(np.uint64)
            hashes = (hashes ^ (bits + np.uint64(place))) * np.uint64(0x9E3779B97F4A7C15)
            hashes ^= hashes >> np.uint64(29)
    return int(np.isin(hashes[parts[rows] == 2], hashes[parts[rows] == 0]).sum())
