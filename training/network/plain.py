"""JSON copied to a depth: what people post may be nested without end."""

from __future__ import annotations

from typing import Any

DEEPEST = 16  # levels; a node's own settings take three


def plain(value: Any, levels: int = DEEPEST) -> Any:
    """A copy of JSON of its own; lists and objects that lie deeper than ``levels`` are None in it."""
    if isinstance(value, dict):
        return {name: plain(each, levels - 1) for name, each in value.items()} if levels else None
    if isinstance(value, list | tuple):
        return [plain(each, levels - 1) for each in value] if levels else None
    return value
