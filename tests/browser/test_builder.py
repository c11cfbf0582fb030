"""The builder by hand: a block is opened, several cards are copied and pasted, a snapshot is gone back to."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import look_at
from tests.browser.test_main_job import build_network, choose_file, wait_until_read

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def test_blocks_several_cards_and_snapshots(page: Page, sign_in, tmp_path: Path):
    sign_in(page)
    choose_file(page)
    wait_until_read(page)
    build_network(page)

    keep_snapshot(page, "Before")
    add_and_open_a_block(page)
    copy_and_paste(page)
    look_at(page, "builder", tmp_path)
    go_back(page, "Before")


def cards(page: Page) -> list[str]:
    return page.locator('#cards > [data-kind="node"]').evaluate_all(
        "all => all.map((card) => card.dataset.id)"
    )


def said(page: Page, text: str) -> None:
    expect(page.locator("#say")).to_have_text(re.compile(text))


def add_and_open_a_block(page: Page) -> None:
    """Found by another name, added and opened by keyboard; the diagram unfolds it without changing it."""
    page.locator("#grip-relu_1").focus()
    page.keyboard.press("/")
    page.keyboard.type("skip connection")
    page.keyboard.press("ArrowDown")
    page.get_by_role("button", name="Residual MLP").press("Enter")
    said(page, "residualmlp_1 added at position")
    before = page.locator(".graph-node").count()
    page.locator('[data-fold="residualmlp_1"]').click()
    assert page.locator(".graph-node").count() > before + 3

    page.get_by_text(re.compile(r"Holds \d layers")).click()
    page.get_by_role("button", name="Open into its layers").press("Enter")
    said(page, "residualmlp_1 opened")
    assert "residualmlp_1_widen" in cards(page)
    page.keyboard.press("Control+z")
    said(page, "Undone: Opened residualmlp_1")
    expect(page.locator("#card-residualmlp_1_widen")).to_have_count(0)


def copy_and_paste(page: Page) -> None:
    """Three cards by mouse and keyboard, into the clipboard, behind the last one, and away again."""
    before = cards(page)
    page.locator("#card-linear_1 .layer-name").click()
    page.locator("#card-relu_1 .layer-name").click(modifiers=["Shift"])
    page.locator("#grip-relu_1").focus()
    page.keyboard.press("Shift+ArrowDown")
    said(page, "Layers chosen: 3")
    page.keyboard.press("Control+c")
    said(page, "Layers copied: 3")
    page.keyboard.press("Control+v")
    said(page, "Layers added at position")
    assert len(cards(page)) == len(before) + 3

    page.keyboard.press("Alt+ArrowUp")
    said(page, "3 layers moved to position")
    page.keyboard.press("Delete")
    said(page, "3 layers deleted")
    assert cards(page) == before


def keep_snapshot(page: Page, name: str) -> None:
    snapshots(page)
    page.get_by_label("Keep what is here now as").fill(name)
    page.get_by_role("button", name="Keep", exact=True).click()
    expect(page.get_by_text(f"Kept as the snapshot “{name}”.")).to_be_visible()


def go_back(page: Page, name: str) -> None:
    snapshots(page)
    page.get_by_role("button", name=f"Go back {name}").click()
    expect(page.get_by_text(f"Back to “{name}”.")).to_be_visible()
    expect(page.locator("#card-residualmlp_1")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#card-residualmlp_1")).to_be_visible()


def snapshots(page: Page) -> None:
    page.get_by_label("More for this network").click()
    page.get_by_role("button", name="Snapshots").click()
