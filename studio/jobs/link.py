"""What a forked process speaks with: JSON lines over two pipes, and nothing else."""

from __future__ import annotations

import json
import math
import os
import select
import threading
import time
from typing import Any

# After this long without a lease that is known to be good, the process ends itself: before
# anybody else may take the job (Job.LEASE_SECONDS).
ALONE_SECONDS = 6.0
ALONE_EXIT = 75
TICK_SECONDS = 0.25


class Link:
    """The process's end of the line to its supervisor.

    up, down: file descriptors of the pipes; renewed: ``time.monotonic()`` of the last renewal,
    which is one clock for all processes of a machine.
    """

    def __init__(self, up: int, down: int, renewed: float) -> None:
        self._up = up
        self._down = down
        self._renewed = renewed
        self._wish = ""
        self._sending = threading.Lock()

    def watch(self) -> None:
        """Start the thread that hears the supervisor, and ends the process without it."""
        threading.Thread(target=self._listen, name="watchdog", daemon=True).start()

    def send(self, message: dict[str, Any]) -> None:
        """Send plain JSON; numbers that are not finite arrive as null."""
        try:
            text = json.dumps(message, allow_nan=False)
        except ValueError:
            text = json.dumps(finite(message), allow_nan=False)
        line = memoryview(text.encode() + b"\n")
        with self._sending:
            while line:
                line = line[os.write(self._up, line) :]

    def wish(self) -> str:
        """What a person asks: "", "stop", "pause" or "discard"; "leave" when the worker shuts down."""
        return self._wish

    def section(self, name: str) -> None:
        """Say what comes now: setup, step, checkpoint or export. Each has its own deadline."""
        self.send({"section": name})

    def _listen(self) -> None:
        heard = b""
        while True:
            is_late = time.monotonic() - self._renewed >= ALONE_SECONDS
            # A long call may have kept this thread from hearing: late is alone once nothing waits.
            if select.select([self._down], [], [], 0 if is_late else TICK_SECONDS)[0]:
                piece = os.read(self._down, 65_536)
                if not piece:
                    break  # the supervisor is gone
                *lines, heard = (heard + piece).split(b"\n")
                for line in lines:
                    self._hear(json.loads(line))
            elif is_late:
                break
        os._exit(ALONE_EXIT)

    def _hear(self, message: dict[str, Any]) -> None:
        self._renewed = message.get("renewed", self._renewed)
        self._wish = message.get("wish", self._wish)


def finite(value: Any) -> Any:
    """The same JSON with null for every number that is not finite."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return value
