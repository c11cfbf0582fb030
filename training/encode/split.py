"""Which rows train (0), which validate (1) and which are kept for the report (2).

Random order comes from the raw stream of PCG64, which numpy keeps the same forever and on every
machine (its shuffles may change between versions), and from stable sorts.
"""

from __future__ import annotations

import numpy as np

from training.errors import DataError, EngineError
from training.words import counted

TRAINING, VALIDATION, TEST = 0, 1, 2
NAMES = ("training", "validation", "test")

_MARKS = {
    **dict.fromkeys(("training", "train", "0", "fit"), TRAINING),
    **dict.fromkeys(("validation", "valid", "val", "dev", "1"), VALIDATION),
    **dict.fromkeys(("test", "testing", "holdout", "2"), TEST),
}


def split(
    rows: int,
    *,
    method: str = "random",
    validation: float = 0.15,
    test: float = 0.15,
    seed: int = 42,
    by: np.ndarray | None = None,
    values: list[str] | None = None,
) -> np.ndarray:
    """The part of each row, uint8 (rows,); all three parts have at least one row.

    by: (rows,) class numbers for "stratified", group numbers for "group", moments for "time"
    (datetime64 or numbers; NaT or NaN where missing), places in ``values`` for "column"; -1 is
    a missing class, group or mark. values: the texts of a "column" split.
    Raises DataError when the rows do not yield three parts.
    """
    if problem := too_few(rows):
        raise problem
    if method == "random":
        parts = _dealt(_order(rows, seed), validation, test)
    elif by is None:
        raise EngineError(f"The split by {method} was given no column.")
    elif method == "stratified":
        parts = _stratified(by, validation, test, seed)
    elif method == "time":
        parts = _by_time(by, validation, test)
    elif method == "group":
        parts = _by_group(by, validation, test, seed)
    elif method == "column":
        parts = _by_marks(by, values or [])
    else:
        raise EngineError(f"There is no split method {method}.")
    return parts


def too_few(rows: int) -> DataError | None:
    """What to say when so many rows with a target are not enough for three parts."""
    if rows >= len(NAMES):
        return None
    return DataError(
        f"There {'is' if rows == 1 else 'are'} only {counted(rows, 'usable row')}; training, validation "
        "and test need at least one each.",
        where="rows",
        hint="Add rows that have a target: a hundred or more make sense.",
    )


def _order(count: int, seed: int) -> np.ndarray:
    """A permutation of 0 … count-1."""
    return np.argsort(np.random.PCG64(seed).random_raw(count), kind="stable")


def _sizes(rows: int, validation: float, test: float) -> tuple[int, int]:
    """Rows of validation and test: at least one each, and at least one is left to train."""
    kept = min(max(1, round(rows * test)), rows - 2)
    judging = min(max(1, round(rows * validation)), rows - kept - 1)
    return judging, kept


def _dealt(order: np.ndarray, validation: float, test: float) -> np.ndarray:
    judging, kept = _sizes(len(order), validation, test)
    parts = np.zeros(len(order), dtype=np.uint8)
    parts[order[:kept]] = TEST
    parts[order[kept : kept + judging]] = VALIDATION
    return parts


def _stratified(classes: np.ndarray, validation: float, test: float, seed: int) -> np.ndarray:
    """Each class dealt alike; what rounding leaves over is carried to the next class."""
    order = _order(len(classes), seed)
    grouped = order[np.argsort(classes[order], kind="stable")]
    _, starts = np.unique(classes[grouped], return_index=True)
    parts = np.zeros(len(classes), dtype=np.uint8)
    owed_test = owed_validation = 0.0
    for members in np.split(grouped, starts[1:]):
        owed_test += len(members) * test
        owed_validation += len(members) * validation
        # A class that training never sees cannot be learned: one row stays there.
        kept = min(round(owed_test), len(members) - 1)
        judging = min(round(owed_validation), len(members) - 1 - kept)
        owed_test, owed_validation = owed_test - kept, owed_validation - judging
        parts[members[:kept]] = TEST
        parts[members[kept : kept + judging]] = VALIDATION
    return _none_empty(parts, order)


def _none_empty(parts: np.ndarray, order: np.ndarray) -> np.ndarray:
    for part in (VALIDATION, TEST):
        if not (parts == part).any():
            counts = np.bincount(parts, minlength=3)
            fullest = order[parts[order] == counts.argmax()]
            parts[fullest[0]] = part
    return parts


def _by_time(moments: np.ndarray, validation: float, test: float) -> np.ndarray:
    """The latest rows test, those before validate; equal moments stay together, rows without one train."""
    missing = np.isnat(moments) if moments.dtype.kind == "M" else np.isnan(moments)
    distinct, place, counts = np.unique(moments[~missing], return_inverse=True, return_counts=True)
    if len(distinct) < 3:
        raise DataError(
            f"The time column has {counted(len(distinct), 'different moment')}; a split by time needs at "
            "least three.",
            hint="Choose another time column or a random split.",
        )
    first_validation, first_test = _cuts(counts, validation, test)
    parts = np.zeros(len(moments), dtype=np.uint8)
    parts[~missing] = np.where(
        place >= first_test, TEST, np.where(place >= first_validation, VALIDATION, TRAINING)
    )
    return parts


def _cuts(counts: np.ndarray, validation: float, test: float) -> tuple[int, int]:
    """Where validation and test begin among groups of these sizes, so that no part is empty."""
    total = int(counts.sum())
    before = np.concatenate([[0], np.cumsum(counts)])
    first_test = int(np.abs(before - total * (1 - test)).argmin())
    first_test = min(max(first_test, 2), len(counts) - 1)
    first_validation = int(np.abs(before - total * (1 - test - validation)).argmin())
    return min(max(first_validation, 1), first_test - 1), first_test


def _by_group(groups: np.ndarray, validation: float, test: float, seed: int) -> np.ndarray:
    """Whole groups are dealt; a row without a group is a group of its own."""
    alone = groups < 0
    groups = groups.astype(np.int64, copy=True)
    groups[alone] = groups.max() + 1 + np.arange(alone.sum())
    distinct, place = np.unique(groups, return_inverse=True)
    if len(distinct) < 3:
        raise DataError(
            f"The group column has {counted(len(distinct), 'group')}; training, validation and test need at "
            "least one each.",
            hint="Choose another group column or a random split.",
        )
    order = _order(len(distinct), seed)
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    sizes = np.bincount(place)[order]
    first_validation, first_test = _cuts(sizes, validation, test)
    of_row = rank[place]
    return np.where(
        of_row >= first_test, TEST, np.where(of_row >= first_validation, VALIDATION, TRAINING)
    ).astype(np.uint8)


def _by_marks(codes: np.ndarray, values: list[str]) -> np.ndarray:
    meaning = np.array([_MARKS.get(value.casefold(), -1) for value in values] + [-1])
    parts = meaning[codes]
    if (parts < 0).any():
        row = int((parts < 0).argmax())
        found = f"“{values[codes[row]]}”" if codes[row] >= 0 else "nothing"
        raise DataError(
            f"The split column says {found} in row {row + 1:,}; it may say training, validation or test.",
            hint="Correct the column, or choose a random split.",
        )
    for part, name in enumerate(NAMES):
        if not (parts == part).any():
            raise DataError(
                f"The split column leaves no row for {name}.",
                hint="Mark some rows, or choose a random split.",
            )
    return np.asarray(parts, dtype=np.uint8)
