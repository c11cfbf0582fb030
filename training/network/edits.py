"""Edits as data: pure functions from nodes to nodes.

    {"do": "add", "layer": "Linear", "at": 2, "settings": {…}, "inputs": […], "id": "fc"}   at, …: optional
    {"do": "set", "node": "fc", "field": "units", "value": 32}     None: back to the default
    {"do": "move", "node": "fc", "to": 3}                          its place among the others
    {"do": "duplicate", "node": "fc"}
    {"do": "remove", "node": "fc"}
    {"do": "open", "node": "block", "nodes": […]}                  as ``Card.opening`` has it
    {"do": "paste", "nodes": […], "at": 2}                         as ``clipboard.copied`` has them
    {"do": "replace", "nodes": […]}

``set`` with the field ``id`` renames a node wherever it is named; ``inputs`` and ``layer`` are fields too.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from training.declared import clipped
from training.errors import NetworkError
from training.network.clipboard import pasted
from training.network.parts import Edit
from training.network.plain import plain

Nodes = list[dict[str, Any]]


def apply_edits(nodes: Any, edits: Any) -> Nodes:
    """The nodes after the edits; what was passed in stays as it is.

    Raises NetworkError when an edit is malformed or names a node that is not there.
    """
    after: Nodes = plain(nodes) if isinstance(nodes, list) else []
    if not isinstance(edits, list | tuple):
        raise NetworkError("Edits have to be a list.")
    for edit in edits:
        do = edit.get("do") if isinstance(edit, dict) else None
        if not isinstance(do, str) or do not in _EDITS:
            raise NetworkError(f"There is no edit called “{clipped(do)}”.", hint=f"Use {', '.join(_EDITS)}.")
        after = _EDITS[do](after, edit)
    return after


def fresh_id(layer: str, taken: set[str]) -> str:
    """A free id for a node of this layer: ``linear_1``, ``linear_2`` …"""
    stem = re.sub(r"[^a-z0-9]+", "_", layer.lower()).strip("_")[:30] or "layer"
    if not stem[0].isalpha():
        stem = f"layer_{stem}"
    number = 1
    while f"{stem}_{number}" in taken:
        number += 1
    return f"{stem}_{number}"


def ids_of(nodes: Nodes) -> set[str]:
    """The ids in use."""
    return {node["id"] for node in nodes if isinstance(node, dict) and isinstance(node.get("id"), str)}


def _add(nodes: Nodes, edit: Edit) -> Nodes:
    layer = edit.get("layer")
    settings = edit.get("settings") or {}
    if not isinstance(layer, str) or not isinstance(settings, dict):
        raise NetworkError("Adding needs the name of a layer, and settings as an object.")
    taken = ids_of(nodes)
    node: dict[str, Any] = {"id": edit.get("id") or fresh_id(layer, taken), "layer": layer}
    if not isinstance(node["id"], str) or node["id"] in taken:
        raise NetworkError(f"There is a layer “{clipped(node['id'])}” already.", hint="Choose another name.")
    if edit.get("inputs") is not None:
        node["inputs"] = edit["inputs"]
    node |= {name: value for name, value in settings.items() if name not in ("id", "layer", "inputs")}
    nodes.insert(_place(edit.get("at"), len(nodes)), node)
    return nodes


def _set(nodes: Nodes, edit: Edit) -> Nodes:
    node, field, value = _node(nodes, edit), edit.get("field"), edit.get("value")
    if not isinstance(field, str):
        raise NetworkError("Setting needs the name of a field.")
    if field == "id":
        _rename(nodes, node, value)
    elif field == "layer" and isinstance(value, str):
        # Settings of the layer before mean nothing to the next one.
        kept: dict[str, Any] = {name: node[name] for name in ("id", "inputs", "title") if name in node}
        node.clear()
        node.update(kept, layer=value)
    elif value is None:
        node.pop(field, None)
    else:
        node[field] = value
    return nodes


def _rename(nodes: Nodes, node: dict[str, Any], name: Any) -> None:
    if not isinstance(name, str) or (name != node["id"] and name in ids_of(nodes)):
        raise NetworkError(
            f"A layer cannot be called “{clipped(name)}”: that name is taken.",
            where=f"network.main.{node['id']}.id",
            hint="Choose another name.",
        )
    old, node["id"] = node["id"], name
    _redirect(nodes, old, [name])


def _move(nodes: Nodes, edit: Edit) -> Nodes:
    node = _node(nodes, edit)
    others = [each for each in nodes if each is not node]
    others.insert(_place(edit.get("to"), len(others)), node)
    return others


def _duplicate(nodes: Nodes, edit: Edit) -> Nodes:
    node = _node(nodes, edit)
    twin = plain(node)
    twin["id"] = fresh_id(str(node.get("layer", "")), ids_of(nodes))
    twin.pop("title", None)
    nodes.insert(_index(nodes, node) + 1, twin)
    return nodes


def _remove(nodes: Nodes, edit: Edit) -> Nodes:
    """Without the node; who took it by name takes what it took, of a merge the first."""
    node = _node(nodes, edit)
    index = _index(nodes, node)
    above = [nodes[index - 1]["id"]] if index and isinstance(nodes[index - 1], dict) else []
    inputs = node.get("inputs")
    instead = [name for name in inputs if isinstance(name, str)][:1] if isinstance(inputs, list) else above
    del nodes[index]
    _redirect(nodes, node["id"], instead)
    # The node below took this one because it stood there; it must not take another by accident.
    follower = nodes[index] if index < len(nodes) else None
    if instead and instead != above and isinstance(follower, dict) and not follower.get("inputs"):
        follower["inputs"] = instead
    return nodes


def _open(nodes: Nodes, edit: Edit) -> Nodes:
    """A block's own layers in its place; the last one bears its name, so that wires stay."""
    node, inner = _node(nodes, edit), edit.get("nodes")
    if not isinstance(inner, list) or not inner or not all(isinstance(each, dict) for each in inner):
        raise NetworkError(
            f"“{clipped(node['id'])}” holds no layers to open.", hint="Only blocks that fit can be opened."
        )
    index = _index(nodes, node)
    return [*nodes[:index], *plain(inner), *nodes[index + 1 :]]


