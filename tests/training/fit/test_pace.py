"""How fast a run says that it is."""

from __future__ import annotations

import pytest

from training.pace import Pace


def test_the_first_step_sets_up_and_does_not_slow_down_what_is_told_later():
    pace = Pace(0.0, 0)

    first = pace.seconds_per_step(0.2, 1)
    second = pace.seconds_per_step(0.7, 501)
    third = pace.seconds_per_step(1.2, 1_001)

    assert first == pytest.approx(0.2)
    assert second == third == pytest.approx(0.001)


def test_a_change_of_speed_is_smoothed_over_the_next_measurements():
    pace = Pace(0.0, 0)
    pace.seconds_per_step(0.2, 1)
    pace.seconds_per_step(0.7, 501)

    assert pace.seconds_per_step(1.7, 1_001) == pytest.approx(0.7 * 0.001 + 0.3 * 0.002)
    assert pace.seconds_per_step(1.7, 1_001) == pytest.approx(0.7 * 0.001 + 0.3 * 0.002)
