"""What a network costs as a whole, and the network that costs too much."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from training.layers import Misfit
from training.network.merging import units_above
from training.network.parts import HEAD, Card, Edit, Fix, Problem, Step, fix
from training.network.placing import Place, Wires, inserted, set_units

MOST_PARAMETERS = 1_000_000_000  # 4 GB of weights, 16 GB to train
_NARROW = 64  # units of a layer that is put before a large one
_SIZES = ("units", "hidden_size", "hidden", "dim_feedforward", "width")


def totals(steps: list[Step], cards: tuple[Card, ...], whole: bool) -> dict[str, Any]:
    """Counts of one row and of the model; whole: all layers are in them."""
    parameters = sum(step.parameters for step in steps)
    frozen = sum(step.parameters for step in steps if step.is_frozen)
    return {
        "parameters": parameters,
        "trainable": parameters - frozen,
        "frozen": frozen,
        "multiply_adds": sum(step.multiply_adds for step in steps),
        "model_bytes": 4 * parameters,
        "whole": whole,
        "about": any(card.about for card in cards),
    }


def too_large(place: Place, steps: list[Step], total: int, wires: Wires) -> Problem:
    """The problem of a network that no machine holds, on the card that brings it there.

    steps: down to this card, blocks as one; total: of their parameters.
    """
    message = f"{place.name} brings the network to {total:,} parameters; {MOST_PARAMETERS:,} are the most."
    largest = max(steps, key=lambda step: step.parameters)
    share = MOST_PARAMETERS // (2 * len(steps))
    return place.problem(message, _smaller(largest, share, place, wires), "Make its largest layer smaller.")


def _smaller(step: Step, share: int, place: Place, wires: Wires) -> list[Fix]:
    """Fewer parameters than a share: by the step's own size, that of a layer above, or a layer between."""
    fixes = []
    sizes = [name for name in _SIZES if getattr(step.layer, name, 1) > 1] if step.id != HEAD else []
    for name in sizes:
        less = max(1, getattr(step.layer, name) * share // step.parameters)
        if _parameters(step, name, less) <= 2 * share:
            edit: Edit = {"do": "set", "node": step.id, "field": name, "value": less}
            fixes.append(fix(f"Set {step.id} {name.replace('_', ' ')} to {less}", edit))
    units = max(1, min(share // step.shape.last, _NARROW))
    above = units_above(step.sources[0], wires)
    if above:
        fixes.append(fix(f"Set {above.id} units to {units}", set_units(above.id, units)))
    node = wires.drawn.get(step.id)
    where = replace(place, index=node.index, explicit=node.inputs is not None) if node else place
    where = replace(where, id=step.id, sources=step.sources, layer=step.layer)
    narrow = {number: [("Linear", {"units": units})] for number in range(len(step.sources))}
    if all(shape.kind == "values" for shape in step.shapes):
        fixes.append(inserted(where, wires, narrow, f"Insert Linear before {step.id}"))
    return fixes


def _parameters(step: Step, field: str, value: int) -> int:
    try:
        return step.layer.model_copy(update={field: value}).parameters(*step.shapes)
    except Misfit:
        return MOST_PARAMETERS
