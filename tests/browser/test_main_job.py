"""From a CSV to predictions in Chromium, with web, worker and broker as `make up` starts them."""

from __future__ import annotations

import csv
import io
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import look_at

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "samples" / "penguins" / "penguins.csv"
CURVES = """() => [...document.querySelectorAll(".js-plotly-plot")].flatMap((chart) =>
  chart.data.map((line) => ({ name: line.name, x: Array.from(line.x ?? []) })))"""


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    return folder


def test_the_main_job_from_a_csv_to_predictions(page: Page, sign_in, pictures, tmp_path):
    sign_in(page)
    look_at(page, "home", pictures)

    choose_file(page)
    wait_until_read(page)
    look_at(page, "dataset", pictures)

    build_network(page)
    edit_and_undo(page)
    look_at(page, "network", pictures)

    open_training(page, epochs=60)
    look_at(page, "training", pictures)
    start(page)
    watch_live(page, at_least=3)
    reload_keeps_the_curve(page)
    expect(page.get_by_text("Finished").first).to_be_visible()
    look_at(page, "run", pictures)

    open_report(page)
    look_at(page, "report", pictures)

    page.get_by_role("link", name="Deploy").last.click()
    expect(page.get_by_role("heading", name="Try one row")).to_be_visible()
    look_at(page, "model", pictures)
    ours = score_the_sample(page)
    assert ours == predict_alone(download(page, tmp_path / "model.zip"), tmp_path / "alone")
    try_a_row(page)


def test_a_run_that_is_stopped_keeps_its_best(page: Page, sign_in):
    sign_in(page)
    drop_file(page)
    wait_until_read(page)
    build_network(page)
    open_training(page, epochs=100_000, stop_early=False)
    start(page)
    watch_live(page, at_least=2)

    page.get_by_role("button", name="Stop and keep the best").click()
    expect(page.get_by_text("Stopped, best kept").first).to_be_visible()

    open_report(page)


def choose_file(page: Page) -> None:
    page.locator("form[data-upload] input[type=file]").first.set_input_files(SAMPLE)


def drop_file(page: Page) -> None:
    """Drop the sample on the zone, as from a file manager."""
    dropped = page.evaluate_handle(
        """(text) => {
          const dropped = new DataTransfer();
          dropped.items.add(new File([text], "penguins.csv", { type: "text/csv" }));
          return dropped;
        }""",
        SAMPLE.read_text(),
    )
    page.dispatch_event("form[data-upload] label.drop", "drop", {"dataTransfer": dropped})


def wait_until_read(page: Page) -> None:
    """The dataset's page shows what was read without a reload."""
    page.wait_for_url("**/datasets/*/**")
    page.evaluate("window.stayed = true")
    expect(page.get_by_text("flipper_length_mm").locator("visible=true").first).to_be_visible()
    expect(page.get_by_text("344 rows").first).to_be_visible()
    assert page.evaluate("window.stayed")
    if page.get_by_label("Predict").input_value() != "species":
        page.get_by_label("Predict").select_option("species")
        expect(page.get_by_text("Adelie").locator("visible=true").first).to_be_visible()


def build_network(page: Page) -> None:
    page.get_by_role("button", name="Build a network").click()
    page.wait_for_url(re.compile(r"/networks/\d+/"))
    expect(page.get_by_text("Ready to train")).to_be_visible()


def edit_and_undo(page: Page) -> None:
    """An impossible value is explained on its card, a good one changes the shape, undo takes both back."""
    units = page.get_by_label("Units").first
    before = units.input_value()

    units.fill("0")
    units.press("Tab")
    expect(page.locator(".layer-err").first).to_contain_text("Units")

    page.get_by_label("Units").first.fill("48")
    page.get_by_label("Units").first.press("Tab")
    expect(page.locator(".layer-out", has_text="48").first).to_be_visible()
    expect(page.get_by_text("Ready to train")).to_be_visible()

    for _ in range(2):
        page.get_by_role("button", name=re.compile("^Undo")).click()
    expect(page.get_by_label("Units").first).to_have_value(before)


def open_training(page: Page, *, epochs: int, stop_early: bool = True) -> None:
    page.get_by_role("link", name="Train", exact=True).last.click()
    page.wait_for_url("**/training/")
    field = page.get_by_label("Epochs", exact=True)
    field.fill(str(epochs))
    field.press("Tab")
    page.get_by_label("Stop early").set_checked(stop_early)
    expect(page.get_by_text("Saved").first).to_be_visible()


def start(page: Page) -> None:
    page.get_by_role("button", name="Train", exact=True).click()
    page.wait_for_url(re.compile(r"/runs/\d+/$"))


def curve(page: Page) -> list[float]:
    """The places of the longest curve that is drawn."""
    return max((line["x"] for line in page.evaluate(CURVES)), key=len, default=[])


def watch_live(page: Page, *, at_least: int) -> None:
    """Points arrive by themselves."""
    page.wait_for_function(f"() => Math.max(0, ...({CURVES})().map((line) => line.x.length)) >= {at_least}")


def reload_keeps_the_curve(page: Page) -> None:
    before = page.evaluate(CURVES)
    page.reload()
    watch_live(page, at_least=max(len(line["x"]) for line in before))
    for line in page.evaluate(CURVES):
        assert len(set(line["x"])) == len(line["x"]), f"{line['name']} has points twice"
        assert line["x"] == sorted(line["x"])


def open_report(page: Page) -> None:
    """It appears by itself when judging is over."""
    page.get_by_role("link", name="Evaluate").last.click()
    expect(page.get_by_role("heading", name="Confusion matrix")).to_be_visible()
    page.wait_for_function(f"() => ({CURVES})().length >= 4")


def download(page: Page, path: Path) -> Path:
    with page.expect_download() as started:
        page.get_by_role("link", name=re.compile("^Download")).click()
    started.value.save_as(path)
    return path


def score_the_sample(page: Page) -> list[dict[str, str]]:
    page.locator("input[type=file][name=file]").set_input_files(SAMPLE)
    with page.expect_download() as started:
        page.get_by_role("button", name="Score and download").click()
    return list(csv.DictReader(io.StringIO(Path(started.value.path()).read_text())))


def predict_alone(bundle: Path, folder: Path) -> list[dict[str, str]]:
    """What the download's predict.py says where nothing of Strata can be imported, under the given rows."""
    with zipfile.ZipFile(bundle) as packed:
        assert not [name for name in packed.namelist() if name.endswith((".pkl", ".pt", ".pth"))]
        packed.extractall(folder)
    told = subprocess.run(
        [sys.executable, "predict.py", str(SAMPLE)],
        cwd=folder,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    )
    given = csv.DictReader(io.StringIO(SAMPLE.read_text()))
    return [row | said for row, said in zip(given, csv.DictReader(io.StringIO(told.stdout)), strict=True)]


def try_a_row(page: Page) -> None:
    page.get_by_label("bill_length_mm").fill("49.9")
    page.get_by_label("island").select_option("Biscoe")
    page.get_by_role("button", name="Predict").click()
    expect(page.locator("#result .hbar")).to_be_visible()

    page.get_by_label("bill_length_mm").fill("long")
    expect(page.get_by_text("“long” is no number.")).to_be_visible()
    expect(page.get_by_label("bill_length_mm")).to_have_attribute("aria-invalid", "true")

    page.get_by_role("button", name="Typical values").click()
    expect(page.get_by_text("“long” is no number.")).to_be_hidden()
