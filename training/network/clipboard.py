"""Cards copied from one network and pasted into another, as JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from training.errors import NetworkError
from training.network.plain import plain

Nodes = list[dict[str, Any]]

DATA = frozenset({"numbers", "categories", "text", "picture", "series"})  # inputs of any network


def copied(nodes: Any, ids: list[str]) -> Nodes:
    """The chosen cards in the order of the network, as they are stored; unknown ids are left out."""
    if not isinstance(nodes, list):
        return []
    return [plain(node) for node in nodes if isinstance(node, dict) and node.get("id") in ids]


def pasted(nodes: Any, at: int, clipboard: Any, fresh: Callable[[str, set[str]], str]) -> Nodes:
    """The nodes with copied cards at this place.

    Names that are taken become fresh ones, wires among the pasted follow them, and a wire to what does
    not stand above takes the layer above. fresh: (layer, taken ids) -> a free id. Raises NetworkError
    where the clipboard holds no cards.
    """
    cards = clipboard if isinstance(clipboard, list) else []
    if not cards or not all(isinstance(each, dict) for each in cards):
        raise NetworkError("What was copied holds no layers.", hint="Copy cards of a network first.")
    above, taken = _ids(nodes[:at]), _ids(nodes)
    renamed: dict[str, str] = {}
    after: Nodes = []
    for node in plain(cards):
        old = node.get("id")
        node["id"] = (
            old if isinstance(old, str) and old not in taken else fresh(str(node.get("layer", "")), taken)
        )
        taken.add(node["id"])
        _rewire(node, renamed, above | DATA)
        if isinstance(old, str):
            renamed[old] = node["id"]
        after.append(node)
    return [*nodes[:at], *after, *nodes[at:]]


def _ids(nodes: Any) -> set[str]:
    return {node["id"] for node in nodes if isinstance(node, dict) and isinstance(node.get("id"), str)}


def _rewire(node: dict[str, Any], renamed: dict[str, str], above: set[str]) -> None:
    inputs = node.pop("inputs", None)
    names = [name for name in inputs if isinstance(name, str)] if isinstance(inputs, list) else []
    known = [renamed.get(name, name) for name in names if name in renamed or name in above]
    if known:
        node["inputs"] = list(dict.fromkeys(known))
