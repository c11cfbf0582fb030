"""Predictions as a CSV that spreadsheets may open: no cell of it is ever a formula."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

from training.bundle.predict import SAID, answer_cells
from training.encode import cells

# At the start of a cell, and within one where a spreadsheet that separates by ; or lines may cut it.
FORMULA = re.compile(r"\A(?=[=+\-@\t\r])|(?<=[;\t\r\n])(?=[=+\-@])")


def scored_csv(rows: list[dict[str, Any]], predictions: list[dict[str, Any]]) -> str:
    """The rows as they came, with the prediction and each class's probability beside them."""
    given = list(dict.fromkeys(name for row in rows for name in row))
    classes = list(predictions[0].get("probabilities", {}))
    kinds = [kind for kind in SAID if kind in predictions[0]]
    said = [name for kind in kinds for name in _names(kind, predictions[0][kind])]
    header = cells.names_from_header([*given, *said, *(f"probability of {name}" for name in classes)])
    out = io.StringIO(newline="")
    lines = csv.writer(out)
    lines.writerow([plain(name) for name in header])
    # A row of a forecast that ends no whole window has no prediction, and stays beside those that have.
    by_row = {one.get("row", place): one for place, one in enumerate(predictions, start=1)}
    for place, row in enumerate(rows, start=1):
        found = by_row.get(place)
        answers = [""] * (len(said) + len(classes))
        if found is not None:
            chances = found.get("probabilities", {})
            numbers = [cell for kind in kinds for cell in answer_cells(found[kind])]
            answers = [*numbers, *(chances[name] for name in classes)]
        lines.writerow([plain(value) for value in (*(row.get(name) for name in given), *answers)])
    return out.getvalue()


def _names(kind: str, answer: Any) -> list[str]:
    return [f"{kind} of {name}" for name in answer] if isinstance(answer, dict) else [kind]


def plain(value: Any) -> Any:
    """A cell that no spreadsheet computes: text like ``=1+1`` gets a quote in front, numbers stay."""
    return FORMULA.sub("'", value) if isinstance(value, str) and not _is_number(value) else value


def _is_number(text: str) -> bool:
    return cells.plain_number(text, {}) is not None