def _paste(nodes: Nodes, edit: Edit) -> Nodes:
    return pasted(nodes, _place(edit.get("at"), len(nodes)), edit.get("nodes"), fresh_id)


def _replace(nodes: Nodes, edit: Edit) -> Nodes:
    replacement = edit.get("nodes")
    if not isinstance(replacement, list):
        raise NetworkError("Replacing needs a list of nodes.")
    copy: Nodes = plain(replacement)
    return copy


def _redirect(nodes: Nodes, old: str, instead: list[str]) -> None:
    for node in nodes:
        if (
            not isinstance(node, dict)
            or not isinstance(node.get("inputs"), list)
            or old not in node["inputs"]
        ):
            continue
        inputs = [new for name in node["inputs"] for new in (instead if name == old else [name])]
        node["inputs"] = list(dict.fromkeys(inputs))
        if not inputs:
            del node["inputs"]


def _node(nodes: Nodes, edit: Edit) -> dict[str, Any]:
    name = edit.get("node")
    for node in nodes:
        if isinstance(node, dict) and isinstance(name, str) and node.get("id") == name:
            return node
    raise NetworkError(
        f"There is no layer “{clipped(name)}”.", hint="It may have been removed; reload the page."
    )


def _index(nodes: Nodes, node: dict[str, Any]) -> int:
    return next(index for index, each in enumerate(nodes) if each is node)


def _place(index: Any, length: int) -> int:
    if index is None:
        return length
    if type(index) is not int:
        raise NetworkError("A place in the network has to be a whole number.")
    return max(0, min(index, length))


_EDITS: dict[str, Callable[[Nodes, Edit], Nodes]] = {
    "add": _add, "set": _set, "move": _move, "duplicate": _duplicate, "remove": _remove, "open": _open,
    "paste": _paste, "replace": _replace,
}  # fmt: skip
