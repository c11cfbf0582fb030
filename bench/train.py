"""Strata's training against the plain loop: CPU time, one thread, pairs in one process.

A pair is Strata between two runs of the plain loop; the plain loop against itself stands beside it.
Strata has everything on: events, metrics, checkpoints. ``steady`` leaves the first epoch out, in both.
BENCH_PAIRS: how many pairs (default 11).
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

PAIRS = int(os.environ.get("BENCH_PAIRS", "11"))
_EPOCHS = 3

Run = Callable[[Callable[[], Any]], None]


def measure() -> dict[str, Any]:
    import torch

    torch.set_num_threads(1)
    figures: dict[str, Any] = {"pairs": PAIRS}
    for batch in (256, 4096):
        figures[f"mlp_{batch}"] = _against_plain(*_mlp(batch))
    figures["cnn_128"] = _against_plain(*_cnn(128))
    figures["logging_us_per_step"] = _logging()
    return figures


def _against_plain(plain: Run, strata: Run, rows: int) -> dict[str, Any]:
    """Ratios of CPU time: whole runs and all epochs but the first, with the plain loop against itself."""
    for run in (plain, strata):
        _seconds(run)  # warm
    before = _seconds(plain)
    ours, itself, first = [], [], []
    for _ in range(PAIRS):
        mine, after = _seconds(strata), _seconds(plain)
        mean = [(one + other) / 2 for one, other in zip(before, after, strict=True)]
        first.append(mine[0] / mean[0])
        ours.append(mine[1] / mean[1])
        itself.append(after[1] / before[1])
        before = after
    return {
        "whole": round(statistics.median(first), 3),
        "steady": round(statistics.median(ours), 3),
        "steady_range": [round(min(ours), 3), round(max(ours), 3)],
        "plain_to_itself": round(statistics.median(itself), 3),
        "plain_rows_per_cpu_second": round(rows * (_EPOCHS - 1) / before[1]),
    }


def _seconds(run: Run) -> tuple[float, float]:
    """CPU-seconds of a run, and of its epochs after the first."""
    marks = [time.process_time()]
    run(lambda: marks.append(time.process_time()))
    end = time.process_time()
    return end - marks[0], marks[_EPOCHS] - marks[1]


def _mlp(batch: int) -> tuple[Run, Run, int]:
    """50,000 × 157 numbers, 10 % of the rows validate."""
    import numpy as np
    import torch

    from bench.plain import fit_mlp

    random = np.random.default_rng(20260101)
    x = random.standard_normal((50_000, 157)).astype(np.float32)
    signal = np.sin(2 * x[:, 0]) + x[:, 1] * x[:, 2] + 0.5 * np.abs(x[:, 3]) - 0.4
    y = (signal + 0.3 * random.standard_normal(len(x)) > 0).astype(np.uint8)[:, None]
    parts = (np.arange(len(x)) >= 45_000).astype(np.uint8)
    data = tuple(
        torch.from_numpy(array[parts == part].astype(np.float32)) for part in (0, 1) for array in (x, y)
    )
    nodes = [
        {"id": "features", "layer": "Features"},
        {"id": "hidden_1", "layer": "Linear", "units": 256},
        {"id": "relu_1", "layer": "ReLU"},
        {"id": "hidden_2", "layer": "Linear", "units": 128},
        {"id": "relu_2", "layer": "ReLU"},
    ]
    state = {"numbers": {"names": [f"n{at}" for at in range(x.shape[1])]}}
    target = {"task": "binary", "classes": ["no", "yes"]}
    strata = _strata("binary", nodes, {"numbers": x, "target": y}, parts, state, target, batch)
    return lambda after: fit_mlp(data, batch, _EPOCHS, after), strata, 45_000


def _cnn(batch: int) -> tuple[Run, Run, int]:
    """12,000 pictures of 10 classes to train and 2,000 to validate: blurred prototypes, moved, with noise."""
    import numpy as np
    import torch

    from bench.plain import fit_cnn

    random = np.random.default_rng(20260102)
    prototypes = random.random((10, 7, 7)).repeat(4, axis=1).repeat(4, axis=2)
    y = random.integers(0, 10, 14_000)
    moved = [np.roll(prototypes[each], random.integers(-3, 4, 2), (0, 1)) for each in y]
    x = np.stack(moved)[:, None] + 0.3 * random.standard_normal((14_000, 1, 28, 28))
    x = ((x - x.min()) / (x.max() - x.min()) * 255).astype(np.uint8)
    parts = (np.arange(len(x)) >= 12_000).astype(np.uint8)
    floats = ((x.astype(np.float32) - x.mean()) / x.std()).astype(np.float32)
    data = tuple(torch.from_numpy(array[parts == part]) for part in (0, 1) for array in (floats, y))
    nodes: list[dict[str, Any]] = [{"id": "pixels", "layer": "Pixels"}]
    for at, units in enumerate((32, 64, 64), 1):
        nodes += [
            {"id": f"conv_{at}", "layer": "Conv2d", "units": units, "padding": "valid"},
            {"id": f"relu_{at}", "layer": "ReLU"},
        ]
        nodes += [{"id": f"pool_{at}", "layer": "MaxPool2d"}] if at < 3 else []
    nodes += [
        {"id": "flat", "layer": "Flatten"},
        {"id": "dense", "layer": "Linear", "units": 64},
        {"id": "relu_4", "layer": "ReLU"},
    ]
    state = {
        "numbers": {"names": []},
        "picture": {"names": ["picture"], "channels": 1, "height": 28, "width": 28},
    }
    target = {"task": "multiclass", "classes": [str(each) for each in range(10)]}
    strata = _strata("multiclass", nodes, {"picture": x, "target": y}, parts, state, target, batch)
    return lambda after: fit_cnn(data, batch, _EPOCHS, after), strata, 12_000


def _strata(
    task: str, nodes: list[Any], arrays: dict[str, Any], parts: Any, state: dict[str, Any],
    target: dict[str, Any], batch: int,
) -> Run:  # fmt: skip
    """A whole run by the engine, with all that the studio has it do."""
    import numpy as np

    from training.encode import Encoded
    from training.events import EpochEnded
    from training.fit import fit
    from training.recipe import Recipe

    recipe = Recipe.parse({
        "data": {"task": task, "target": ["y"], "roles": {"x": "feature"}},
        "network": {"main": nodes},
        "fit": {"optimizer": {"name": "Adam", "lr": 0.001}, "epochs": _EPOCHS, "batch_size": batch,
                "threads": 1, "stopping": {"enabled": False}},
    })  # fmt: skip
    nothing = {"version": 1, "columns": [], "categories": {"names": [], "sizes": []}}
    target = {"name": "y", "names": ["y"], "columns": ["y"], "mean": None, "std": None, **target}
    encoded = Encoded(arrays, parts, {**nothing, **state, "target": target}, np.arange(len(parts)), 0)

    def run(after_epoch: Callable[[], Any]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            for told in _collected(fit(recipe, encoded, Path(folder), control=lambda: "")):
                if isinstance(told, EpochEnded):
                    after_epoch()

    return run


def _collected(told: Iterator[Any]) -> Iterator[Any]:
    """What a fit tells, each as the plain JSON values that a worker sends on."""
    for each in told:
        each.as_dict()
        yield each


def _logging() -> float:
    """CPU-µs that a step's loss and scores cost: noted, and looked at once a flush of 60 steps."""
    import torch

    from training.journal import Journal

    loss, scores, steps = torch.tensor(0.5), torch.zeros(256, 1), 12_000
    journal = Journal()
    began = time.process_time()
    for step in range(1, steps + 1):
        journal.pending.append(loss)
        journal.outputs.append(scores)
        if step % 60 == 0:
            journal.drain(step)
            journal.scalars(step, step / 60, 0.001)
        if step % 240 == 0:
            journal.clear()
    return round((time.process_time() - began) / steps * 1e6, 2)
