"""Predictions as a CSV that spreadsheets may open: no cell of it is ever a formula."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

from training.encode import cells

# At the start of a cell, and within one where a spreadsheet that separates by ; or lines may cut it.
FORMULA = re.compile(r"\A(?=[=+\-@\t\r])|(?<=[;\t\r\n])(?=[=+\-@])")


def scored_csv(rows: list[dict[str, Any]], predictions: list[dict[str, Any]]) -> str:
    """The rows as they came, with the prediction and each class's probability beside them."""
    given = list(dict.fromkeys(name for row in rows for name in row))
    classes = list(predictions[0].get("probabilities", {}))
    header = cells.names_from_header([*given, "prediction", *(f"probability of {name}" for name in classes)])
    out = io.StringIO(newline="")
    lines = csv.writer(out)
    lines.writerow([plain(name) for name in header])
    for row, found in zip(rows, predictions, strict=True):
        chances = found.get("probabilities", {})
        lines.writerow(
            [
                plain(value)
                for value in (
                    *(row.get(name) for name in given),
                    found["prediction"],
                    *(chances[name] for name in classes),
                )
            ]
        )
    return out.getvalue()


def plain(value: Any) -> Any:
    """A cell that no spreadsheet computes: text like ``=1+1`` gets a quote in front, numbers stay."""
    return FORMULA.sub("'", value) if isinstance(value, str) and not _is_number(value) else value


def _is_number(text: str) -> bool:
    return cells.plain_number(text, {}) is not None
