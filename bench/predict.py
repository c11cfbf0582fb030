"""Predictions over REST from a whole studio: milliseconds for one row and for 64, over loopback."""

from __future__ import annotations

import csv
import time
import urllib.error
from typing import Any

from bench.studio import ROOT, Studio, running

TIMES = 200


def measure() -> dict[str, Any]:
    with running() as studio:
        run = _trained(studio)
        with (ROOT / "samples" / "penguins" / "penguins.csv").open(encoding="utf-8") as file:
            rows = [row for _, row in zip(range(64), csv.DictReader(file), strict=False)]
        return {"one_row": _timed(studio, run, rows[:1]), "64_rows": _timed(studio, run, rows)}


def _trained(studio: Studio) -> int:
    network = studio.api("POST", "networks", {"version": studio.sample("penguins")["version_id"]})
    run = studio.api("POST", "runs", {"network": network["id"]})["id"]
    studio.wait(f"runs/{run}", "state", {"done"})
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            studio.api("POST", f"runs/{run}/predict", {"rows": [{}]})
        except urllib.error.HTTPError as error:
            if error.code == 409:
                time.sleep(0.5)
                continue
        break
    return int(run)


def _timed(studio: Studio, run: int, rows: list[dict[str, str]]) -> dict[str, float]:
    taken = []
    for _ in range(TIMES):
        began = time.perf_counter()
        studio.api("POST", f"runs/{run}/predict", {"rows": rows})
        taken.append((time.perf_counter() - began) * 1000)
    taken.sort()
    return {"p50_ms": round(taken[TIMES // 2], 1), "p95_ms": round(taken[int(TIMES * 0.95)], 1)}
