"""From the click on Train to the first point in a browser, and from a worker's event to the browser.

A real Chromium on a whole studio with a warm worker. Events are sent in blocks, one a flush. The
latency of a block is the browser's clock at its arrival minus the time of its newest event (one
machine, one clock): the way through database, channel layer and socket, and the few milliseconds
that this event waited for the flush. The first block of each page is history, what had happened before
the page was there, and is told apart.
"""

from __future__ import annotations

import shutil
import time
from typing import Any

from bench.studio import Studio, running

RUNS = 8
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
]
LISTEN = """
window.arrivals = [];
const Original = window.WebSocket;
window.WebSocket = class extends Original {
  constructor(...args) {
    super(...args);
    this.addEventListener("message", (message) => {
      const now = Date.now() / 1000;
      const told = JSON.parse(message.data).events || [];
      if (told.length) window.arrivals.push(now - told[told.length - 1].time);
    });
  }
};
"""
DRAWN = """() => [...document.querySelectorAll(".js-plotly-plot")]
  .some((plot) => (plot.data || []).some((trace) => trace.x && trace.x.length))"""


def measure() -> dict[str, Any]:
    from playwright.sync_api import sync_playwright

    with running() as studio, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=OPTIONS)
        page = browser.new_page()
        page.goto(studio.link)
        page.get_by_role("button").first.click()
        page.wait_for_url(studio.address + "/")
        page.add_init_script(LISTEN)
        network = _network(studio)
        clicks, history, latencies = [], [], []
        for _ in range(RUNS):
            clicks.append(_click_to_point(page, studio, network))
            page.wait_for_timeout(3_000)
            first, *live = [seconds * 1000 for seconds in page.evaluate("window.arrivals")]
            history.append(first)
            latencies += live
            run = page.url.rstrip("/").split("/")[-1]
            studio.api("POST", f"runs/{run}/discard")
            studio.wait(f"runs/{run}", "state", {"discarded"})
        browser.close()
    latencies.sort()
    return {
        "click_to_point_seconds": [round(value, 2) for value in sorted(clicks)],
        "event_to_browser_ms": {
            "p50": round(latencies[len(latencies) // 2]),
            "p99": round(latencies[int(len(latencies) * 0.99)]),
            "blocks": len(latencies),
        },
        "history_at_connect_ms": [round(value) for value in sorted(history)],
    }


def _network(studio: Studio) -> int:
    """A network on the churn sample that trains long enough to watch."""
    version = studio.sample("churn")["version_id"]
    network = studio.api("POST", "networks", {"version": version})
    recipe = network["recipe"]
    recipe["fit"]["epochs"] = 500
    recipe["fit"]["stopping"]["enabled"] = False
    studio.api("PUT", f"networks/{network['id']}", {"revision": network["revision"], "recipe": recipe})
    return int(network["id"])


def _click_to_point(page: Any, studio: Studio, network: int) -> float:
    page.goto(f"{studio.address}/networks/{network}/training/")
    page.wait_for_load_state("networkidle")
    began = time.perf_counter()
    page.get_by_role("button", name="Train", exact=True).first.click()
    page.wait_for_function(DRAWN, polling=20)
    return time.perf_counter() - began


if __name__ == "__main__":
    import json

    print(json.dumps(measure()))
