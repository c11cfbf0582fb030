"""Seeded tables for the benchmarks, made once into $BENCH_DATA (default: a temp folder)."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

FOLDER = Path(os.environ.get("BENCH_DATA", Path(tempfile.gettempdir()) / "strata-bench"))


def customers_csv(rows: int = 1_000_000) -> Path:
    """rows × 31 columns: 20 numbers (some empty), 4 whole numbers, 3 categories, an id, a date, a label."""
    import numpy as np
    import polars as pl

    path = FOLDER / f"customers_{rows}.csv"
    if path.exists():
        return path
    FOLDER.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(20260101)
    numbers = rng.standard_normal((rows, 20)).astype(np.float32).round(5)
    table: dict[str, object] = {}
    for i in range(20):
        column = pl.Series(numbers[:, i])
        table[f"f{i}"] = column.set(pl.Series(rng.random(rows) < 0.03), None) if i % 4 == 0 else column
    for i in range(4):
        table[f"i{i}"] = rng.integers(0, 10 ** (i + 2), rows)
    table["region"] = np.array(["north", "south", "east", "west"])[rng.integers(0, 4, rows)]
    table["plan"] = np.array(["free", "basic", "pro"])[rng.integers(0, 3, rows)]
    table["city"] = np.array([f"city_{i}" for i in range(50)])[rng.integers(0, 50, rows)]
    table["id"] = [f"cust_{i}" for i in range(rows)]
    table["date"] = (np.datetime64("2020-01-01") + rng.integers(0, 2000, rows)).astype(str)
    table["label"] = ((numbers[:, 0] + numbers[:, 1] * numbers[:, 2]) > 0).astype(int)
    pl.DataFrame(table).write_csv(path)
    return path


def wide_csv(rows: int = 20_000, columns: int = 2_000) -> Path:
    """rows × columns: numbers, every tenth column a category, a label at the end."""
    import numpy as np
    import polars as pl

    path = FOLDER / f"wide_{rows}_{columns}.csv"
    if path.exists():
        return path
    FOLDER.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(20260102)
    words = np.array([f"word_{at}" for at in range(20)])
    table: dict[str, object] = {
        f"c{at}": words[rng.integers(0, 20, rows)] if at % 10 == 0 else rng.standard_normal(rows).round(4)
        for at in range(columns - 1)
    }
    table["label"] = rng.integers(0, 2, rows)
    pl.DataFrame(table).write_csv(path)
    return path


def long_csv(gigabytes: float) -> Path:
    """The customers again and again, to about that size."""
    rows = customers_csv()
    path = FOLDER / f"long_{gigabytes:g}gb.csv"
    with rows.open("rb") as source, path.open("wb") as target:
        target.write(source.readline())
        begin = source.tell()
        while target.tell() < gigabytes * 1e9:
            piece = source.read(1 << 22)
            if not piece:
                source.seek(begin)
                continue
            target.write(piece[: piece.rfind(b"\n") + 1])
            source.seek(piece.rfind(b"\n") + 1 - len(piece), os.SEEK_CUR)
    return path
