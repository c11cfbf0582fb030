"""The table of docs/quality.md: means over seeds, ranks, and paired bootstrap intervals."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from quality.sets import SEEDS

FITTERS = ("strata", "realmlp", "boosting", "linear")
TITLES = {
    "strata": "Strata's default",
    "realmlp": "RealMLP",
    "boosting": "HistGradientBoosting",
    "linear": "linear / logistic",
}
REGRESSION = ("abalone", "california_housing")
DRAWS = 10_000


def text(out: Path, sets: list[str]) -> str:
    """Markdown: accuracy or R² per set and fitter, mean ranks, and how far ours is from RealMLP's."""
    means = {name: {fitter: float(np.mean(scores(out, name, fitter))) for fitter in FITTERS} for name in sets}
    lines = [
        f"| set | {' | '.join(TITLES.values())} | ours − RealMLP (95 % interval) |",
        "|---|" + "---|" * 5,
    ]
    for name in sets:
        gap, low, high = interval(out, name)
        cells = [f"{means[name][fitter]:.4f}" for fitter in FITTERS]
        lines.append(f"| {name} | {' | '.join(cells)} | {gap:+.4f} ({low:+.4f} to {high:+.4f}) |")
    ranks = np.mean([_ranks([round(means[name][fitter], 4) for fitter in FITTERS]) for name in sets], axis=0)
    lines.append(f"| mean rank | {' | '.join(f'{rank:.2f}' for rank in ranks)} | |")
    return "\n".join(lines) + "\n"


def scores(out: Path, name: str, fitter: str) -> list[float]:
    """Accuracy or R² of each seed's test rows."""
    return [float(_score(name, *_read(out, name, fitter, seed))) for seed in SEEDS]


def interval(out: Path, name: str) -> tuple[float, float, float]:
    """(gap, low, high): ours minus RealMLP's, mean of the seeds, with a paired bootstrap over test rows."""
    random = np.random.default_rng(0)
    gaps = []
    for seed in SEEDS:
        ours, true = _read(out, name, "strata", seed)
        theirs, same = _read(out, name, "realmlp", seed)
        if (true != same).any():
            raise ValueError(f"{name}, seed {seed}: the test rows differ; fit the peers again.")
        drawn = random.integers(0, len(true), (DRAWS, len(true)))
        gaps.append(
            [_score(name, ours[rows], true[rows]) - _score(name, theirs[rows], true[rows]) for rows in drawn]
        )
    mean = np.mean(gaps, axis=0)
    gap = float(np.mean(scores(out, name, "strata")) - np.mean(scores(out, name, "realmlp")))
    return gap, float(np.quantile(mean, 0.025)), float(np.quantile(mean, 0.975))


def _read(out: Path, name: str, fitter: str, seed: int) -> tuple[np.ndarray, np.ndarray]:
    with np.load(out / f"{name}-{fitter}-{seed}.npz") as file:
        predicted, true = file["predicted"], file["true"]
    return (predicted.astype(float), true.astype(float)) if name in REGRESSION else (predicted, true)


def _score(name: str, predicted: np.ndarray, true: np.ndarray) -> float:
    if name in REGRESSION:
        return float(1 - ((predicted - true) ** 2).sum() / ((true - true.mean()) ** 2).sum())
    return float((predicted == true).mean())


def _ranks(values: list[float]) -> np.ndarray:
    """1 is best; ties share the mean of their places."""
    array = np.array(values)
    return np.array([1 + (array > value).sum() + ((array == value).sum() - 1) / 2 for value in array])
