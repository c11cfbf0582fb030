"""The sample tables, read once, and small tables made on the spot."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from training.recipe import Data
from training.table import ingest, proposal_for

SAMPLES = sorted((Path(__file__).parents[3] / "samples").glob("*/*.csv"))


class Read(NamedTuple):
    """A file and what ingest made of it."""

    source: Path
    table: Path
    info: dict[str, Any]

    def data(self, target: str | None = None, **settings: Any) -> Data:
        """The data part of a recipe with the proposed roles."""
        proposal = proposal_for(self.info, target or self.info["proposal"]["target"])
        return Data.model_validate(proposal | settings)

    def rows(self) -> list[dict[str, str]]:
        """The file's rows as any program would read them."""
        with self.source.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))


@pytest.fixture(scope="session", params=SAMPLES, ids=lambda path: path.stem)
def sample(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Read:
    folder = tmp_path_factory.mktemp(request.param.stem)
    return Read(
        request.param, folder / "table.parquet", ingest(request.param, folder, file_name=request.param.name)
    )


@pytest.fixture
def made(tmp_path: Path) -> Callable[..., Read]:
    """A table from columns: made(x=[1, 2], target=["a", "b"])."""

    def make(types: dict[str, str] | None = None, **columns: list[Any]) -> Read:
        source = tmp_path / "made.csv"
        with source.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            writer.writerows(zip(*columns.values(), strict=True))
        folder = tmp_path / "made"
        return Read(
            source, folder / "table.parquet", ingest(source, folder, file_name="made.csv", types=types)
        )

    return make
