"""What every page is held to: axe finds nothing serious, it fits a phone, and there is a picture of it."""

from __future__ import annotations

from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

SIZES = {"390": {"width": 390, "height": 844}, "1440": {"width": 1440, "height": 900}}
GRAVE = ("serious", "critical")
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def look_at(page: Page, name: str, pictures: Path) -> None:
    """Hold the page to its rules at both widths; the wider one stays."""
    for width, size in SIZES.items():
        page.set_viewport_size(size)
        page.wait_for_timeout(300)  # charts are drawn again at the new width
        page.screenshot(path=pictures / f"{name}-{width}.png", full_page=True)
        assert page.evaluate(SIDEWAYS) <= 0, f"{name} scrolls sideways at {width} px"
        assert not _violations(page), f"{name} at {width} px"


def _violations(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {each['help']} {[node['html'][:200] for node in each['nodes']]}"
        for each in found
        if each["impact"] in GRAVE
    ]
