"""A builder edit on a network of 100 layers: on the server, and in Chromium to the updated page.

A whole studio and a real browser. An edit sets the units of one layer; ``few`` changes what three cards
below say, ``all`` what every card below says. The server's time is what the browser waited for the
answer, from its request to the first byte; the page's is from the field's change to the frame after
cards, totals and diagram stand.
"""

from __future__ import annotations

import shutil
from typing import Any

from bench.start import OPTIONS
from bench.studio import Studio, running

LAYERS, TIMES = 100, 40
KINDS = {
    "few": ("Linear", "ReLU", "Dropout", "LayerNorm"),
    "all": ("ReLU", "Dropout", "LayerNorm"),
}
EDIT = """async (units) => {
  const field = document.querySelector('[data-place="first"][data-field="units"]');
  const revision = () => JSON.parse(document.getElementById("network-state").textContent).revision;
  const before = revision();
  performance.clearResourceTimings();
  field.focus();
  field.value = units;
  const began = performance.now();
  field.dispatchEvent(new Event("change", { bubbles: true }));
  while (revision() === before) await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  await new Promise((resolve) => setTimeout(resolve));
  const page = performance.now() - began;
  const [asked] = performance.getEntriesByType("resource").filter((each) => each.name.endsWith("/edit/"));
  return { page, server: asked.responseStart - asked.requestStart };
}"""


def measure() -> dict[str, Any]:
    """Milliseconds, median and 95th percentile of TIMES edits."""
    from playwright.sync_api import sync_playwright

    with running() as studio, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=OPTIONS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(studio.link)
        page.get_by_role("button").first.click()
        page.wait_for_url(studio.address + "/")
        figures = {name: _edits(page, studio, layers) for name, layers in KINDS.items()}
        browser.close()
    return {"layers": LAYERS, **figures}


def _edits(page: Any, studio: Studio, layers: tuple[str, ...]) -> dict[str, Any]:
    page.goto(f"{studio.address}/networks/{_network(studio, layers)}/")
    page.wait_for_load_state("networkidle")
    for number in range(3):  # the browser compiles what it runs often
        page.evaluate(EDIT, 10 + number)
    timed = [page.evaluate(EDIT, 20 + number) for number in range(TIMES)]
    return {what: _spread([each[what] for each in timed]) for what in ("server", "page")}


def _network(studio: Studio, layers: tuple[str, ...]) -> int:
    """Features, a Linear layer, and others below it in turn."""
    network = studio.api("POST", "networks", {"version": studio.sample("churn")["version_id"]})
    recipe = network["recipe"]
    below = [{"id": f"n{place}", "layer": layers[place % len(layers)]} for place in range(LAYERS - 2)]
    recipe["network"]["main"] = [
        {"id": "features", "layer": "Features"}, {"id": "first", "layer": "Linear"}, *below,
    ]  # fmt: skip
    studio.api("PUT", f"networks/{network['id']}", {"revision": network["revision"], "recipe": recipe})
    return int(network["id"])


def _spread(taken: list[float]) -> dict[str, float]:
    taken = sorted(taken)
    return {"p50_ms": round(taken[len(taken) // 2], 1), "p95_ms": round(taken[int(len(taken) * 0.95)], 1)}
