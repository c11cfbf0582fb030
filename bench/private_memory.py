"""The private memory of a process while it runs (Private_Clean + Private_Dirty of smaps_rollup)."""

from __future__ import annotations

import threading
import time
from pathlib import Path


def private_bytes(pid: int) -> int:
    """Private memory of a process now, in bytes; 0 when it is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return 0
    return (
        sum(int(line.split()[1]) for line in lines if line.startswith(("Private_Clean", "Private_Dirty")))
        * 1024
    )


class Peak(threading.Thread):
    """Samples a process every 20 ms until ``stop``; ``bytes`` is the highest seen."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid = pid
        self.bytes = 0
        self._over = threading.Event()

    def run(self) -> None:
        while not self._over.is_set():
            self.bytes = max(self.bytes, private_bytes(self.pid))
            time.sleep(0.02)

    def stop(self) -> int:
        self._over.set()
        self.join()
        return self.bytes
