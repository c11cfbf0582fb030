"""Means, medians and deviations that stay finite whatever the size of the numbers."""

from __future__ import annotations

import numpy as np


def median_of(values: np.ndarray) -> float:
    """The median of (n,) float64 values, none missing."""
    ordered = np.partition(values, [(len(values) - 1) // 2, len(values) // 2])
    return float(ordered[(len(values) - 1) // 2] / 2 + ordered[len(values) // 2] / 2)


def mean_of(values: np.ndarray) -> float:
    """The mean of (n,) float64 values, none missing."""
    largest = _largest(values)
    return float((values / largest).mean() * largest)


def deviation_of(values: np.ndarray) -> float:
    """The standard deviation of (n,) float64 values, none missing."""
    largest = _largest(values)
    return float((values / largest).std() * largest)


def or_one(scale: float) -> float:
    """A scale to divide by: a constant column carries nothing, and dividing by 1 leaves it at 0."""
    return scale if np.isfinite(scale) and scale > 1e-300 else 1.0


def _largest(values: np.ndarray) -> float:
    # Squares of 1e200 are infinite: sums are taken of values brought to at most 1.
    return float(np.abs(values).max()) if np.abs(values).max() > 1e100 else 1.0
