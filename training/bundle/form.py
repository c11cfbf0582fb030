"""What a form for one row has to ask, from the profile of the columns. Light."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl


def features_of(state: dict[str, Any], info: dict[str, Any], table: Path) -> list[dict[str, Any]]:
    """name, type and typical of each feature, with what its kind needs (training.bundle.runtime)."""
    about = {column["name"]: column for column in info["columns"]}
    return [_feature(column, about[column["name"]], table) for column in state["columns"]]


def _feature(column: dict[str, Any], info: dict[str, Any], table: Path) -> dict[str, Any]:
    feature = {"name": column["name"], "type": column["type"]}
    if column["type"] == "hash":
        return {**feature, "length": column["length"], "typical": next(iter(column["vocabulary"]), None)}
    if any(step["do"] in ("hash", "mask") for step in column.get("steps", ())):
        # What people hid stays out of the bundle: no value, and no figure of the values.
        unknown = dict.fromkeys(("typical", "min", "max", "median"))
        return {**feature, **unknown, "whole": False, "choices": []}
    if column["type"] == "number":
        ends = {end: info.get(end) for end in ("min", "max", "median")}
        return {**feature, "typical": info.get("median"), **ends, "whole": _is_whole(table, column["name"])}
    if column["type"] == "date":
        return {**feature, "typical": info.get("max"), "min": info.get("min"), "max": info.get("max")}
    if column["type"] in ("text", "picture"):
        example = next(iter(info.get("examples") or []), None) if column["type"] == "text" else None
        return {**feature, "typical": example}
    choices = list(column["vocabulary"])
    frequent = [value for value, _ in info.get("top") or [] if value in choices]
    return {**feature, "typical": (frequent or choices or [None])[0], "choices": choices}


def _is_whole(table: Path, name: str) -> bool:
    """Whether all numbers of a column are whole, however they were written."""
    values = pl.read_parquet(table, columns=[name])[name].drop_nulls().cast(pl.Float64)
    return bool((values == values.round()).all())
