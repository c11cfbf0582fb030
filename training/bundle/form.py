"""What a form for one row has to ask, from the profile of the columns. Light."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl


def features_of(state: dict[str, Any], info: dict[str, Any], table: Path) -> list[dict[str, Any]]:
    """name, type and typical of each feature, with what its kind needs (training.bundle.runtime)."""
    about = {column["name"]: column for column in info["columns"]}
    kinds = pl.read_parquet_schema(table)
    return [_feature(column, about[column["name"]], kinds[column["name"]]) for column in state["columns"]]


def _feature(column: dict[str, Any], info: dict[str, Any], kind: pl.DataType) -> dict[str, Any]:
    feature = {"name": column["name"], "type": column["type"]}
    if column["type"] == "number":
        ends = {end: info.get(end) for end in ("min", "max", "median")}
        return {**feature, "typical": info.get("median"), **ends, "whole": kind.is_integer()}
    if column["type"] == "date":
        return {**feature, "typical": info.get("max"), "min": info.get("min"), "max": info.get("max")}
    choices = list(column["vocabulary"])
    frequent = [value for value, _ in info.get("top") or [] if value in choices]
    return {**feature, "typical": (frequent or choices or [None])[0], "choices": choices}
