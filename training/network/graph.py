"""The diagram as JSON: the browser lays it out and draws it."""

from __future__ import annotations

from typing import Any

from training.network.parts import Checked


def graph(checked: Checked) -> dict[str, Any]:
    """Nodes (id, title, layer, family, kind, state, shape, about) and wires (from, to, shape, skip, state).

    shape is text, ``"128"`` or ``"3 × 32 × 32"``, and ``"?"`` while unknown. skip: the wire passes
    over a card. state: ``"ok"``, ``"bad"`` or ``"wait"``.
    """
    cards = checked.cards
    place = {card.id: index for index, card in enumerate(cards)}
    shapes = {card.id: _text(card.shape.dims) if card.shape else "?" for card in cards}
    nodes = [
        {
            "id": card.id,
            "title": card.title,
            "layer": card.layer,
            "family": card.family,
            "kind": card.kind,
            "state": card.state,
            "shape": shapes[card.id],
            "about": card.about,
        }
        for card in cards
    ]
    first = len(checked.inputs)
    wires = [
        {
            "from": source,
            "to": card.id,
            "shape": shapes[source],
            "state": card.state,
            "skip": place[card.id] - max(place[source], first - 1) > 1,
        }
        for card in cards
        for source in card.inputs
        if source in place
    ]
    return {"nodes": nodes, "wires": wires}


def _text(dims: tuple[int, ...]) -> str:
    return " × ".join(map(str, dims))
