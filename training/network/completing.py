"""Fixes that mend a card fully: what one edit leaves open, the same fix mends too."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from training.errors import NetworkError
from training.network.edits import apply_edits, ids_of
from training.network.parts import Edit, Fix, Problem, fix
from training.network.placing import listed

_MOST_ROUNDS = 8
_MOST_NODES = 200  # of larger networks fixes are offered as they are: trying each takes time
_INSERTION = re.compile(r"Insert (.+) before it")

Judge = Callable[[Any, str], Problem | None]  # nodes, id -> the first problem down to that node


def completed(nodes: Any, problem: Problem, judge: Judge) -> Problem:
    """The problem with fixes of which each leaves nothing wrong down to its card, where there are such."""
    if not isinstance(nodes, list) or len(nodes) > _MOST_NODES or not problem.node:
        return problem
    whole: list[Fix] = []
    partly: list[Fix] = []
    for each in problem.fixes or (_plain(problem.node),):
        done = _completed(nodes, each, problem.node, judge)
        (whole if done else partly).append(done or each)
    if not whole:
        last = [_completed(nodes, each, problem.node, judge) for each in _last_resorts(nodes, problem.node)]
        whole = [each for each in last if each][:1]
    fixes = {each["title"]: each for each in [*whole, *partly]}
    return replace(problem, fixes=tuple(fixes.values())[:3])


def _completed(nodes: Any, first: Fix, node: str, judge: Judge) -> Fix | None:
    """The fix with what else it takes; None where that does not end."""
    edits: list[Edit] = list(first["edits"])
    titles = [first["title"]]
    try:
        after = apply_edits(nodes, edits)
        for _ in range(_MOST_ROUNDS):
            left = judge(after, node)
            if left is None:
                return fix(_title(titles), *edits)
            if not left.fixes:
                return None
            more = left.fixes[0]
            edits, titles = [*edits, *more["edits"]], [*titles, more["title"]]
            after = apply_edits(after, more["edits"])
    except NetworkError:
        return None
    return None


def _title(titles: list[str]) -> str:
    """Insert Pixels before it, Insert Flatten before it -> Insert Pixels and Flatten before it."""
    found = [_INSERTION.fullmatch(title) for title in titles]
    layers = list(dict.fromkeys(name for each in found if each for name in re.split(", | and ", each[1])))
    insertion = f"Insert {listed(layers)} before it" if layers else ""
    parts = dict.fromkeys(insertion if each else title for each, title in zip(found, titles, strict=True))
    first, *more = parts
    return listed([first, *[part[0].lower() + part[1:] for part in more]])


def _plain(node: str) -> Fix:
    return fix("Take the layer above", {"do": "set", "node": node, "field": "inputs", "value": None})


def _last_resorts(nodes: list[Any], node: str) -> list[Fix]:
    """What mends a node that nothing else does: its settings as they were at first, or else without it."""
    if node not in ids_of(nodes):
        return []
    drawn = next(each for each in nodes if isinstance(each, dict) and each.get("id") == node)
    fields = [name for name in drawn if name not in ("id", "layer", "inputs", "title")]
    usual: list[Edit] = [{"do": "set", "node": node, "field": name, "value": None} for name in fields]
    first = [fix("Set it back to the usual settings", *usual)] if usual else []
    return [*first, fix("Remove it", {"do": "remove", "node": node})]
