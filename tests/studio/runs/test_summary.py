"""What lists show of a run, event by event."""

from __future__ import annotations

from itertools import pairwise

from studio.runs.line import in_turn
from studio.runs.sparkline import sparkline
from studio.runs.summary import POINTS, summarised


def epoch(number: int, loss: float | None, *, best: int = 1) -> dict:
    return {
        "kind": "epoch",
        "epoch": number,
        "step": number * 10,
        "best_epoch": best,
        "is_best": number == best,
        "metrics": {"training": {"loss": 1.0}, "validation": {"loss": loss}},
        "seconds": 0.1,
    }


def test_the_best_epoch_keeps_its_metrics():
    summary = summarised({}, [epoch(1, 0.5), epoch(2, 0.7)])

    assert (summary["epoch"], summary["best_epoch"]) == (2, 1)
    assert summary["best"]["validation"]["loss"] == 0.5
    assert summary["metrics"]["validation"]["loss"] == 0.7


def test_a_resume_takes_back_what_lies_beyond_it():
    resumed = {"kind": "resumed", "from_step": 10, "from_epoch": 1, "reason": ""}
    summary = summarised({}, [epoch(1, 0.5), epoch(2, 0.7), resumed])

    assert (summary["epoch"], summary["step"]) == (1, 10)
    assert summary["points"] == [[1, 0.5]]


def test_the_line_of_a_long_run_stays_short_and_evenly_sampled():
    summary = summarised({}, [epoch(number, 1 / number) for number in range(1, 5000)])
    places = [place for place, _ in summary["points"]]
    gaps = [after - before for before, after in pairwise(places)]

    assert len(places) <= POINTS
    assert (places[0], places[-1]) == (1, 4999)
    assert max(gaps) < 8 * 4999 / POINTS


def test_losses_that_are_no_numbers_are_left_out_of_the_line():
    assert summarised({}, [epoch(1, 0.5), epoch(2, None)])["points"] == [[1, 0.5]]


def test_a_sparkline_stays_in_its_box():
    path = sparkline([[1, 3.0], [5, 1.0], [9, 2.0]])

    numbers = [float(number) for pair in path[1:].split("L") for number in pair.split()]
    assert max(numbers[::2]) <= 96 and max(numbers[1::2]) <= 24 and min(numbers) >= 0


def test_less_than_two_points_are_no_line():
    assert sparkline([]) == sparkline([[1, 0.5]]) == ""


def test_a_project_with_a_running_run_lets_the_others_go_first():
    assert in_turn([(1, "a"), (2, "a"), (3, "b")], running=["a"]) == [3, 1, 2]
