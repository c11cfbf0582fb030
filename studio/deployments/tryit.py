"""The form of one row: a field a feature, filled with a typical value."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict

from training.encode.cells import text_of_number

FIRST_FIELDS = 12  # what is seen at once; the rest folds away, typical values filled in
FIRST_CLASSES = 10


@dataclass(frozen=True)
class TryField:
    """One feature as a form field. id: its name in the form (``f0``, ``f1`` …), never the column's."""

    id: str
    column: str
    kind: str
    value: str
    choices: list[str]
    error: str = ""


@dataclass(frozen=True)
class Chance:
    """One class and its probability, as text and as the length of a bar (0 to 100)."""

    label: str
    text: str
    share: float


def fields_of(features: list[dict[str, Any]]) -> list[TryField]:
    """The form of these features with their typical values."""
    return [
        TryField(
            f"f{at}",
            feature["name"],
            feature["type"],
            _text(typical(feature)),
            [str(choice) for choice in feature.get("choices") or []],
        )
        for at, feature in enumerate(features)
    ]


def filled(fields: list[TryField], form: QueryDict) -> list[TryField]:
    """The fields with what was typed."""
    return [replace(field, value=form.get(field.id, "")[:10_000]) for field in fields]


def row_of(fields: list[TryField]) -> dict[str, str]:
    return {field.column: field.value for field in fields}


def refused(fields: list[TryField], problems: list[dict[str, Any]]) -> list[TryField]:
    """The fields with the sentence of each cell that cannot be read."""
    what = {problem["column"]: f"“{problem['text'][:80]}” {problem['what']}." for problem in problems}
    return [replace(field, error=what.get(field.column, "")) for field in fields]


def chances_of(prediction: dict[str, Any]) -> list[Chance]:
    """The likeliest classes, best first; empty for a number."""
    found = sorted(prediction.get("probabilities", {}).items(), key=lambda item: -item[1])
    return [Chance(label, f"{chance:.3f}", round(100 * chance, 1)) for label, chance in found[:FIRST_CLASSES]]


def said(prediction: dict[str, Any]) -> str:
    """The prediction as text: the class, or the number in six significant digits."""
    value = prediction["prediction"]
    return f"{value:,.6g}" if isinstance(value, float) else str(value)


def typical(feature: dict[str, Any]) -> Any:
    """What a form or an example starts with: a number in six digits or whole, a date without its time."""
    value = feature["typical"]
    if feature["type"] == "number" and value is not None:
        return int(value) if feature["whole"] else float(f"{value:.6g}")
    return str(value)[:10] if feature["type"] == "date" and value else value


def _text(value: Any) -> str:
    if value is None:
        return ""
    return text_of_number(value) if isinstance(value, float) else str(value)
