"""Encoded arrays, kept as a cache: by dataset version, data part and code, evicted by size."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training.errors import EngineError
from training.recipe import Recipe

if TYPE_CHECKING:
    from training.encode import Encoded

ENGINE = Path(__file__).resolve().parents[2] / "training"


def encoded_arrays(
    recipe: Recipe, *, table: Path, info: dict[str, Any], cache: Path, most_bytes: int, key: str = ""
) -> Encoded:
    """The arrays of a recipe's data part: from the cache, or encoded now and kept there.

    key: what the project's hashing steps use.
    For processes of jobs only: reads tables. Raises UserError when the data cannot be trained on.
    """
    from training.encode import Encoded, encode_table

    folder = cache / cache_key(recipe, table)
    if (folder / "encoded.json").exists():
        try:
            encoded = Encoded.load(folder)
            os.utime(folder)
            return encoded
        except (EngineError, FileNotFoundError):
            shutil.rmtree(folder, ignore_errors=True)  # damaged, or evicted while we looked
    # Two processes may encode the same: each writes a folder of its own, the first one stays.
    part = folder.with_name(f"{folder.name}.{uuid.uuid4().hex}")
    try:
        encoded = encode_table(table, recipe.data, info, key=key, folder=part)
        _keep(encoded, part, folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    evict(cache, most_bytes, spare=folder.name)
    return encoded


def cache_key(recipe: Recipe, table: Path) -> str:
    """Names the arrays: a table never changes under its name, so the name stands for it."""
    document = json.dumps([table.name, recipe.data.model_dump(mode="json"), _code_version()], sort_keys=True)
    return hashlib.sha256(document.encode()).hexdigest()[:32]


def evict(cache: Path, most_bytes: int, *, spare: str = "") -> None:
    """Remove what was used longest ago until the cache holds ``most_bytes`` at most."""
    folders = sorted((path for path in cache.glob("*") if path.is_dir()), key=_used_at, reverse=True)
    total = 0
    for folder in folders:
        total += _bytes_of(folder)
        if total > most_bytes and folder.name != spare:
            shutil.rmtree(folder, ignore_errors=True)


def _keep(encoded: Encoded, part: Path, folder: Path) -> None:
    try:
        encoded.save(part)
        if not folder.exists():
            part.rename(folder)
    except OSError:
        pass  # a full disk, or somebody was faster: it is only a cache


def _used_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _bytes_of(folder: Path) -> int:
    try:
        return sum(file.stat().st_size for file in folder.glob("*"))
    except FileNotFoundError:  # another process is writing or evicting it
        return 0


def _code_version() -> str:
    code = hashlib.sha256()
    for path in sorted([*ENGINE.glob("encode/*.py"), *ENGINE.glob("steps/*.py")]):
        code.update(path.read_bytes())
    return code.hexdigest()
