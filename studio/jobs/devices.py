"""Which devices this machine trains on: asked once, before the worker's pool is forked.

No process that forks may look itself: torch.cuda, once asked, breaks CUDA in every fork.
"""

from __future__ import annotations

import logging
import os

from django.conf import settings

from training.devices import list_devices, may_have_gpu, memory_bytes

logger = logging.getLogger(__name__)

NOTE = "STUDIO_DEVICES"  # "cuda:0,cuda:1"; empty: the processor only. Set it to fix what is used


def find() -> None:
    """Note the machine's GPUs in the environment, where the pool's processes find them."""
    if NOTE in os.environ:
        return
    found = [device["name"] for device in list_devices()] if may_have_gpu() else []
    os.environ[NOTE] = ",".join(name for name in found if name.startswith("cuda:"))
    if may_have_gpu() and not gpus():
        logger.warning("There is a GPU's driver, and no GPU that can be used: runs use the processor.")


def memory_of(wanted: str) -> int | None:
    """The memory that a run with this ``fit.device`` has here; None where only its worker can tell.

    That is where a GPU may take it, and where workers may be other machines than this one.
    """
    here = wanted == "cpu" or (wanted == "auto" and not may_have_gpu())
    return memory_bytes() if here and settings.BROKER.embedded else None


def gpus() -> list[str]:
    """The GPUs as ``find`` noted them: ``["cuda:0", …]``."""
    return [name for name in os.environ.get(NOTE, "").split(",") if name]


def slots() -> list[str]:
    """What one training at a time can hold here: each GPU, and shares of the processor."""
    return gpus() + [f"cpu:{number}" for number in range(settings.CPU_RUNS)]


def fits(wanted: str, slot: str) -> bool:
    """Whether a recipe's ``fit.device`` may run in a slot; "auto" prefers a GPU where there is one."""
    kind = slot.partition(":")[0]
    return wanted in (kind, slot) or (wanted == "auto" and (kind != "cpu" or not gpus()))
