"""A whole studio as `make up` starts it, and a Chromium to drive it with."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
READY = re.compile(r"Strata is ready: (http://\S+)")
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
NEEDED = (
    "The browser test needs Chromium. On Debian and Ubuntu: apt install chromium. "
    "Or set STUDIO_CHROMIUM to the program's path."
)
PATIENCE = 90_000  # milliseconds: a worker that has just been started imports PyTorch first
# Quiet and alone: no sandbox for root in containers, no calls home.
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
]


@dataclass(frozen=True)
class Studio:
    """A running studio: the address that it printed, and the environment that it runs in."""

    link: str
    environment: dict[str, str]

    def signin_link(self) -> str:
        """Another link than the one that `up` printed: each works once."""
        command = [sys.executable, "manage.py", "signin_link"]
        made = subprocess.run(
            command, cwd=ROOT, env=self.environment, check=True, capture_output=True, text=True
        )
        return made.stdout.split()[-1]


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium; where there is none the test is skipped, in CI it fails."""
    found = os.environ.get("STUDIO_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(NEEDED)
    return found


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Ends with its module: while it lives its event loop keeps Django's database out of this thread."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, str]]:
    """Nothing, the embedded default; where DATABASE_URL and REDIS_URL are set, a database on each."""
    database, redis = os.environ.get("DATABASE_URL", ""), os.environ.get("REDIS_URL", "")
    if not database.startswith("postgres"):
        yield {}
        return
    name = f"strata_browser_{os.getpid()}"
    with psycopg.connect(database, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        base, _, number = redis.rpartition("/")
        yield {
            "DATABASE_URL": f"{database.rpartition('/')[0]}/{name}",
            # Not the number of the other tests: their workers must not hear our doorbells.
            "REDIS_URL": f"{base}/{int(number) + 1}",
        }
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory, servers: dict[str, str]) -> Iterator[Studio]:
    """`manage.py up` on a data folder and a port of its own; interrupted as by Ctrl-C at the end."""
    folder = tmp_path_factory.mktemp("studio")
    port = _free_port()
    environment = _plain_environment() | {
        "STUDIO_DATA_DIR": str(folder / "data"),
        "STUDIO_PORT": str(port),
        "PYTHONUNBUFFERED": "1",
        **servers,
    }
    with (folder / "up.log").open("w+") as log:
        up = subprocess.Popen(
            [sys.executable, "manage.py", "up"],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield Studio(_link(up, folder / "up.log"), environment)
        finally:
            up.send_signal(signal.SIGINT)
            up.wait(60)


@pytest.fixture
def sign_in(studio: Studio) -> Callable[[Page], None]:
    """A function that opens a sign-in link and presses its button."""

    def signed_in(page: Page) -> None:
        page.goto(studio.signin_link())
        page.get_by_role("button", name="Sign in to Strata").click()
        page.wait_for_url(f"{studio.link.partition('/signin/')[0]}/")

    return signed_in


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh browser profile; what goes wrong in a page's scripts fails the test."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
    yield page
    context.close()
    assert not troubles, troubles


def _plain_environment() -> dict[str, str]:
    """Ours without the settings that other tests made: nothing set is what is tested here."""
    ours = ("STUDIO_", "DJANGO_", "DATABASE_URL", "REDIS_URL", "PYTEST_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def _link(up: subprocess.Popen, log: Path) -> str:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and up.poll() is None:
        if found := READY.search(log.read_text()):
            return found[1]
        time.sleep(0.2)
    raise AssertionError(f"The studio did not start:\n{log.read_text()}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
