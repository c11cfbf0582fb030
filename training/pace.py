"""How often a run speaks and saves: often at first, then seldom enough to cost nothing."""

from __future__ import annotations

import time

_EARLY_SECONDS = 2.0
_EARLY_INTERVAL = 0.1
_INTERVAL = 0.5
# From 300 s on the interval grows with age, so points grow with the logarithm of time: about
# 4,000 after a day.
_GROWTH = 600.0

MOST_EPOCH_EVENTS = 5_000


def flush_interval(age: float) -> float:
    """Seconds until the next block of scalars of a run that is ``age`` seconds old."""
    return _EARLY_INTERVAL if age < _EARLY_SECONDS else max(_INTERVAL, age / _GROWTH)


class Clock:
    """Seconds that a run has trained, over all its attempts; never runs backwards."""

    def __init__(self, before: float = 0.0) -> None:
        self._before = before
        self._start = time.perf_counter()

    def elapsed(self) -> float:
        return self._before + time.perf_counter() - self._start


class Pace:
    """When the next scalars and the next progress are due, in seconds of the run's clock."""

    def __init__(self, now: float, step: int) -> None:
        self._flush = now + flush_interval(now)
        self._progress = now
        self._told = (now, step)
        self._seconds_per_step: float | None = None
        self._is_warm = False

    @property
    def next(self) -> float:
        """When anything is due next."""
        return min(self._flush, self._progress)

    def is_flush_due(self, now: float) -> bool:
        """Whether scalars are due; then the next are due an interval later."""
        if now < self._flush:
            return False
        self._flush = now + flush_interval(now)
        return True

    def is_progress_due(self, now: float) -> bool:
        """Whether progress is due, at most twice a second."""
        if now < self._progress:
            return False
        self._progress = now + _INTERVAL
        return True

    def seconds_per_step(self, now: float, step: int) -> float | None:
        """How long a step takes of late, smoothed; None before the first was measured."""
        before, since = self._told
        if step > since:
            fresh = (now - before) / (step - since)
            old = self._seconds_per_step
            if old is None or not self._is_warm:
                # The first step sets everything up: it is told, but must not slow down what follows.
                self._is_warm = old is not None
                self._seconds_per_step = fresh
            else:
                self._seconds_per_step = 0.7 * old + 0.3 * fresh
            self._told = (now, step)
        return self._seconds_per_step


class SavingBudget:
    """When to write a checkpoint: within 2 % of the time, but never more than 30 s late.

    Where one write takes more than 2 % of 30 s, the interval grows to keep the share.
    """

    SHARE = 0.02
    LATEST = 30.0
    _GUESS = 0.02  # seconds, of a write that has not been measured yet

    def __init__(self, now: float = 0.0) -> None:
        self.start = now
        self.last = now
        self.cost = self._GUESS
        self.spent = 0.0
        self._stretch_told = False

    @property
    def interval(self) -> float:
        """Seconds after the last write at which one is due whatever has been spent."""
        return max(self.LATEST, self.cost / self.SHARE)

    def is_due(self, now: float) -> bool:
        affordable = self.spent + self.cost <= self.SHARE * (now - self.start)
        return affordable or now - self.last >= self.interval

    def paid(self, cost: float, now: float) -> None:
        """A write took ``cost`` seconds and ended at ``now``."""
        self.cost = cost
        self.spent += cost
        self.last = now

    def just_stretched(self) -> bool:
        """Whether the interval has grown beyond 30 s; true once."""
        if self._stretch_told or self.interval <= self.LATEST:
            return False
        self._stretch_told = True
        return True
