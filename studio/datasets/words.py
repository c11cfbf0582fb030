"""Sizes and counts as people read them."""

from __future__ import annotations


def megabytes(count: int) -> str:
    """A number of bytes with its unit: "812 bytes", "41.3 kB", "2.4 MB", "5.1 GB"."""
    if count < 1_000:
        return f"{count} bytes"
    for unit, size in (("kB", 1e3), ("MB", 1e6), ("GB", 1e9)):
        if count < size * 1_000 or unit == "GB":
            value = count / size
            return f"{value:.0f} {unit}" if value >= 100 else f"{value:.1f} {unit}"
    raise AssertionError
