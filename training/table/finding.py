"""One finding of the doctor, as JSON."""

from __future__ import annotations

from typing import Any


def finding(
    code: str, level: str, column: str | None, title: str, text: str, role: str | None = None
) -> dict[str, Any]:
    """One finding; role: the role that the one-click remedy would give the column."""
    return {
        "code": code,
        "level": level,
        "column": column,
        "title": title,
        "text": text,
        "remedy": {"role": role} if role else None,
    }
