"""What one job at a time can hold on this machine: a device, or a share of the processor.

A slot is a file lock: it ends with the process that holds it, however that ends.
"""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings


@contextmanager
def hold(name: str) -> Iterator[bool]:
    """Hold a slot as long as the block lasts; yields False when somebody else has it."""
    folder = settings.DATA_DIR / "slots"
    folder.mkdir(exist_ok=True)
    path = folder / f"{socket.gethostname()}-{name.replace(':', '-')}.lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield False
    else:
        yield True
    finally:
        os.close(descriptor)
