"""Figures of predicted numbers, one for each number that is predicted. numpy only."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Figures = list[float]  # of each number; those where it is undefined are left out


@dataclass(frozen=True)
class Yardstick:
    """What errors are measured by. unit: one for each number, or [1]; levels: of the predicted quantiles;
    naive: what saying the last seen value is off by, for each number of a forecast."""

    unit: tuple[float, ...] = (1.0,)
    levels: tuple[float, ...] = ()
    naive: tuple[float, ...] = ()

    @property
    def coverage(self) -> float:
        """The share of true values that shall lie within the range."""
        return self.levels[-1] - self.levels[0]


ONE_UNIT = Yardstick()


def yardstick_of(target: dict[str, Any], levels: tuple[float, ...] = ()) -> Yardstick:
    """How a target's errors are measured: ``state["target"]``.

    In the target's own unit where all numbers are of one column; of several columns in deviations of
    each, so that they can be averaged.
    """
    is_mixed = len(target.get("columns") or []) > 1
    unit = tuple(float(std or 1.0) for std in target["std"]) if is_mixed else (1.0,)
    return Yardstick(unit, levels, tuple(target.get("naive") or ()))


def number_figures(
    predictions: Any, target: Any, names: Iterable[str], by: Yardstick = ONE_UNIT
) -> dict[str, Figures]:
    """The named figures of each number, as far as they are defined.

    predictions: (n, numbers) or (n, numbers, levels), whose middle one counts as the prediction.
    """
    said = np.asarray(predictions, dtype=np.float64)
    truth = np.asarray(target, dtype=np.float64).reshape(len(said), -1)
    point = said[..., said.shape[2] // 2] if said.ndim == 3 else said.reshape(truth.shape)
    found = {}
    for name in names:
        take = said if name in _OF_RANGES else point
        with np.errstate(all="ignore"):
            figures = np.broadcast_to(_FIGURES[name](take, truth, by), truth.shape[1])
        found[name] = [float(figure) for figure in figures if not _is_undefined(name, figure)]
    return found


def point_of(predictions: np.ndarray) -> np.ndarray:
    """The one value (n, numbers) that stands for a prediction: of a range, its median."""
    return predictions[..., predictions.shape[2] // 2] if predictions.ndim == 3 else predictions


def within(predictions: np.ndarray, truth: np.ndarray) -> NDArray[np.bool_]:
    """Whether true values (n, numbers) lie in the predicted range (n, numbers, levels), ends included."""
    return (truth >= predictions[..., 0]) & (truth <= predictions[..., -1])


def _is_undefined(name: str, figure: float) -> bool:
    """A share of nothing: its divisor was 0. What is not a number for another reason stays, and shows."""
    return name in _RATIOS and figure == -np.inf


def _rmse(said: Numbers, truth: Numbers, by: Yardstick) -> Any:
    return np.sqrt(np.square(said - truth).mean(axis=0)) / by.unit


def _mae(said: Numbers, truth: Numbers, by: Yardstick) -> Any:
    return np.abs(said - truth).mean(axis=0) / by.unit


def _r2(said: Numbers, truth: Numbers, by: Yardstick) -> Numbers:
    spread = np.square(truth - truth.mean(axis=0)).sum(axis=0)
    return np.where(spread > 0, 1 - np.square(said - truth).sum(axis=0) / spread, -np.inf)


def _mase(said: Numbers, truth: Numbers, by: Yardstick) -> Numbers:
    naive = np.asarray(by.naive or [0.0])
    return np.where(naive > 0, np.abs(said - truth).mean(axis=0) / naive, -np.inf)


def _pinball(said: Numbers, truth: Numbers, by: Yardstick) -> Any:
    under, levels = truth[:, :, None] - said, np.asarray(by.levels)
    return np.maximum(levels * under, (levels - 1) * under).mean(axis=(0, 2)) / by.unit


def _coverage_error(said: Numbers, truth: Numbers, by: Yardstick) -> Any:
    return np.abs(within(said, truth).mean(axis=0) - by.coverage)


def _poisson_deviance(said: Numbers, truth: Numbers, by: Yardstick) -> Numbers:
    """2 * mean(y log(y / mu) - y + mu), where y log y is 0 at 0; not a number where a mean is not above 0."""
    logs = np.where(truth > 0, truth * np.log(np.where(truth > 0, truth, 1.0) / said), 0.0)
    deviance = 2 * (logs - truth + said).mean(axis=0)
    return np.where((said > 0).all(axis=0), deviance, np.nan)


_FIGURES: dict[str, Callable[[Numbers, Numbers, Yardstick], Numbers]] = {
    "rmse": _rmse,
    "mae": _mae,
    "r2": _r2,
    "mase": _mase,
    "pinball": _pinball,
    "coverage_error": _coverage_error,
    "poisson_deviance": _poisson_deviance,
}
_OF_RANGES = ("pinball", "coverage_error")
_RATIOS = ("r2", "mase")
