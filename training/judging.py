"""A network's figures on a split, from all of its outputs at once: never averaged over batches."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

import numpy as np
import torch
from torch import Tensor

from training.assembly import Assembled
from training.batches import AnyRows
from training.metrics import Metric
from training.metrics import metrics_of as judged_by
from training.number_scores import yardstick_of
from training.scores import scores

Forward = Callable[[tuple[Tensor, ...]], Tensor]


def scores_on(parts: Assembled, rows: AnyRows, forward: Forward | None = None) -> Tensor:
    """The network's scores (n, …) for all rows, in their order, with dropout and the like off.

    forward: an equivalent way to run the network on inputs (training.plans).
    """
    was_training = parts.model.training
    parts.model.eval()
    run = forward or (lambda inputs: parts.model(*inputs))
    with torch.inference_mode():
        outputs = torch.cat([run(inputs) for inputs, _ in rows.in_order(parts.rows_at_once)])
    parts.model.train(was_training)
    return outputs


def metrics_on(parts: Assembled, rows: AnyRows, forward: Forward | None = None) -> dict[str, float | None]:
    """The loss and all metrics of the objective on these rows."""
    outputs = scores_on(parts, rows, forward)
    target = parts.prepare_target(torch.from_numpy(rows.truth)).to(outputs.device)
    with torch.inference_mode():
        loss = float(parts.loss(outputs, target))
    return {
        "loss": loss if math.isfinite(loss) else None,
        **metrics_of(parts, outputs, rows.truth, names_of(parts)),
    }


def names_of(parts: Assembled) -> list[str]:
    """The metrics that this run is judged by."""
    return [metric.name for metric in judged_by(parts.objective, parts.recipe.data.task)]


def figures_of_training(parts: Assembled, chosen: Metric) -> list[str]:
    """The metrics of the training split in each epoch: few, because it is the large one."""
    names = names_of(parts)
    wanted = {names[0], parts.objective.headline, chosen.name}
    return [name for name in names if name in wanted]


def metrics_of(
    parts: Assembled, outputs: Tensor, truth: np.ndarray, names: Iterable[str]
) -> dict[str, float | None]:
    """Named metrics of scores (n, …) against the encoded target; None where one is undefined."""
    by = yardstick_of(parts.state["target"], parts.objective.levels)
    return scores(parts.recipe.data.task, predictions_of(parts, outputs), truth, names, by)


def predictions_of(parts: Assembled, outputs: Tensor) -> np.ndarray:
    """Decoded scores as float32 on the CPU: probabilities, values or ranges (training.objectives)."""
    with torch.inference_mode():
        predictions: np.ndarray = parts.decode(outputs).cpu().numpy()
    return predictions
