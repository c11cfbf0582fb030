"""The column steps of the preparation, learned on the training rows and put into the state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from training import steps
from training.encode.cells import Words
from training.encode.preparation import prepared
from training.errors import SettingError
from training.recipe import Data
from training.steps.privacy import Hash
from training.steps.step import ColumnStep


@dataclass(frozen=True)
class Prepared:
    """columns: as the state expects them, ``ready``: as the steps leave them (name -> column);
    info: the profile with the types that the steps leave; entries: what steps add to the state, by column.
    """

    columns: dict[str, Any]
    ready: dict[str, Any]
    info: dict[str, Any]
    entries: dict[str, dict[str, Any]]

    def into(self, state: dict[str, Any]) -> dict[str, Any]:
        """The state with the steps of each column, and the types that cells come in."""
        return {**state, "columns": [self._entry(column) for column in state["columns"]]}

    def _entry(self, column: dict[str, Any]) -> dict[str, Any]:
        if column["name"] not in self.entries:
            return column
        kept = {name: value for name, value in column.items() if name not in ("type", "format")}
        return kept | self.entries[column["name"]]


def prepare(
    columns: dict[str, Any], training: np.ndarray, data: Data, info: dict[str, Any], key: str = ""
) -> Prepared:
    """Learn the column steps of these features.

    columns: name -> column of the table; training: bool (n,) or row numbers; key: the project's, in
    hexadecimal digits. Raises SettingError for a step that cannot be, or hashing without a key.
    """
    about = {column["name"]: column for column in info["columns"]}
    taken, entries = dict(columns), {}
    wanted: dict[str, list[tuple[int, ColumnStep]]] = {}
    for place, step in steps.steps_of(data, info):
        if isinstance(step, ColumnStep) and step.column in columns:
            wanted.setdefault(step.column, []).append((place, step))
    for name, its_steps in wanted.items():
        learned = _learned(its_steps, _taken(columns[name], training), key)
        first = its_steps[0][1]
        if isinstance(first, Hash) and not first.key_in_bundle:
            # Who has no key hashes before: then a cell is its fingerprint, in training as well.
            taken[name] = prepared({"steps": learned[:1]}, columns[name])
            entries[name] = {"type": "hash", "length": first.length, "steps": learned[1:]}
        else:
            raw = {what: about[name][what] for what in ("type", "format") if what in about[name]}
            entries[name] = raw | {"steps": learned}
    ready = {name: prepared(entries.get(name, {}), column) for name, column in taken.items()}
    return Prepared(taken, ready, steps.foreseen(info, data), entries)


def _learned(its_steps: list[tuple[int, ColumnStep]], sample: Any, key: str) -> list[dict[str, Any]]:
    """What each step learned from the training rows of its column, as the steps before leave them."""
    found = []
    for place, step in its_steps:
        learned = step.learn(sample)
        if isinstance(step, Hash):
            learned |= {"key": _key(key, place)}
        sample = prepared({"steps": [learned]}, sample)
        found.append(learned)
    return found


def _key(key: str, place: int) -> str:
    if key:
        return key
    raise SettingError(
        "Hashing needs the key of the project.",
        where=f"data.steps.{place}",
        hint="On the command line, set STRATA_HASH_KEY to 64 hexadecimal digits.",
    )


def _taken(column: Any, rows: np.ndarray) -> Any:
    return Words(column.codes[rows], column.values) if isinstance(column, Words) else column[rows]
