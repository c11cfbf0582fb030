"""How fast values become arrays: ``apply`` on a million rows of 30 columns, 10 of them categories."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from training.encode import apply, learn
from training.encode.cells import Words
from training.recipe import Data

ROWS, NUMBERS, CATEGORIES = 1_000_000, 20, 10
ALLOWED = 2.0  # CPU seconds


def columns_of(rows: int = ROWS) -> dict[str, Any]:
    """20 number columns, every fourth with holes, and 10 columns of 4 to 2,000 words."""
    chance = np.random.default_rng(3)
    columns: dict[str, Any] = {}
    for place in range(NUMBERS):
        values = chance.normal(place, 1 + place, rows)
        if place % 4 == 0:
            values[chance.random(rows) < 0.05] = np.nan
        columns[f"x{place}"] = values
    for place in range(CATEGORIES):
        words = [f"word {number}" for number in range(4 if place < 8 else 2_000)]
        columns[f"c{place}"] = Words(chance.integers(-1, len(words), rows), words)
    return columns


def measure() -> dict[str, float]:
    """CPU seconds of ``apply``, the best of three, and what it may take."""
    columns = columns_of()
    roles = dict.fromkeys(columns, "feature") | {"y": "target"}
    data = Data.model_validate({"task": "regression", "target": "y", "roles": roles})
    about = [{"name": name, "type": "number" if name[0] in "xy" else "category"} for name in (*columns, "y")]
    parts = (np.arange(ROWS) % 5 == 0).astype(np.uint8)
    state = learn(columns, {"y": columns["x1"]}, parts, data, {"columns": about})
    return {"seconds": min(_spent(state, columns) for _ in range(3)), "allowed": ALLOWED}


def _spent(state: dict[str, Any], columns: dict[str, Any]) -> float:
    started = time.process_time()
    apply(state, columns)
    return time.process_time() - started
