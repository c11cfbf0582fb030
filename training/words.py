"""Counted things in sentences."""

from __future__ import annotations


def counted(number: int, thing: str, plural: str | None = None) -> str:
    """``1 row``, ``2,000 rows``; plural: where it is not the word with an s."""
    return f"{number:,} {thing if number == 1 else plural or thing + 's'}"
