"""What a network costs, before anything is queued: arithmetic on a checked network."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from training.errors import SettingError
from training.network.parts import Checked
from training.optimizers import Optimizer, optimizer_of
from training.recipe import Fit
from training.words import megabytes

_FLOAT_BYTES = 4
_INPUT_BYTES = {"values": 4, "categories": 8, "tokens": 8, "picture": 1}


@dataclass(frozen=True)
class Estimate:
    """parameters; multiply_adds for one row; model_bytes as float32; memory_bytes for training."""

    parameters: int
    multiply_adds: int
    model_bytes: int
    memory_bytes: int

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def estimate(checked: Checked, *, batch_size: int, optimizer: Optimizer) -> Estimate:
    """The cost of training ``checked``, which is ok, in batches of ``batch_size`` rows."""
    parameters = sum(step.parameters for step in checked.steps)
    return Estimate(
        parameters=parameters,
        multiply_adds=sum(step.multiply_adds for step in checked.steps),
        model_bytes=_FLOAT_BYTES * parameters,
        memory_bytes=training_bytes(checked, batch_size, optimizer),
    )


def memory_problem(checked: Checked, fit: Fit, rows: int, memory_bytes: int) -> SettingError | None:
    """What to say when training needs more than there is. rows: that train; memory_bytes: of the machine."""
    optimizer = optimizer_of(fit.optimizer)
    needed = training_bytes(checked, min(fit.batch_size, rows), optimizer)
    if needed <= memory_bytes:
        return None
    smallest = training_bytes(checked, 1, optimizer)
    where, hint = (
        ("network.main", "Use fewer layers or fewer units.")
        if smallest > memory_bytes
        else ("fit.batch_size", "Lower the batch size, or use fewer layers or units.")
    )
    return SettingError(
        f"Training this network needs about {megabytes(needed)} of memory; "
        f"this machine has {megabytes(memory_bytes)}.",
        where=where,
        hint=hint,
    )


def training_bytes(checked: Checked, batch_size: int, optimizer: Optimizer) -> int:
    """Memory for weights, gradients and the optimizer's own numbers, and for what each layer keeps.

    The best weights are there besides, and all that a checkpoint holds while it is written. Every output of a
    batch is there twice: forwards, and as a gradient. The data itself is not counted.
    """
    parameters = sum(step.parameters for step in checked.steps)
    saved = 2 + optimizer.slots
    inputs = sum(
        _INPUT_BYTES[shape.kind] * shape.count
        for name, shape in checked.inputs.items()
        if name in checked.arrays
    )
    layers = sum(2 * step.shape.count + step.layer.kept(*step.shapes) for step in checked.steps)
    weights = parameters * (3 + optimizer.slots + saved)
    return _FLOAT_BYTES * weights + batch_size * (inputs + _FLOAT_BYTES * layers)
