"""A whole studio on a data folder and a port of its own, as `make up` starts it, and its REST interface."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


@dataclass
class Studio:
    """address without a trailing slash; link: the sign-in link; pids by program name."""

    address: str
    link: str
    key: str
    process: subprocess.Popen
    data: Path

    def api(self, method: str, path: str, body: Any = None) -> Any:
        """One REST call; the answer as JSON."""
        request = urllib.request.Request(f"{self.address}/api/v1/{path}", method=method)
        request.add_header("Authorization", f"Bearer {self.key}")
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read())

    def wait(self, path: str, field: str, wanted: set[str], seconds: float = 120) -> Any:
        """Ask until ``field`` of the answer is one of ``wanted``."""
        deadline = time.monotonic() + seconds
        while (answer := self.api("GET", path))[field] not in wanted:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{path}: {answer[field]}")
            time.sleep(0.2)
        return answer

    def pid(self, words: str) -> int:
        """The process below ours whose command line has ``words``."""
        for child in _below(self.process.pid):
            if words in Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ").decode():
                return child
        raise LookupError(words)

    def sample(self, key: str) -> dict[str, Any]:
        """The ready dataset of a sample that every new studio has."""
        listed = self.api("GET", "datasets")
        rows = listed["items"] if isinstance(listed, dict) else listed
        name = next(row["id"] for row in rows if key.lower() in row["name"].lower())
        return self.wait(f"datasets/{name}", "status", {"ready"})


@contextmanager
def running() -> Iterator[Studio]:
    """A studio that is ready, and is stopped afterwards."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        environment = {
            name: value
            for name, value in os.environ.items()
            if name not in ("DATABASE_URL", "REDIS_URL", "MAKELEVEL")
        }
        environment |= {"STUDIO_DATA_DIR": folder, "STUDIO_PORT": str(port)}
        up = subprocess.Popen(
            [sys.executable, "manage.py", "up"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
        )
        try:
            link = up.stdout.readline().split()[-1]  # type: ignore[union-attr]
            key = subprocess.run(
                [sys.executable, "manage.py", "apikey", "bench"],
                cwd=ROOT,
                env=environment,
                check=True,
                capture_output=True,
                text=True,
            ).stdout.split()[-1]
            yield Studio(f"http://127.0.0.1:{port}", link, key, up, Path(folder))
        finally:
            up.send_signal(signal.SIGINT)
            up.wait(30)


def _below(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += [int(child), *_below(int(child))]
    return found
