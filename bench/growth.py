"""How training grows: time per row by rows, rows that are streamed from disk, and memory beside its estimate.

One thread, CPU time. The table is 20 numbers and 10 categories of 12 values; the network is the one that
a draft of a million such rows begins with. Streamed and resident epochs take turns.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from unittest import mock

_ROWS = (10_000, 100_000, 1_000_000)
_BATCH = 4096
_PAIRS = 3
_WIDE = (2048, 2048, 2048)  # hidden units of the network whose memory is measured


def measure() -> dict[str, Any]:
    import torch

    torch.set_num_threads(1)
    seconds = {rows: _epoch(_table(rows), epochs=max(2, min(20, 1_000_000 // rows))) for rows in _ROWS}
    return {
        "us_per_row": {str(rows): round(seconds[rows] / rows * 1e6, 2) for rows in _ROWS},
        "epoch_of_1m_cpu_seconds": round(seconds[1_000_000], 2),
        "streamed_speed_of_resident": _streamed(),
        "memory": _memory(),
    }


def _table(rows: int) -> Any:
    """Encoded rows of a yes/no question; a tenth validates."""
    import numpy as np

    from training.encode import Encoded

    random = np.random.default_rng(20260103)
    numbers = random.standard_normal((rows, 20), dtype=np.float32)
    categories = random.integers(0, 13, (rows, 10))
    target = (numbers[:, 0] + numbers[:, 1] * numbers[:, 2] + categories[:, 0] / 6 > 1).astype(np.uint8)
    state = {
        "version": 1,
        "columns": [],
        "numbers": {"names": [f"n{at}" for at in range(20)]},
        "categories": {"names": [f"c{at}" for at in range(10)], "sizes": [13] * 10},
        "target": {
            "name": "y", "names": ["y"], "columns": ["y"], "task": "binary", "classes": ["no", "yes"],
            "mean": None, "std": None,
        },
    }  # fmt: skip
    arrays = {"numbers": numbers, "categories": categories, "target": target[:, None]}
    parts = (np.arange(rows) >= rows * 9 // 10).astype(np.uint8)
    return Encoded(arrays, parts, state, np.arange(rows), 0)


def _recipe(nodes: list[dict[str, Any]], epochs: int, batch: int) -> Any:
    from training.recipe import Recipe

    return Recipe.parse({
        "data": {"task": "binary", "target": ["y"], "roles": {"x": "feature"}},
        "network": {"main": nodes},
        "fit": {"optimizer": {"name": "AdamW"}, "epochs": epochs, "batch_size": batch, "threads": 1,
                "stopping": {"enabled": False}},
    })  # fmt: skip


def _first(encoded: Any) -> list[dict[str, Any]]:
    from training.network import inputs_of
    from training.templates import first_nodes

    return first_nodes(inputs_of(encoded.state), "binary", 1_000_000)


def _epoch(encoded: Any, epochs: int) -> float:
    """CPU-seconds of an epoch, the first one left out."""
    from training.events import EpochEnded
    from training.fit import fit

    marks = []
    with tempfile.TemporaryDirectory() as folder:
        recipe = _recipe(_first(encoded), epochs, _BATCH)
        for told in fit(recipe, encoded, Path(folder), control=lambda: ""):
            if isinstance(told, EpochEnded):
                marks.append(time.process_time())
    return (marks[-1] - marks[0]) / (len(marks) - 1)


def _streamed() -> float:
    """Rows per second from memory maps as a share of those of resident rows, a million rows each."""
    from training.encode import Encoded

    encoded, ratios = _table(1_000_000), []
    with tempfile.TemporaryDirectory() as folder:
        encoded.save(Path(folder))
        mapped = Encoded.load(Path(folder))
        for _ in range(_PAIRS):
            resident = _epoch(encoded, 2)
            with mock.patch("training.setup.must_stream", lambda *_: True):
                ratios.append(resident / _epoch(mapped, 2))
    return round(statistics.median(ratios), 2)


def _memory() -> dict[str, int]:
    """MB of private memory that training takes at its peak, without the data, beside what was foreseen."""
    from training.assembly import judged
    from training.estimate import training_bytes
    from training.optimizers import optimizer_of

    recipe, encoded = _wide(), _table(_BATCH * 4)
    foreseen = training_bytes(judged(recipe, encoded.state), _BATCH, optimizer_of(recipe.fit.optimizer))
    done = subprocess.run(
        [sys.executable, "-m", "bench.growth"], capture_output=True, text=True, check=True, env=os.environ
    )
    return {"foreseen_mb": round(foreseen / 1e6), "measured_mb": round(int(done.stdout) / 1e6)}


def _wide() -> Any:
    nodes: list[dict[str, Any]] = [{"id": "features", "layer": "Features"}]
    for at, units in enumerate(_WIDE):
        nodes += [
            {"id": f"wide_{at}", "layer": "Linear", "units": units},
            {"id": f"relu_{at}", "layer": "ReLU"},
        ]
    return _recipe(nodes, 4, _BATCH)


def _peak() -> int:
    """Private bytes above those of a process that has trained something small and holds the data."""
    import torch

    from bench.private_memory import Peak, private_bytes
    from training.fit import fit

    torch.set_num_threads(1)
    encoded = _table(_BATCH * 4)
    _epoch(_table(2_000), 2)
    before = private_bytes(os.getpid())
    peak = Peak(os.getpid())
    peak.start()
    with tempfile.TemporaryDirectory() as folder:
        for _ in fit(_wide(), encoded, Path(folder), control=lambda: ""):
            pass
    return peak.stop() - before


if __name__ == "__main__":
    sys.stdout.write(str(_peak()))
