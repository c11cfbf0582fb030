"""Numbers with a range: a low, a median and a high value for each."""

from __future__ import annotations

from pydantic import Field

from training.declared import Call
from training.objectives.numbers import Numbers, scale_of
from training.objectives.objective import Target

MEDIAN = 0.5


class Quantile(Numbers):
    """Learns a range and the median within it: so many of the true values lie below each of the three.

    Koenker and Bassett, Regression Quantiles (1978). The median counts as the prediction.
    """

    also = ("pinball", "prediction interval", "uncertainty", "range")
    headline = "pinball"
    metrics = ("pinball", "coverage_error", *Numbers.metrics)

    low: float = Field(
        0.05,
        gt=0.0,
        lt=MEDIAN,
        title="Lower level",
        description="The share of true values that shall lie below the range.",
    )
    high: float = Field(
        0.95,
        gt=MEDIAN,
        lt=1.0,
        title="Upper level",
        description="The share of true values that shall lie below the range's upper end.",
    )

    @property
    def levels(self) -> tuple[float, ...]:
        return (self.low, MEDIAN, self.high)

    @classmethod
    def outputs(cls, answers: int) -> int:
        return 3 * answers

    def loss(self, target: Target) -> Call:
        return Call("Pinball", list(self.levels))

    def decode(self, target: Target) -> Call:
        return Call("Quantiles", *scale_of(target), len(self.levels))
