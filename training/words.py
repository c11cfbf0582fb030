"""Counted things and sizes in sentences."""

from __future__ import annotations


def counted(number: int, thing: str, plural: str | None = None) -> str:
    """``1 row``, ``2,000 rows``; plural: where it is not the word with an s."""
    return f"{number:,} {thing if number == 1 else plural or thing + 's'}"


def megabytes(count: int) -> str:
    """A number of bytes with its unit: "812 bytes", "41.3 kB", "2.4 MB", "5.1 GB"."""
    if count < 1_000:
        return f"{count} bytes"
    unit, size = next((pair for pair in (("kB", 1e3), ("MB", 1e6)) if count < pair[1] * 1_000), ("GB", 1e9))
    value = count / size
    return f"{value:.0f} {unit}" if value >= 100 else f"{value:.1f}".removesuffix(".0") + f" {unit}"
