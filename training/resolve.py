"""What "auto" means here: threads, precision and plan for one network on one device.

A resumed run takes what its first attempt resolved to, because threads change the last digits.
"""

from __future__ import annotations

import contextlib
import copy
import os
import platform
import resource
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from training.assembly import Assembled
from training.batches import AnyRows
from training.checkpoint import Checkpoint
from training.devices import memory_bytes as machine_memory
from training.errors import DataError, SettingError
from training.estimate import memory_problem
from training.network import Checked
from training.plans import BY_HAND, CHANNELS_LAST, COMPILED, EAGER, best_plan
from training.recipe import Fit, Recipe

# Below this many multiply-adds a step, waking a second thread costs more than it brings.
_WORTH_THREADS = 50_000_000
_MOST_THREADS = 8
# How much faster more threads have to be.
_WORTH_SHARE = 0.9

AUTOCAST = {"bf16": torch.bfloat16, "fp16": torch.float16}


def resolve(fit: Fit, parts: Assembled, device: str, probe: Callable[[], Any]) -> dict[str, Any]:
    """Every "auto" of the recipe as a value, for a model that is on the device.

    probe: does the arithmetic of a step and changes nothing; threads are chosen by timing it.
    Raises SettingError when the device cannot do what is asked.
    """
    plain = not parts.penalties and not fit.compile
    precision = _precision(fit.precision, device)
    if precision not in ("float32", "tf32") or fit.augment.mixup:
        plain = False
    plan = best_plan(parts.model, fit.optimizer.name, device=device, plain=plain)
    if fit.compile:
        _check_compiler(device)
        plan = COMPILED
    elif plan != BY_HAND and fit.channels_last == "off":
        plan = EAGER
    elif plan == EAGER and fit.channels_last == "on":
        plan = CHANNELS_LAST
    work = parts.checked.totals["multiply_adds"] * fit.batch_size
    return {
        "device": device,
        "precision": precision,
        "threads": _threads(work, probe, device) if fit.threads == "auto" else fit.threads,
        "plan": plan,
        "deterministic": fit.deterministic,
        "rows_at_once": fit.batch_size,
    }


def resolved_before(kept: Checkpoint, device: str) -> dict[str, Any]:
    """What the first attempt resolved to, on the device that there is now."""
    earlier = {"deterministic": False, "rows_at_once": 2**31}
    return {**earlier, **kept.meta["resolved"], "device": device}


class Trial:
    """The arithmetic of a step on a copy of the network: no weight and no random state moves."""

    def __init__(self, parts: Assembled, rows: AnyRows) -> None:
        self._parts, self._rows = parts, rows
        self._model: nn.Module | None = None

    def __call__(self) -> None:
        if self._model is None:
            self._model = copy.deepcopy(self._parts.model)
            size = min(self._parts.recipe.fit.batch_size, len(self._rows))
            self._batch = self._rows.take(torch.arange(size))
        inputs, target = self._batch
        with torch.random.fork_rng(devices=[]):  # threads are tried on the CPU only
            self._parts.loss(self._model(*inputs), target).backward()


def _precision(wanted: str, device: str) -> str:
    is_cuda = device.startswith("cuda")
    has_tf32 = is_cuda and torch.cuda.get_device_capability(device)[0] >= 8
    if wanted == "auto":
        return "tf32" if has_tf32 else "float32"
    if wanted == "tf32" and not has_tf32:
        raise SettingError(
            "TF32 needs an NVIDIA GPU of the Ampere generation or later.",
            where="fit.precision",
            hint="Choose auto or float32.",
        )
    if wanted == "fp16" and not is_cuda:
        raise SettingError(
            "fp16 needs an NVIDIA GPU.", where="fit.precision", hint="Choose auto, float32 or bf16."
        )
    return wanted


def _check_compiler(device: str) -> None:
    if device == "cpu" and not any(map(shutil.which, ("c++", "g++", "clang++"))):
        raise SettingError(
            "Compiling needs a C++ compiler, and this machine has none.",
            where="fit.compile",
            hint="Switch Compile off, or install g++.",
        )


@contextlib.contextmanager
def settings(resolved: dict[str, Any]) -> Iterator[None]:
    """The process's settings of torch for a run, and what they were before again after it."""
    matmul, cudnn = torch.backends.cuda.matmul, torch.backends.cudnn
    before = torch.get_num_threads(), matmul.allow_tf32, cudnn.allow_tf32, cudnn.deterministic
    was_deterministic = torch.are_deterministic_algorithms_enabled()
    torch.set_num_threads(resolved["threads"])
    matmul.allow_tf32 = cudnn.allow_tf32 = resolved["precision"] == "tf32"
    if resolved["deterministic"]:
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        cudnn.deterministic = True
        torch.use_deterministic_algorithms(True, warn_only=True)
    try:
        yield
    finally:
        torch.set_num_threads(before[0])
        matmul.allow_tf32, cudnn.allow_tf32, cudnn.deterministic = before[1:]
        torch.use_deterministic_algorithms(was_deterministic)


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


def check_memory(checked: Checked, fit: Fit, rows: int, device: str) -> None:
    """Raises SettingError when training on the CPU needs more memory than the machine has.

    A GPU that is full says so itself, and training goes on with fewer rows at once.
    """
    memory = machine_memory()
    if device == "cpu" and memory is not None and rows:
        problem = memory_problem(checked, fit, rows, memory)
        if problem is not None:
            raise problem


def classes_to_balance(recipe: Recipe, truth: np.ndarray) -> np.ndarray:
    """The class (n,) of each training row. Raises SettingError where rows have no one class."""
    if recipe.data.task not in ("binary", "multiclass"):
        raise SettingError(
            "Only rows that have one class each can be drawn in balance.",
            where="fit.sampling",
            hint="Choose shuffle.",
        )
    return truth.reshape(-1)


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


def _threads(work: int, probe: Callable[[], Any], device: str) -> int:
    """Threads for so many multiply-adds a step: the fastest number of cores that nobody uses, by a trial."""
    if device != "cpu":
        return 1
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    idle = cores - round(os.getloadavg()[0]) if hasattr(os, "getloadavg") else cores
    most = min(idle, cores // 2, _MOST_THREADS)
    if most < 2 or work < _WORTH_THREADS:
        return 1
    best, least = 1, _seconds(probe, 1)
    for count in (2, 4, 8):
        if count <= most and (seconds := _seconds(probe, count)) < _WORTH_SHARE * least:
            best, least = count, seconds
    return best


def _seconds(probe: Callable[[], Any], threads: int) -> float:
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        probe()  # the first one sets up
        times = []
        for _ in range(3):
            began = time.perf_counter()
            probe()
            times.append(time.perf_counter() - began)
        return min(times)
    finally:
        torch.set_num_threads(before)


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
