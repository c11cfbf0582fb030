"""Which devices this machine trains on: asked once, before the worker's pool is forked.

No process that forks may look itself: torch.cuda, once asked, breaks CUDA in every fork.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings

logger = logging.getLogger(__name__)

NOTE = "STUDIO_DEVICES"  # "cuda:0,cuda:1"; empty: the processor only. Set it to fix what is used
LOOK_SECONDS = 120
LOOK = "import torch; print(','.join(f'cuda:{n}' for n in range(torch.cuda.device_count())))"


def find() -> None:
    """Note the machine's GPUs in the environment, where the pool's processes find them."""
    if NOTE in os.environ:
        return
    os.environ[NOTE] = ""
    if not Path("/dev/nvidiactl").exists() and not Path("/dev/kfd").exists():
        return
    try:
        found = subprocess.run(
            [sys.executable, "-c", LOOK], capture_output=True, text=True, timeout=LOOK_SECONDS, check=True
        )
        os.environ[NOTE] = found.stdout.strip()
    except (OSError, subprocess.SubprocessError) as error:
        logger.warning("The GPUs could not be listed, runs use the processor: %s", error)


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
