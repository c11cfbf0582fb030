"""The diagram as data: the engine's nodes and wires, with names, colours and what blocks hold."""

from __future__ import annotations

from typing import Any

from studio.networks.cards import COLOURS
from training.network import Card, Checked, graph


def diagram(checked: Checked) -> dict[str, Any]:
    """``graph(checked)``; nodes have ``colour``, the name that people gave, and blocks ``inside``."""
    drawn = graph(checked)
    nodes = [_node(node, card) for node, card in zip(drawn["nodes"], checked.cards, strict=True)]
    return {"nodes": nodes, "wires": drawn["wires"]}


def _node(node: dict[str, Any], card: Card) -> dict[str, Any]:
    # "Input: a picture" says on a card what the drawing shows by its form.
    title = card.name or (card.title.partition(": ")[2] if card.locked else "") or card.title
    known = node | {"title": title[:1].upper() + title[1:], "colour": COLOURS.get(card.family, "core")}
    return known | {"inside": [_inner(inner) for inner in card.opens]} if card.opens else known


def _inner(card: Card) -> dict[str, Any]:
    return {
        "id": card.id,
        "title": card.title,
        "colour": COLOURS.get(card.family, "core"),
        "shape": " × ".join(map(str, card.shape.dims)) if card.shape else "?",
        "from": list(card.inputs),
    }
