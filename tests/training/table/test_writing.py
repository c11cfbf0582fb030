"""How cells are written: orders of dates, percent signs, currencies, and encodings that look alike."""

from __future__ import annotations

import pytest

from tests.training.table.files import read, types

CITIES = {
    "euc_kr": ["서울특별시", "부산광역시", "대한민국", "고객 이름", "가격"],
    "gb18030": ["中国", "一切", "了解客户", "不知道", "人民币"],
}


def codes(info: dict) -> set[str]:
    return {finding["code"] for finding in info["findings"]}


def dates(*cells: str) -> bytes:
    return b"day,x\n" + b"".join(b"%s,%d\n" % (cells[at % len(cells)].encode(), at) for at in range(60))


def test_dates_that_can_be_read_both_ways_are_pointed_out_and_the_order_can_be_chosen(tmp_path):
    content = dates("01/02/2024", "03/04/2024", "05/06/2024")

    first, table = read(content, tmp_path)
    second, other = read(content, tmp_path, reading={"dates": "month"})

    assert "date_order" in codes(first) & codes(second)
    assert (table["day"][0].month, other["day"][0].month) == (2, 1)


@pytest.mark.parametrize(
    "cells",
    [
        pytest.param(("13/02/2024", "01/02/2024"), id="one day beyond 12"),
        pytest.param(("02/13/2024", "01/02/2024"), id="month first"),
        pytest.param(("2024-01-02", "2024-03-04"), id="year first"),
        pytest.param(("01/01/2024", "02/02/2024"), id="the same both ways"),
    ],
)
def test_dates_that_can_be_read_one_way_only_are_not(cells, tmp_path):
    info, _ = read(dates(*cells), tmp_path, reading={"dates": "month"})

    assert types(info)["day"] == "date"
    assert "date_order" not in codes(info)


def test_a_choice_of_order_does_not_override_what_the_dates_say(tmp_path):
    _, table = read(dates("13/02/2024", "01/02/2024"), tmp_path, reading={"dates": "month"})

    assert table["day"][1].month == 2


def test_days_and_moments_in_one_column_are_dates(tmp_path):
    info, table = read(dates("2024-01-01", "2024-01-02 09:30:00"), tmp_path)

    assert types(info)["day"] == "date"
    assert (table["day"].null_count(), table["day"][1].hour) == (0, 9)


def test_percent_signs_are_left_out_and_that_is_said(tmp_path):
    info, table = read(b"rate,x\n" + b"5%,1\n7.5%,2\n" * 30, tmp_path)

    assert table["rate"][:2].to_list() == [5.0, 7.5]
    assert "percent" in codes(info)


def test_amounts_in_several_currencies_are_pointed_out(tmp_path):
    info, table = read(b"price,x\n" + "€1,x\n$2,y\n".encode() * 30, tmp_path)

    assert table["price"][:2].to_list() == [1, 2]
    assert "currencies" in codes(info)


@pytest.mark.parametrize("encoding", CITIES)
def test_korean_and_chinese_are_told_apart(encoding, tmp_path):
    words = CITIES[encoding]
    text = "city,x\n" + "".join(f"{words[at % 5]},{at}\n" for at in range(60))

    info, table = read(text.encode(encoding), tmp_path)

    assert info["reading"]["encoding"] == encoding
    assert table["city"][:5].to_list() == words
