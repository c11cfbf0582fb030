"""Whose turn it is: projects in turn, and within a project the run that has waited longest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from operator import itemgetter
from typing import Any

MOST = 1_000


def in_turn(queued: Iterable[tuple[int, int]], running: Iterable[int]) -> list[int]:
    """Keys of queued runs, the next one first.

    queued: (key, project) in the order in which they came; running: the project of each running
    run. A project's second run waits for the first of every other project.
    """
    ahead: Counter[Any] = Counter(running)
    turns = []
    for key, project in queued:
        turns.append((ahead[project], key))
        ahead[project] += 1
    return [key for _, key in sorted(turns, key=itemgetter(0))]
