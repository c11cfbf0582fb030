"""Headers, classes and names that would be scripts: shown in Chromium, on every page, as their text."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

IMAGE = '<img src=x onerror="window.__xss=1">'
HEADER = [
    IMAGE,
    '"><svg/onload=window.__xss=1>',
    "</script><script>window.__xss=1</script>",
    "'-alert(1)-' {{7*7}} <b>b</b>",
]
CLASSES = [
    "<img src=x onerror=window.__xss=1>",
    '<a href="javascript:x()">c</a>',
    "<b>d</b>&amp;${x}%{y}",
]
EVIL = """() => [...document.querySelectorAll(
  'img[src="x"], svg[onload], [onerror], a[href^="javascript"], svg a, .legendtext b'
)].map((found) => found.outerHTML)"""


@pytest.fixture
def dialogs(page: Page) -> list[str]:
    seen: list[str] = []
    page.on("dialog", lambda dialog: (seen.append(dialog.message), dialog.dismiss()))
    return seen


def hostile_file(folder: Path) -> Path:
    """Three classes that are easy to tell apart; the file's name is hostile too."""
    path = folder / "<img src=x onerror=window.__xss=1>.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file)
        lines.writerow([*HEADER, "kind"])
        for at in range(240):
            kind = at % 3
            noise = (at * 7919 % 101) / 101
            text = ["<i>u</i>", "</script>v", "w"][(kind + (at % 11 == 0)) % 3]
            lines.writerow([kind + noise, -kind + noise, text, noise, CLASSES[kind]])
    return path


def holds(page: Page, dialogs: list[str], *shown: str) -> None:
    """Nothing ran or became an element, and the texts are there as they were written."""
    for text in shown:
        expect(page.get_by_text(text).first).to_be_attached()
    assert page.evaluate(EVIL) == []
    assert page.evaluate("window.__xss") is None and dialogs == []


def test_hostile_names_are_texts_on_every_page(page: Page, sign_in, dialogs, tmp_path):
    sign_in(page)
    page.goto(page.url + "datasets/")
    page.locator("form[data-upload] input[type=file]").first.set_input_files(hostile_file(tmp_path))
    page.wait_for_url(re.compile(r"/datasets/\d+/"))
    expect(page.get_by_role("button", name="Build a network").first).to_be_visible()
    holds(page, dialogs, *HEADER)

    page.get_by_role("button", name="Build a network").first.click()
    page.wait_for_url(re.compile(r"/networks/\d+/"))
    network = page.url
    page.evaluate(
        """async ([address, name]) => fetch(address, { method: "POST", body: new URLSearchParams({
          name, csrfmiddlewaretoken: document.querySelector("[name=csrfmiddlewaretoken]").value }) })""",
        [f"{network}rename/", IMAGE],
    )
    page.goto(network)
    holds(page, dialogs)
    page.goto(f"{network}training/")
    page.get_by_role("button", name="Train", exact=True).click()
    page.wait_for_url(re.compile(r"/runs/\d+/"))
    expect(page.get_by_text("Finished").first).to_be_visible()
    holds(page, dialogs)

    run, home = page.url, page.url.partition("/runs/")[0]
    page.goto(f"{run}report/")
    expect(page.locator(".js-plotly-plot .legendtext").first).to_be_attached()
    legend = " ".join(page.locator(".legendtext").all_text_contents())
    assert all(name in legend for name in CLASSES)
    holds(page, dialogs, CLASSES[0])
    page.goto(f"{run}model/")
    expect(page.get_by_role("heading", name="Try one row")).to_be_visible()
    holds(page, dialogs, *HEADER)
    for address in ("/", "/datasets/", "/networks/", "/runs/", "/keys/"):
        page.goto(home + address)
        holds(page, dialogs)
