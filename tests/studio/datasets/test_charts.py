"""The drawings of a column's card: shares of each class, each in its colour."""

from __future__ import annotations

from itertools import pairwise

from studio.datasets import charts

COUNTED = {"bins": ["1 to 2", "2 to 3"], "classes": ["no", "yes"], "counts": [[30, 10], [0, 20]]}


def test_bars_show_the_share_of_each_class_however_rare_it_is():
    drawn = charts.by_target(COUNTED, upright=True)

    assert drawn["classes"] == [("no", 40, 1), ("yes", 20, 2)]
    assert [said for _name, said, _bars in drawn["rows"]] == [["75%", "0%"], ["25%", "100%"]]
    assert [(bar.colour, bar.height) for bar in drawn["bars"]] == [
        (1, "150.0"), (2, "0.0"), (1, "50.0"), (2, "200.0"),
    ]  # fmt: skip
    assert drawn["bars"][0].title == "1 to 2, no: 75%"


def test_upright_bars_stand_side_by_side_within_their_bin():
    bars = charts.by_target(COUNTED, upright=True)["bars"]

    ends = [(float(bar.x), float(bar.x) + float(bar.width)) for bar in bars]
    assert all(right <= left + 0.2 for (_, right), (left, _) in pairwise(ends))
    assert ends[1][1] <= charts.WIDE / 2 <= ends[2][0] and ends[3][1] <= charts.WIDE


def test_bars_of_values_lie_beside_their_names_with_what_is_rare_together():
    counted = {"bins": ["red", None], "classes": ["a", None], "counts": [[1, 1], [0, 4]]}

    drawn = charts.by_target(counted, upright=False)

    assert drawn["bars"] == [] and [name for name, _said, _bars in drawn["rows"]] == ["red", "others"]
    assert [bar.y for bar in drawn["rows"][0][2]] == ["0", "10"] and drawn["high"] == 20
    assert drawn["rows"][1][2][1].width == f"{charts.WIDE:.1f}"


def test_a_class_without_rows_has_no_bars_and_divides_nothing_by_zero():
    drawn = charts.by_target({"bins": ["x"], "classes": ["a"], "counts": [[0]]}, upright=True)

    assert drawn["rows"] == [("x", ["0%"], [])] and drawn["bars"][0].height == "0.0"


def test_a_line_goes_from_edge_to_edge_and_from_least_to_greatest():
    xs, ys = zip(*(map(float, point.split(",")) for point in charts.points([3, 5, 4]).split()), strict=True)

    assert (xs[0], xs[-1]) == (charts.MARGIN, charts.WIDE - charts.MARGIN)
    assert ys[0] == charts.HIGH - charts.MARGIN and min(ys) == ys[1] == charts.MARGIN
    assert charts.points([7]).endswith(f",{charts.HIGH - charts.MARGIN:.1f}")
