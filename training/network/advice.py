"""Warnings: networks that can be built and probably do not do what was meant."""

from __future__ import annotations

from collections.abc import Iterator

from training.layers import Shape
from training.layers.activation import Sigmoid, Softmax
from training.layers.core import Dropout, Linear
from training.network.parts import HEAD, Head, Problem, Step, fix
from training.network.placing import quoted
from training.network.receptive import short_sighted


def advice(
    steps: list[Step], alive: list[Step], inputs: dict[str, Shape], head: Head, rows: int | None
) -> Iterator[Problem]:
    """Warnings of a network that fits, in the order of its nodes. rows: of the table, if known."""
    by_id = {step.id: step for step in alive}
    for name in inputs:
        if not any(name in step.sources for step in alive):
            yield Problem(
                f"The input “{name}” is not used.",
                f"network.main.{name}",
                "Connect it, or give its columns the role ignored.",
                node=name,
            )
    for step in steps:
        if step.id not in by_id:
            yield _warning(step, "leads nowhere: no other layer takes it.", "Connect it or remove it.", True)
    for step in alive:
        yield from _of_step(step, by_id, head)
    yield from short_sighted(alive, inputs)
    parameters = sum(step.parameters for step in alive)
    if rows and parameters > 1_000 * rows:
        yield Problem(
            f"The network has {parameters:,} parameters for {rows:,} rows.",
            "network.main",
            "So many can learn every row by heart. Use fewer units, or Dropout.",
        )


def _of_step(step: Step, by_id: dict[str, Step], head: Head) -> Iterator[Problem]:
    above = by_id.get(step.sources[0])
    if step.id == HEAD:
        if above and isinstance(above.layer, Softmax | Sigmoid) and head.own_softmax:
            yield _warning(
                above,
                "stands before a loss that has its own, which slows learning.",
                "The output becomes a probability by itself.",
                True,
            )
        if above and isinstance(above.layer, Dropout):
            yield _warning(
                above,
                "stands right before the output, where it disturbs what is predicted.",
                "Put it one layer higher.",
                True,
            )
    if isinstance(step.layer, Linear):
        line = above
        while (
            line
            and not isinstance(line.layer, Linear)
            and (line.layer.is_linear or isinstance(line.layer, Dropout))
        ):
            line = by_id.get(line.sources[0]) if len(line.sources) == 1 else None
        if line and isinstance(line.layer, Linear):
            yield _bent(step, line)
        if step.id != HEAD and step.layer.units == 1:
            yield _warning(
                step,
                "lets a single number through, so all layers below see only that.",
                "Give it more units.",
            )


def _bent(step: Step, line: Step) -> Problem:
    name = "The output" if step.id == HEAD else f"{step.layer.title} “{step.id}”"
    return Problem(
        f"{name} follows {quoted([line.id])} with no activation between: together they are no more than one.",
        f"network.main.{step.id}",
        "Put an activation such as ReLU between them.",
        node=step.id,
    )


def _warning(step: Step, what: str, hint: str, removable: bool = False) -> Problem:
    fixes = (fix("Remove it", {"do": "remove", "node": step.id}),) if removable else ()
    return Problem(f"{step.layer.title} “{step.id}” {what}", f"network.main.{step.id}", hint, fixes, step.id)
