"""What one job at a time can hold on this machine: a device, or a share of the processor.

A slot is a file lock. The supervisor takes it before it claims, the process of the job inherits
it, and from then on it is that process alone that holds it: until it ends, however it ends.
"""

from __future__ import annotations

import fcntl
import os
import socket

from django.conf import settings


class Slot:
    """A slot that is held. name: "cuda:0", "cpu:1" …"""

    def __init__(self, name: str, descriptor: int) -> None:
        self.name = name
        self.descriptor = descriptor

    def leave(self) -> None:
        """This process holds it no longer; one that inherited it still does."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1


def take(name: str) -> Slot | None:
    """The slot of that name, or None when somebody else holds it."""
    folder = settings.DATA_DIR / "slots"
    folder.mkdir(exist_ok=True)
    path = folder / f"{socket.gethostname()}-{name.replace(':', '-')}.lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return Slot(name, descriptor)
