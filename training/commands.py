"""What the command line does.

The folder of a fit holds recipe, table, arrays, checkpoints, report and bundle.
Torch is imported by the commands that need it, so that the others start at once.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import sys
import tempfile
from argparse import Namespace
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from training.errors import DataError, EngineError, RecipeError
from training.recipe import Recipe

NOT_FINISHED = 3


def profile(given: Namespace) -> int:
    from training.table import ingest

    _there(given.file)
    with tempfile.TemporaryDirectory() as place:
        _print(ingest(given.file, Path(place), file_name=given.file.name), indent=1)
    return 0


def fit(given: Namespace) -> int:
    _there(given.recipe)
    recipe = Recipe.parse(given.recipe.read_bytes())
    table = _table_of(recipe, given)
    if (given.out / "recipe.json").exists():
        raise RecipeError(
            f"There is already a run in {given.out}.",
            hint="Choose another --out, or go on with it: python -m training resume.",
        )
    _make(given.out)
    info = _read(table, given.out, recipe)
    _encode(given.out, recipe, info)
    # Last, so that a folder with a recipe can be resumed.
    _write(given.out / "recipe.json", recipe.as_dict())
    return _train(given.out, pretty=given.pretty, resume=False)


def resume(given: Namespace) -> int:
    return _train(given.folder, pretty=given.pretty, resume=True)


def evaluate(given: Namespace) -> int:
    from training.evaluate import report

    recipe = _recipe_in(given.folder)
    _print(report(recipe, _arrays_in(given.folder), given.folder / "checkpoints"), indent=1)
    return 0


def predict(given: Namespace) -> int:
    from training.bundle.predict import predict_file
    from training.bundle.runtime import Bundle

    _there(given.bundle)
    _there(given.rows)
    try:
        predict_file(Bundle(given.bundle), given.rows, sys.stdout)
    except ValueError as error:
        raise DataError(str(error)) from None
    return 0


def layers() -> int:
    from training.layers import CATALOG

    _print(
        {
            name: {
                "family": layer.family,
                "title": layer.title,
                "summary": layer.summary,
                **layer.model_json_schema(),
            }
            for name, layer in CATALOG.items()
        },
        indent=1,
    )
    return 0


def find_lr(given: Namespace) -> int:
    from training import find

    return _search(given, find.find_lr)


def find_batch_size(given: Namespace) -> int:
    from training import find

    return _search(given, find.find_batch_size)


def _search(given: Namespace, search: Callable[..., dict[str, Any]]) -> int:
    """Print what a search answers, and leave nothing on the disk."""
    from training.encode import Encoded

    _there(given.recipe)
    recipe = Recipe.parse(given.recipe.read_bytes())
    table = _table_of(recipe, given)
    with tempfile.TemporaryDirectory() as place:
        out = Path(place)
        _encode(out, recipe, _read(table, out, recipe))
        with _leased(recipe.fit.device) as device:
            _print(search(recipe, Encoded.load(out / "arrays"), device))
    return 0


def _there(path: Path) -> None:
    if not path.is_file():
        raise DataError(f"There is no file {path}.", hint="Check the path.")


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RecipeError(
            f"{folder} cannot be a folder: {error.strerror or error}.", hint="Choose another --out."
        ) from None


def _table_of(recipe: Recipe, given: Namespace) -> Path:
    """The table to train on: --table, or what the recipe names, beside the recipe."""
    table = given.table or (given.recipe.parent / recipe.data.table if recipe.data.table else None)
    if table is None:
        raise RecipeError(
            "The recipe names no table.", where="data.table", hint="Give one with --table FILE."
        )
    _there(table)
    return Path(table)


def _read(table: Path, out: Path, recipe: Recipe) -> dict[str, Any]:
    """Read the file into ``out/table.parquet``; what was found lies in ``out/info.json``."""
    from training.table import ingest

    info = ingest(
        table, out, file_name=table.name, reading=recipe.data.reading, types=dict(recipe.data.types or {})
    )
    _write(out / "info.json", info)
    return info


def _encode(out: Path, recipe: Recipe, info: dict[str, Any]) -> None:
    from training.encode import encode_table

    encode_table(out / "table.parquet", recipe.data, info, key=_hash_key()).save(out / "arrays")


def _hash_key() -> str:
    """What hashing steps use. Raises RecipeError for what is no key."""
    key = os.environ.get("STRATA_HASH_KEY", "")
    if key and not re.fullmatch(r"([0-9a-fA-F]{2}){16,}", key):
        raise RecipeError(
            "STRATA_HASH_KEY is no key.",
            hint="Set it to 64 hexadecimal digits: openssl rand -hex 32 makes some.",
        )
    return key


def _train(folder: Path, *, pretty: bool, resume: bool) -> int:
    from training import fit as engine

    recipe, encoded = _recipe_in(folder), _arrays_in(folder)
    with _leased(recipe.fit.device) as device, _interruptible() as control:
        told = engine.fit(
            recipe, encoded, folder / "checkpoints", control=control, device=device, resume=resume
        )
        last = _show(told, pretty)
    if last != "finished":
        return NOT_FINISHED
    _finish(folder, recipe, encoded)
    return 0


@contextlib.contextmanager
def _leased(wanted: str) -> Iterator[str]:
    """A device for one process alone. Raises EngineError when another one has it."""
    from training.devices import lease, list_devices

    taken = lease(wanted, list_devices(), Path(tempfile.gettempdir()) / "strata-devices")
    if taken is None:
        raise EngineError(
            f"{wanted} is taken by another run.", hint="Wait for it, or set fit.device to auto."
        )
    try:
        yield taken.device
    finally:
        taken.release()


def _show(told: Iterator[Any], pretty: bool) -> str:
    """Print what a fit tells; the kind of its last event is returned."""
    if pretty:
        from training.pretty import show

        return show(told)
    last = ""
    for each in told:
        kind = getattr(each, "kind", "progress")
        _print({"kind": kind, **each.as_dict()})
        last = kind
    return last


class _interruptible:
    """A control that pauses at the first Ctrl-C; the second one ends at once."""

    def __enter__(self) -> Callable[[], str]:
        self.wish = ""
        self.before = signal.signal(signal.SIGINT, self._asked)
        return lambda: self.wish

    def _asked(self, number: int, frame: Any) -> None:
        self.wish = "pause"
        signal.signal(signal.SIGINT, self.before)

    def __exit__(self, *error: Any) -> None:
        signal.signal(signal.SIGINT, self.before)


def _finish(folder: Path, recipe: Recipe, encoded: Any) -> None:
    from training.bundle.export import write
    from training.evaluate import report

    info = json.loads((folder / "info.json").read_bytes())
    judged = report(recipe, encoded, folder / "checkpoints")
    _write(folder / "report.json", judged)
    write(
        recipe,
        encoded,
        folder / "checkpoints",
        judged,
        folder / "bundle.zip",
        table=folder / "table.parquet",
        info=info,
        name=f"Model of {recipe.data.target[0]}",
        key=_hash_key(),
    )


def _recipe_in(folder: Path) -> Recipe:
    path = folder / "recipe.json"
    if not path.is_file():
        raise RecipeError(
            f"{folder} holds no run: it has no recipe.json.",
            hint="Name the folder that was the --out of a fit.",
        )
    return Recipe.parse(path.read_bytes())


def _arrays_in(folder: Path) -> Any:
    from training.encode import Encoded

    if not (folder / "arrays" / "encoded.json").is_file():
        raise RecipeError(
            f"{folder} holds no whole run: its encoded rows are missing.",
            hint="Train the recipe again, into another folder.",
        )
    return Encoded.load(folder / "arrays")


def _write(path: Path, document: Any) -> None:
    path.write_text(
        json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8"
    )


def _print(document: Any, indent: int | None = None) -> None:
    sys.stdout.write(json.dumps(document, indent=indent, ensure_ascii=False, allow_nan=False) + "\n")
    sys.stdout.flush()
