"""What a network costs, before anything is queued: arithmetic on a checked network."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from training.network.parts import Checked
from training.optimizers import Optimizer

_FLOAT_BYTES = 4


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


def training_bytes(checked: Checked, batch_size: int, optimizer: Optimizer) -> int:
    """Memory for weights, gradients and the optimizer's own numbers, and for what each layer keeps.

    Every output of a batch is there twice: forwards, and as a gradient. The data itself is not counted.
    """
    parameters = sum(step.parameters for step in checked.steps)
    inputs = sum(shape.count for name, shape in checked.inputs.items() if name in checked.arrays)
    outputs = sum(step.shape.count for step in checked.steps)
    return _FLOAT_BYTES * (parameters * (2 + optimizer.slots) + batch_size * (inputs + 2 * outputs))
