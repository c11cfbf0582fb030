"""What the steps of an epoch left behind: losses and outputs, looked at once a flush, not once a step."""

from __future__ import annotations

import torch
from torch import Tensor

from training.events import Scalars


class Diverged(Exception):
    """The loss is not finite any more, first at ``step`` (from 1), where it was ``value``."""

    def __init__(self, step: int, value: float) -> None:
        super().__init__(step)
        self.step, self.value = step, value


class Journal:
    """Losses and outputs of the current epoch.

    pending: losses () of steps that were not looked at yet, still on the device; losses: the
    others, (steps,) pieces on the CPU; outputs: (rows, …) pieces in the order of training. The
    loop appends to ``pending`` and ``outputs``.
    """

    def __init__(self) -> None:
        self.pending: list[Tensor] = []
        self.losses: list[Tensor] = []
        self.outputs: list[Tensor] = []
        self._block: list[Tensor] = []

    def drain(self, step: int) -> None:
        """Fetch the pending losses, the last of which is of ``step``. Raises Diverged."""
        if not self.pending:
            return
        values = torch.stack(self.pending).cpu()
        self.pending.clear()
        self.outputs[:] = [torch.cat(self.outputs)]
        bad = (~torch.isfinite(values)).nonzero()
        good = values[: int(bad[0])] if len(bad) else values
        if len(good):
            self.losses.append(good)
            self._block.append(good)
        if len(bad):
            first = len(good)
            raise Diverged(step - len(values) + first + 1, float(values[first]))

    def scalars(self, step: int, epoch: float, rate: float) -> Scalars | None:
        """What was drained since the last call, as an event; None when that is nothing.

        rate: the learning rate of the last step.
        """
        if not self._block:
            return None
        values = torch.cat(self._block).double()
        self._block.clear()
        return Scalars(
            step=step,
            epoch=round(epoch, 6),
            split="training",
            steps=len(values),
            values={
                "loss": {
                    "mean": float(values.mean()),
                    "min": float(values.min()),
                    "max": float(values.max()),
                },
                "learning_rate": {"mean": rate, "min": rate, "max": rate},
            },
        )

    def mean_loss(self, sizes: list[int]) -> float | None:
        """The mean over the epoch's rows so far. sizes: rows of each batch of the epoch."""
        if not self.losses:
            return None
        losses = torch.cat(self.losses).double()
        weights = torch.tensor(sizes[: len(losses)], dtype=torch.float64)
        return float((losses * weights).sum() / weights.sum())

    def outputs_so_far(self) -> Tensor | None:
        """(rows, …) in the order of training, on the device."""
        return torch.cat(self.outputs) if self.outputs else None

    def clear(self) -> None:
        """Begin another epoch."""
        self.pending.clear()
        self.losses.clear()
        self.outputs.clear()
