"""One finding of the doctor, as JSON."""

from __future__ import annotations

from typing import Any


def finding(
    code: str,
    level: str,
    column: str | None,
    title: str,
    text: str,
    role: str | None = None,
    *,
    step: dict[str, Any] | None = None,
    split: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """One finding with its one-click remedy: the role that the column would get, a step of the
    preparation (``recipe.data.steps``), or settings of the split."""
    remedies = {"role": role, "step": step, "split": split}
    remedy = {name: value for name, value in remedies.items() if value}
    return {
        "code": code,
        "level": level,
        "column": column,
        "title": title,
        "text": text,
        "remedy": remedy or None,
    }
