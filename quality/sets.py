"""The sets that quality is judged on, and one split of each per seed."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from training.encode import Encoded, encode_table
from training.recipe import Data
from training.start import draft
from training.table.ingest import ingest

ROOT = Path(__file__).resolve().parents[1]
SEEDS = (0, 1, 2, 3, 4)
FILES = {
    name: ROOT / "samples" / name / f"{name}.csv"
    for name in ("abalone", "california_housing", "mushrooms", "telco_churn", "digits8x8")
}
TARGETS = {"digits8x8": "digit"}


@dataclass(frozen=True)
class Table:
    """One ingested set. info: as ``ingest`` answers, with the sample's target proposed; path: Parquet."""

    name: str
    path: Path
    info: dict[str, Any]

    @property
    def is_regression(self) -> bool:
        return bool(self.info["proposal"]["task"] == "regression")

    def recipe(self, seed: int) -> dict[str, Any]:
        """What a user gets without touching anything, split and trained with this seed."""
        document = draft(self.info)
        document["data"]["split"]["seed"] = seed
        document["fit"]["seed"] = seed
        return document

    def frame(self, rows: np.ndarray) -> tuple[pl.DataFrame, np.ndarray]:
        """The features and the target of these rows as they stand in the table, for peers."""
        table = pl.read_parquet(self.path)[rows]
        roles, target = self.info["proposal"]["roles"], self.info["proposal"]["target"]
        kept = [name for name in table.columns if roles.get(name) == "feature"]
        return table.select(kept), table[target].to_numpy()


@cache
def table(name: str) -> Table:
    from training.table.proposal import proposal_for

    folder = Path(tempfile.mkdtemp(prefix=f"quality-{name}-"))
    info = ingest(FILES[name], folder, file_name=FILES[name].name)
    sample = {each["key"]: each for each in json.loads((ROOT / "samples" / "index.json").read_text())}
    target = TARGETS.get(name) or sample[name]["target"]
    info["proposal"] = proposal_for(info, target)
    return Table(name, folder / "table.parquet", info)


def encoded(set_: Table, seed: int) -> Encoded:
    """The arrays and parts that Strata trains on with this seed."""
    return encode_table(set_.path, Data.model_validate(set_.recipe(seed)["data"]), set_.info)


def rows_of(set_: Table, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Row numbers of training, validation and test."""
    made = encoded(set_, seed)
    return made.rows[made.parts == 0], made.rows[made.parts == 1], made.rows[made.parts == 2]
