"""Which devices there are, and who has them.

A parent that has touched CUDA breaks it for every process that it forks, so devices are listed by
a short process of their own, and torch is imported there only. A GPU is leased by a lock on
a file, which the system drops when its holder dies; open it in the child, after the fork.
"""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.errors import SettingError

_SECONDS = 120
_CONTAINER = Path("/sys/fs/cgroup/memory.max")
# On Linux no GPU works without one of these: NVIDIA's, AMD's, and Windows' own for Linux.
_DRIVERS = ("/dev/nvidiactl", "/dev/kfd", "/dev/dxg")

Device = dict[str, Any]


def may_have_gpu() -> bool:
    """Whether this machine has a driver that a GPU would need. Touches none."""
    return any(Path(path).exists() for path in _DRIVERS)


def list_devices() -> list[Device]:
    """``{"name": "cuda:0", "title": "NVIDIA H100", "memory_bytes": …}`` of each; the CPU is the last."""
    if sys.platform == "linux" and not may_have_gpu():
        return [_cpu()]
    command = [sys.executable, "-m", "training.devices"]
    place = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    try:
        done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=True, env=place)
        found: list[Device] = json.loads(done.stdout)
    except (subprocess.SubprocessError, OSError, ValueError):
        return [_cpu()]  # a broken driver must not keep people from training on the CPU
    return [*found, _cpu()]


def _cpu() -> Device:
    return {"name": "cpu", "title": f"CPU, {os.cpu_count() or 1} cores", "memory_bytes": memory_bytes()}


def memory_bytes() -> int | None:
    """The memory of this machine, or of the container that we are in; None where it is not told."""
    try:
        whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return None
    try:
        return min(whole, int(_CONTAINER.read_text()))
    except (ValueError, OSError):  # no container, or one without a limit: "max"
        return whole


def _accelerators() -> list[Device]:
    """What torch sees. Only ever called in the short process."""
    import torch

    found: list[Device] = []
    for at in range(torch.cuda.device_count()):
        about = torch.cuda.get_device_properties(at)
        found.append({"name": f"cuda:{at}", "title": about.name, "memory_bytes": about.total_memory})
    if torch.backends.mps.is_available():
        found.append({"name": "mps", "title": "Apple GPU", "memory_bytes": None})
    return found


@dataclass
class Lease:
    """A device that is ours until ``release``, or until this process ends. The CPU is everybody's."""

    device: str
    handle: int | None = None

    def release(self) -> None:
        if self.handle is not None:
            os.close(self.handle)
            self.handle = None


def lease(wanted: str, devices: list[Device], folder: Path) -> Lease | None:
    """Take ``wanted`` ("auto", "cpu", "cuda", "cuda:1", "mps"), or None while all that would do are taken.

    devices: from ``list_devices``; folder: where the lock files of this machine lie. "auto" takes a
    free GPU, or else the CPU. Raises SettingError when there is no such device.
    """
    if wanted == "cpu":
        return Lease("cpu")
    names = [device["name"] for device in devices if device["name"] != "cpu"]
    suited = [name for name in names if wanted == "auto" or name == wanted or name.startswith(f"{wanted}:")]
    if wanted != "auto" and not suited:
        raise SettingError(
            f"This machine has no device {wanted}.",
            where="fit.device",
            hint=f"Choose auto, cpu{''.join(', ' + name for name in names)}.",
        )
    folder.mkdir(parents=True, exist_ok=True)
    for name in suited:
        if (handle := _lock(folder / f"{name.replace(':', '-')}.lock")) is not None:
            return Lease(name, handle)
    return Lease("cpu") if wanted == "auto" else None


def _lock(path: Path) -> int | None:
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    return handle


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_accelerators()))
