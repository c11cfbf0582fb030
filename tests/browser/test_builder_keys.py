"""The builder by keyboard alone, in two tabs, and the training page's searches."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import look_at
from tests.browser.test_builder import cards, said
from tests.browser.test_main_job import build_network, choose_file, wait_until_read

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.fixture
def builder(page: Page, sign_in) -> Page:
    sign_in(page)
    choose_file(page)
    wait_until_read(page)
    build_network(page)
    return page


def focused(page: Page, id: str) -> None:
    expect(page.locator(f"#{id}")).to_be_focused()


def units(page: Page, layer: str = "linear_1"):
    return page.locator(f'[data-place="{layer}"][data-field="units"]')


def test_every_key_of_the_list_does_what_it_says(builder: Page):
    page, press = builder, builder.keyboard.press
    before = cards(page)
    page.locator("#grip-linear_1").focus()
    press("ArrowDown")
    focused(page, "grip-relu_1")
    press("ArrowUp")
    focused(page, "grip-linear_1")

    press("Alt+ArrowDown")
    said(page, r"linear_1 moved to position 5 of \d+\. All shapes fit\.")
    focused(page, "grip-linear_1")
    press("Alt+ArrowUp")
    expect(page.locator("#undo")).to_be_enabled()
    said(page, r"linear_1 moved to position 4 of \d+\. All shapes fit\.")

    press("Enter")
    focused(page, "f-linear_1-units")
    press("Escape")
    focused(page, "grip-linear_1")

    press("Control+d")
    said(page, "added at position")
    (copy,) = set(cards(page)) - set(before)
    focused(page, f"grip-{copy}")
    press("Delete")
    said(page, f"{copy} deleted")
    focused(page, "grip-relu_1")
    press("Control+z")
    said(page, f"Undone: Deleted {copy}")
    press("Control+Shift+z")
    said(page, f"Done again: Deleted {copy}")
    assert cards(page) == before


def test_search_panes_and_the_list_of_keys_by_keyboard(builder: Page):
    page, press = builder, builder.keyboard.press
    page.locator("#grip-relu_1").focus()
    press("/")
    focused(page, "palette-search")
    page.keyboard.type("batch normalization")
    expect(page.locator('.pal[data-layer="BatchNorm2d"]')).to_be_visible()
    expect(page.locator('.pal[data-layer="Dropout"]')).to_be_hidden()
    page.locator("#palette-search").fill("fully connected")
    said(page, "Layers found: 1")
    press("ArrowDown")
    expect(page.locator("#palette-about")).to_have_text(re.compile("Weighted sums of all inputs"))
    press("Enter")
    said(page, "added at position")
    (added,) = [name for name in cards(page) if name.startswith("linear_3")]
    press("Control+z")
    expect(page.locator(f"#card-{added}")).to_have_count(0)
    expect(page.locator("#cards .grip:focus")).to_have_count(1)

    for key, pane in (("[", "palette"), ("]", "graph")):
        press(key)
        expect(page.locator("#builder")).to_have_class(re.compile(f"no-{pane}"))
        press(key)
        expect(page.locator("#builder")).not_to_have_class(re.compile(f"no-{pane}"))
    press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.get_by_label("Single keys").uncheck()
    press("Escape")
    press("/")
    expect(page.locator("#palette-search")).not_to_be_focused()


def test_undo_survives_a_reload(builder: Page):
    units(builder).fill("33")
    units(builder).press("Enter")
    expect(builder.locator("#out-linear_1")).to_contain_text("33")

    builder.reload()
    builder.locator("#grip-linear_1").press("Control+z")

    said(builder, "Undone")
    expect(units(builder)).not_to_have_value("33")


def test_of_two_tabs_the_later_one_is_told_and_nothing_is_lost(builder: Page):
    other = builder.context.new_page()
    other.goto(builder.url)
    # A field that both set: the later one is told, sees what is there, and can set it again.
    units(builder).fill("21")
    units(builder).press("Enter")
    expect(builder.locator("#out-linear_1")).to_contain_text("21")
    # The refusal that people are told of is an error for the browser's console too.
    units(other).fill("22")
    units(other).press("Enter")
    expect(other.locator("#notice")).to_contain_text("changed elsewhere in the meantime, in the same place")
    expect(units(other)).to_have_value("21")
    other.get_by_role("button", name="Make my change again").click()
    expect(other.locator("#out-linear_1")).to_contain_text("22")
    # Another field, from the tab that is behind: both changes stand, and the tab catches up.
    units(builder, "linear_2").fill("23")
    units(builder, "linear_2").press("Enter")
    expect(builder.locator("#out-linear_2")).to_contain_text("23")
    expect(units(builder)).to_have_value("22")
    other.close()


def test_a_learning_rate_and_a_batch_size_are_found_and_taken_over(builder: Page, tmp_path: Path):
    page = builder
    page.goto(f"{page.url}training/")
    for kind in ("lr", "batch_size"):
        page.locator(f"#search-{kind}-begin").click()
    for kind in ("lr", "batch_size"):
        expect(page.locator(f"#search-{kind} .search-chart")).to_be_visible()
    look_at(page, "training", tmp_path)

    take = page.locator("#search-lr [data-edits]")
    rate = take.inner_text().split()[-1]
    take.click()
    expect(page.locator("#f-fit-optimizer-lr")).to_have_value(rate)
    expect(take).to_have_count(0)


def drag(page: Page, source: str, target: str) -> None:
    """From the middle of one piece to the lower edge of another, as a hand does: in steps."""
    start, end = (page.locator(each).bounding_box() for each in (source, target))
    x, y = start["x"] + start["width"] / 2, start["y"] + start["height"] / 2
    to_x, to_y = end["x"] + end["width"] / 2, end["y"] + end["height"] - 4
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(1, 13):
        page.mouse.move(x + (to_x - x) * step / 12, y + (to_y - y) * step / 12)
    page.mouse.up()


def test_cards_and_layers_of_the_palette_are_dragged_to_their_place(builder: Page):
    before = cards(builder)

    drag(builder, "#grip-linear_1", "#card-relu_1")
    said(builder, r"linear_1 moved to position")
    assert cards(builder).index("linear_1") > cards(builder).index("relu_1")

    drag(builder, '.pal[data-layer="Flatten"]', "#card-relu_1")
    said(builder, "flatten_1 added at position")
    assert set(cards(builder)) - set(before) == {"flatten_1"}


def test_cards_are_copied_from_one_network_into_another(builder: Page):
    builder.locator("#grip-linear_1").focus()
    builder.keyboard.press("Space")
    builder.keyboard.press("Shift+ArrowDown")
    builder.keyboard.press("Control+c")
    said(builder, "Layers copied: 2")
    first = builder.url
    builder.get_by_label("More for this network").click()
    builder.get_by_role("button", name="Duplicate", exact=True).first.click()
    builder.wait_for_url(lambda url: url != first)

    before = cards(builder)
    builder.locator(f"#grip-{before[-1]}").focus()
    builder.keyboard.press("Control+v")

    said(builder, "Layers added at position")
    assert len(cards(builder)) == len(before) + 2
    expect(builder.get_by_text("Ready to train")).to_be_visible()
