"""What "auto" means here: threads, precision and plan for one network on one device.

A resumed run takes what its first attempt resolved to, because threads change the last digits.
"""

from __future__ import annotations

import os
import platform
import resource
from pathlib import Path
from typing import Any

import torch
from torch import nn

from training.errors import DataError, SettingError
from training.network import Checked
from training.recipe import Fit

# Below this many multiply-adds a step, waking a second thread costs more than it brings.
_WORTH_THREADS = 50_000_000
_MOST_THREADS = 8


def resolve(fit: Fit, checked: Checked, device: str) -> dict[str, Any]:
    """Every "auto" of the recipe as a value: device, precision, threads, plan."""
    check_device(device)
    work = checked.totals["multiply_adds"] * fit.batch_size
    threads = _threads(work) if fit.threads == "auto" else fit.threads
    return {"device": device, "precision": "float32", "threads": threads, "plan": "eager"}


def check_device(device: str) -> None:
    """Raises SettingError when this machine does not have the device."""
    kind, _, number = device.partition(":")
    if kind == "cpu":
        return
    there = (
        torch.backends.mps.is_available() if kind == "mps" else int(number or 0) < torch.cuda.device_count()
    )
    if not there:
        raise SettingError(
            f"This machine has no device {device}.",
            where="fit.device",
            hint="Choose auto, which takes a free GPU or the CPU.",
        )


def device_name(device: str) -> str:
    """What people call it: "NVIDIA H100", or the processor."""
    if device.startswith("cuda"):
        return str(torch.cuda.get_device_name(device))
    if device == "mps":
        return "Apple GPU"
    return f"CPU ({platform.machine()})"


def memory_bytes(device: str) -> int:
    """What training holds now: on a GPU its memory there, otherwise this process's."""
    if device.startswith("cuda"):
        return int(torch.cuda.memory_allocated(device))
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:  # not Linux: the largest so far is the best that is known
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if platform.system() == "Darwin" else most * 1024
    return pages * resource.getpagesize()


def _threads(work: int) -> int:
    """Threads for so many multiply-adds a step: one, or as many as there are cores that nobody uses."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if cores <= 2 or work < _WORTH_THREADS:
        return 1
    idle = cores - round(os.getloadavg()[0]) if hasattr(os, "getloadavg") else cores
    return max(1, min(idle, cores // 2, _MOST_THREADS))


def needs_two_rows(model: nn.Module, rows: int, batch_size: int) -> bool:
    """Whether the network cannot train on a batch of one row, as batch normalisation cannot.

    Raises DataError or SettingError when there would be no other batch.
    """
    if rows == 0:
        raise DataError(
            "There is no row to train on.",
            where="data.split",
            hint="Lower the validation and test shares, or add rows.",
        )
    if not any(isinstance(module, nn.modules.batchnorm._BatchNorm) for module in model.modules()):
        return False
    if rows == 1:
        raise DataError(
            "Batch normalisation needs at least 2 training rows, and there is only 1.",
            where="data.split",
            hint="Add rows, or take the BatchNorm1d layers out.",
        )
    if batch_size == 1:
        raise SettingError(
            "Batch normalisation cannot work with a batch size of 1.",
            where="fit.batch_size",
            hint="Set the batch size to 2 or more.",
        )
    return True
