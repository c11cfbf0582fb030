"""A 1,000,000-row CSV from file to table and profile: CPU-seconds and peak private memory.

Beside it the best peer pipeline (polars, out of core) on the same file in the same run; then a table of
2,000 columns. ``BENCH_LARGE=0.5,5`` adds files of so many gigabytes, which are deleted again.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time

from bench.data import customers_csv, long_csv, wide_csv
from bench.private_memory import Peak

STRATA = """
import sys; from pathlib import Path
from training.table import ingest
ingest(Path(sys.argv[1]), Path(sys.argv[2]), file_name="big.csv")
"""

POLARS = """
import sys; from pathlib import Path
import numpy as np, polars as pl
out = Path(sys.argv[2]) / "table.parquet"
pl.scan_csv(sys.argv[1], infer_schema_length=1000).sink_parquet(out, compression="lz4")
names = list(pl.read_parquet_schema(out))
for at in range(0, len(names), 2):
    part = pl.read_parquet(out, columns=names[at:at + 2])
    for name, kind in part.schema.items():
        column = part[name]; column.null_count(); column.n_unique()
        if kind.is_numeric():
            low, high = column.min(), column.max(); column.mean(); column.std(); column.median()
            values = column.drop_nulls().to_numpy()
            np.bincount(np.minimum(((values - low) * (20 / ((high - low) or 1))).astype(np.uint8), 19))
"""


def measure() -> dict[str, object]:
    path = customers_csv()
    figures: dict[str, object] = {
        "file_mb": round(path.stat().st_size / 1e6),
        "strata": _run(STRATA, str(path)),
        "polars_out_of_core": _run(POLARS, str(path)),
        "strata_20000x2000": _run(STRATA, str(wide_csv())),
    }
    for size in filter(None, os.environ.get("BENCH_LARGE", "").split(",")):
        figures[f"strata_{size}gb"] = _large(float(size))
    return figures


def _large(gigabytes: float) -> dict[str, float]:
    path = long_csv(gigabytes)
    try:
        with path.open("rb") as file:
            rows = sum(piece.count(b"\n") for piece in iter(lambda: file.read(1 << 22), b"")) - 1
        figures = _run(STRATA, str(path))
    finally:
        path.unlink()
    return {
        "rows": rows,
        **figures,
        "cpu_microseconds_per_row": round(figures["cpu_seconds"] / rows * 1e6, 2),
    }


def _run(code: str, path: str) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        began, before = time.perf_counter(), os.times()
        child = subprocess.Popen([sys.executable, "-c", code, path, folder])
        peak = Peak(child.pid)
        peak.start()
        code_out = child.wait()
        after = os.times()
        if code_out:
            raise RuntimeError(f"the benchmark's process ended with {code_out}")
        cpu = after.children_user + after.children_system - before.children_user - before.children_system
        return {
            "cpu_seconds": round(cpu, 2),
            "wall_seconds": round(time.perf_counter() - began, 2),
            "peak_private_mb": round(peak.stop() / 1e6),
        }
