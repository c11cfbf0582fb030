"""``python -m bench [NAME …]``: run the benchmarks and print one JSON line for each."""

from __future__ import annotations

import importlib
import json
import os
import sys

BENCHMARKS = (
    "builder", "built", "check", "encode", "growth", "ingest", "memory", "pages", "predict", "start", "train",
)  # fmt: skip


def main(names: list[str]) -> int:
    unknown = set(names) - set(BENCHMARKS)
    if unknown:
        sys.stderr.write(f"Unknown: {', '.join(sorted(unknown))}. There are: {', '.join(BENCHMARKS)}.\n")
        return 2
    for name in names or BENCHMARKS:
        figures = importlib.import_module(f"bench.{name}").measure()
        line = {"bench": name, **figures, "load_1min": os.getloadavg()[0]}
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
