"""SQLite serves one machine: another one that opens the same file is refused before it can harm it.

Its write-ahead log is shared memory, which no network file system carries over. So a note beside the
database says which machine uses it, and every process that does holds a lock on that note.
"""

from __future__ import annotations

import fcntl
import os
import uuid
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

BOOT = Path("/proc/sys/kernel/random/boot_id")  # one for all containers of a running system


def hold(database: str) -> None:
    """Use a database file from this machine until this process ends.

    Raises ImproperlyConfigured while another machine uses it.
    """
    note = os.open(f"{database}.machine", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(note, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        pass  # somebody uses it: who, the note says
    else:
        os.ftruncate(note, 0)
        os.pwrite(note, this_machine().encode(), 0)
    fcntl.flock(note, fcntl.LOCK_SH)
    if os.pread(note, 200, 0).decode() != this_machine():
        os.close(note)
        raise ImproperlyConfigured(
            f"Another machine works on {database}, and SQLite serves one at a time. "
            "Set DATABASE_URL to a PostgreSQL server, on all machines."
        )


def this_machine() -> str:
    try:
        return BOOT.read_text().strip()
    except OSError:  # not Linux
        return f"{uuid.getnode():x}"
