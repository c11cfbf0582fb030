"""Trains a small real model into a folder: run as a program, so that no test process runs torch or polars.

    python -m tests.studio.deployments.train_once SAMPLE.csv TARGET FOLDER [CHANGES.json]

CHANGES are parts of the recipe that are other than the draft's.

The folder then holds table.parquet, info.json, recipe.json, run/ (checkpoints), events.json,
report.json, bundle.zip and checked.json.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from training import start
from training.bundle import export
from training.encode import encode_table
from training.evaluate import report
from training.events import Event
from training.fit import fit
from training.recipe import Recipe
from training.table import ingest, proposal_for


def main(sample: Path, target: str, folder: Path, changes: Path | None = None) -> None:
    info = ingest(sample, folder, file_name=sample.name)
    info["proposal"] = proposal_for(info, target)
    draft = start.draft(info, dataset_version=1)
    brief = {"epochs": 6, "batch_size": 64, "device": "cpu", "threads": 1}
    draft["fit"] |= {"objective": {"name": "auto"}, **brief}
    for part, settings in json.loads(changes.read_text() if changes else "{}").items():
        draft[part] = draft[part] | settings
    recipe = Recipe.parse(draft)
    encoded = encode_table(folder / "table.parquet", recipe.data, info)
    told = fit(recipe, encoded, folder / "run", control=lambda: "", device="cpu")
    events = [thing.as_dict() for thing in told if isinstance(thing, Event)]
    found = report(recipe, encoded, folder / "run")
    checked = export.write(
        recipe,
        encoded,
        folder / "run",
        found,
        folder / "bundle.zip",
        table=folder / "table.parquet",
        info=info,
        name=sample.stem,
    )
    for name, thing in {
        "info": info,
        "recipe": recipe.as_dict(),
        "events": events,
        "report": found,
        "checked": checked,
    }.items():
        (folder / f"{name}.json").write_text(json.dumps(thing, allow_nan=False))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), *map(Path, sys.argv[4:]))
