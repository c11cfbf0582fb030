"""Reads a sample into a folder: a program of its own, so that no test process runs polars and forks.

python -m tests.studio.runs.prepare FOLDER    writes table.parquet, info.json, draft.json
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from training import start
from training.table import ingest

SAMPLE = Path("samples/penguins/penguins.csv")


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    info = ingest(SAMPLE, folder, file_name=SAMPLE.name)
    (folder / "info.json").write_text(json.dumps(info))
    (folder / "draft.json").write_text(json.dumps(start.draft(info, dataset_version=1)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
