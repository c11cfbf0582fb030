"""The real worker, reaper and web server, as processes that tests start, share and kill."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from studio.processes import die_with_parent
from studio.runs.history import events_after
from studio.runs.models import Run

ROOT = Path(__file__).resolve().parents[2]


def environment() -> dict[str, str]:
    """For processes of tests: the same database, data folder and broker. After django_db_setup."""
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        url = f"sqlite:///{database['NAME']}"
    else:
        url = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database)
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "studio.settings",
        "DATABASE_URL": url,
        "OMP_NUM_THREADS": "1",
        "PYTHONWARNINGS": "default",
    }


def eventually(found: Callable[[], object], *, seconds: float = 60, what: str = "") -> object:
    """Wait until ``found`` says something true, and answer it."""
    deadline = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < deadline, f"waited {seconds} s in vain: {what or found}"
        time.sleep(0.05)
    return value


def now(run: Run) -> Run:
    return Run.objects.get(pk=run.pk)


def wait_for(run: Run, *states: str, seconds: float = 60) -> Run:
    """The run once it is in one of the states."""
    eventually(lambda: now(run).state in states, seconds=seconds, what=f"{states}")
    return now(run)


def told(run: Run) -> list[dict]:
    """Every event of the run so far."""
    return events_after(run.pk, 0, blocks=100_000)


def kinds(run: Run) -> list[str]:
    return [event["kind"] for event in told(run)]


def children(pid: int) -> list[int]:
    """The processes that ``pid`` has started and that still live."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has just ended
        if int(fields[1]) == pid and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


def kill_trainer(run: Run) -> None:
    """Kill the process that trains, as the kernel or an operator would; its supervisor lives."""
    supervisor = int(run.worker.rpartition(":")[2])
    for pid in children(supervisor):
        os.kill(pid, signal.SIGKILL)


class Worker:
    """One Celery worker with its reaper, as ``manage.py up`` starts them."""

    def __init__(self) -> None:
        self.worker: subprocess.Popen | None = None
        self.reaper: subprocess.Popen | None = None

    @property
    def log(self) -> Path:
        return Path(settings.DATA_DIR, "worker.log")

    def start(self, **more: str) -> None:
        """Start whichever of the two does not run. more: environment variables."""
        if self.worker is None or self.worker.poll() is not None:
            self.worker = self._manage("worker", more)
        if self.reaper is None or self.reaper.poll() is not None:
            self.reaper = self._manage("reaper", more)

    def _manage(self, command: str, more: dict[str, str]) -> subprocess.Popen:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "manage.py", command],
                cwd=ROOT,
                env=environment() | more,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )

    def kill(self) -> None:
        """The worker is gone at once, as after a crash; the reaper stays."""
        assert self.worker is not None
        self.worker.kill()
        self.worker.wait()

    def stop(self) -> None:
        """Ask all of their processes to end, as ``manage.py up`` and service managers do."""
        for process in filter(None, (self.worker, self.reaper)):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        for process in filter(None, (self.worker, self.reaper)):
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


@pytest.fixture(scope="session")
def shared_worker(django_db_setup, broker) -> Iterator[Worker]:
    worker = Worker()
    yield worker
    worker.stop()


@pytest.fixture
def worker(transactional_db, shared_worker: Worker) -> Worker:
    """A worker and its reaper that run. A test may kill them: the next one gets new ones."""
    shared_worker.start()
    return shared_worker


@pytest.fixture(scope="session")
def shared_server(django_db_setup, broker) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "studio.asgi:application", "--port", str(port)]
    command += ["--log-level", "warning", "--lifespan", "off", "--http", "studio.wire:Guarded"]
    with Path(settings.DATA_DIR, "web.log").open("ab") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment(), stdout=log, stderr=log, preexec_fn=die_with_parent
        )
    try:
        eventually(lambda: process.poll() is None and _answers(port), what="the web server")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def server(transactional_db, shared_server: str) -> str:
    """The address of a real web server on the test's database: "http://127.0.0.1:…"."""
    return shared_server


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
