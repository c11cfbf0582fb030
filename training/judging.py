"""A network's figures on a split, from all of its outputs at once: never averaged over batches."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import torch
from torch import Tensor

from training.assembly import Assembled
from training.batches import Rows
from training.metrics import Metric
from training.objectives import Objective
from training.scores import scores


def scores_on(parts: Assembled, rows: Rows) -> Tensor:
    """The network's scores (n, …) for all rows, in their order, with dropout and the like off."""
    was_training = parts.model.training
    parts.model.eval()
    with torch.inference_mode():
        outputs = torch.cat([parts.model(*inputs) for inputs, _ in rows.in_order()])
    parts.model.train(was_training)
    return outputs


def metrics_on(parts: Assembled, rows: Rows) -> dict[str, float | None]:
    """The loss and all metrics of the objective on these rows."""
    outputs = scores_on(parts, rows)
    with torch.inference_mode():
        loss = float(parts.loss(outputs, rows.target))
    return {
        "loss": loss if math.isfinite(loss) else None,
        **metrics_of(parts, outputs, rows.truth, parts.objective.metrics),
    }


def figures_of_training(objective: Objective, judged_by: Metric) -> list[str]:
    """The metrics of the training split in each epoch: few, because it is the large one."""
    wanted = {objective.metrics[0], objective.headline, judged_by.name}
    return [name for name in objective.metrics if name in wanted]


def metrics_of(
    parts: Assembled, outputs: Tensor, truth: np.ndarray, names: Iterable[str]
) -> dict[str, float | None]:
    """Named metrics of scores (n, …) against the encoded target; None where one is undefined."""
    return scores(parts.recipe.data.task, predictions_of(parts, outputs), truth, names)


def predictions_of(parts: Assembled, outputs: Tensor) -> np.ndarray:
    """Decoded scores as float32 on the CPU: (n, classes) probabilities or (n, 1) values."""
    with torch.inference_mode():
        predictions: np.ndarray = parts.decode(outputs).cpu().numpy()
    return predictions
