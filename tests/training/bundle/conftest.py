"""Bundles of small copies of the samples, made once a session."""

from __future__ import annotations

import csv
import zipfile
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from training.bundle.export import write
from training.encode import Encoded, encode_table
from training.evaluate import report
from training.fit import fit
from training.recipe import Recipe
from training.start import draft
from training.table import ingest

SAMPLES = Path(__file__).parents[3] / "samples"
KINDS = {"penguins": 200, "telco_churn": 500, "california_housing": 500}


class Made(NamedTuple):
    """A run and its bundle. source: the CSV that was trained on."""

    source: Path
    table: Path
    info: dict[str, Any]
    recipe: Recipe
    encoded: Encoded
    checkpoints: Path
    report: dict[str, Any]
    bundle: Path
    told: dict[str, Any]

    def rows(self) -> list[dict[str, str]]:
        with self.source.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def unzipped(self, folder: Path) -> Path:
        with zipfile.ZipFile(self.bundle) as archive:
            archive.extractall(folder)
        return folder


def make(name: str, folder: Path, rows: int) -> Made:
    lines = (SAMPLES / name / f"{name}.csv").read_text(encoding="utf-8").splitlines()
    source = folder / f"{name}.csv"
    step = max(1, (len(lines) - 1) // rows)
    source.write_text("\n".join([lines[0], *lines[1::step]]) + "\n", encoding="utf-8")
    info = ingest(source, folder, file_name=source.name)
    document = draft(info, dataset_version=1)
    document["fit"] |= {"epochs": 3, "threads": 1}
    recipe = Recipe.parse(document)
    table, checkpoints = folder / "table.parquet", folder / "checkpoints"
    encoded = encode_table(table, recipe.data, info)
    list(fit(recipe, encoded, checkpoints, control=lambda: ""))
    judged = report(recipe, encoded, checkpoints)
    told = write(
        recipe,
        encoded,
        checkpoints,
        judged,
        folder / "bundle.zip",
        table=table,
        info=info,
        name="Run 1 of <b>Ann|Bob</b>",
    )
    return Made(source, table, info, recipe, encoded, checkpoints, judged, folder / "bundle.zip", told)


@pytest.fixture(scope="session", params=KINDS)
def made(request, tmp_path_factory) -> Made:
    return make(request.param, tmp_path_factory.mktemp(request.param), KINDS[request.param])


@pytest.fixture(scope="session")
def penguins(tmp_path_factory) -> Made:
    return make("penguins", tmp_path_factory.mktemp("penguins"), 200)
