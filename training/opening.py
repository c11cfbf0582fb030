"""What a run says before its first step."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from training.checkpoint import Checkpoint
from training.events import Note, Started
from training.resolve import device_name
from training.words import counted

if TYPE_CHECKING:
    from training.fit import Loop


def started(loop: Loop) -> Started:
    """What "auto" resolved to, and the real sizes."""
    return Started(
        device=loop.device,
        device_name=device_name(loop.device),
        precision=loop.resolved["precision"],
        threads=loop.resolved["threads"],
        plan=loop.resolved["plan"],
        parameters=sum(weight.numel() for weight in loop.model.parameters()),
        rows={"training": len(loop.training), "validation": len(loop.validation), "test": loop.test_rows},
        epochs=loop.epochs,
        steps_per_epoch=loop.sampler.steps,
        batch_size=loop.sampler.batch_size,
        resolved=dict(loop.resolved),
        left_out=loop.left_out,
    )


def notes(loop: Loop, kept: Checkpoint | None) -> Iterator[Note]:
    """What the user should know before the first step."""
    for told in loop.left_out:
        yield Note(level="info", text=told["text"])
    fit, rows = loop.recipe.fit, len(loop.training)
    wanted = fit.batch_size * fit.accumulation
    if wanted > rows:
        yield Note(
            level="info",
            text=f"The batch size of {wanted:,} is larger than the training split of "
            f"{counted(rows, 'row')}, so each epoch is one batch of {rows:,}.",
        )
    yield from _one_class(loop.parts.state["target"])
    if not len(loop.validation):
        yield Note(
            level="warning",
            text="There are no validation rows, so the best epoch is judged on the training rows.",
            hint="Raise the validation share or add rows.",
        )
    if kept and kept.meta["resolved"]["device"] != loop.device:
        yield Note(
            level="warning",
            text=f"The run began on {kept.meta['resolved']['device']} and goes on on "
            f"{loop.device}, so its last digits may differ.",
        )


def _one_class(target: dict[str, Any]) -> Iterator[Note]:
    """That all training rows are of one class, where rows have one class each."""
    counts = target.get("counts") or []
    if target["task"] == "multilabel" or counts.count(0) != len(counts) - 1:
        return
    only = target["classes"][counts.index(max(counts))]
    yield Note(
        level="warning",
        text=f"{target['name']} is “{only}” in every training row, so the network can learn to say nothing "
        "else.",
        hint="Choose another way to split the rows, or add rows of another class.",
    )
