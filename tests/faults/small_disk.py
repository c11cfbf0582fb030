"""A disk that tests fill and empty, where the studio's files lie.

As root it is a tmpfs over the storage's folder, so that what is free is true; elsewhere the
worker's processes may write no file beyond a size, which programs meet as the same thing.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from tests.studio.processes import Worker, children

LEFT_BYTES = 8_000_000  # as a file's limit, the database of the tests has room in it


class Disk:
    """The storage's disk; empty enough until ``fill``."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self.folder = Path(settings.MEDIA_ROOT)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.is_mounted = os.geteuid() == 0 and self._mount("size=1g")

    def fill(self) -> None:
        """Some megabytes are left."""
        if self.is_mounted:
            used = shutil.disk_usage(self.folder).used
            assert self._mount(f"remount,size={used + LEFT_BYTES}")
        else:
            self._limit(LEFT_BYTES)

    def empty(self) -> None:
        """Somebody made room."""
        if self.is_mounted:
            assert self._mount("remount,size=1g")
        else:
            self._limit(resource.RLIM_INFINITY)

    def close(self) -> None:
        if self.is_mounted:
            subprocess.run(["umount", "-l", self.folder], check=True)
        else:
            self.empty()

    def _limit(self, file_bytes: int) -> None:
        assert self.worker.worker is not None
        for pid in family(self.worker.worker.pid):
            hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)[1]
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (file_bytes, hard))

    def _mount(self, options: str) -> bool:
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(self.folder)]
        return subprocess.run(command, capture_output=True).returncode == 0


def family(pid: int) -> list[int]:
    """A process and all that it started, and these started."""
    return [pid, *(each for child in children(pid) for each in family(child))]


@pytest.fixture
def disk(worker: Worker) -> Iterator[Disk]:
    disk = Disk(worker)
    try:
        yield disk
    finally:
        disk.close()
