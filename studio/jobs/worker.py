"""The Celery worker: its options, and what its parent does before the pool is forked.

The parent imports what is slow to import and runs nothing of it: no torch operation, no polars
query, nothing of torch.cuda. The pool's processes run nothing either; they fork and supervise.
"""

from __future__ import annotations

import gc
import importlib
import mmap
import os
import signal

from celery.signals import worker_init, worker_process_init, worker_shutting_down
from django.conf import settings

from studio.jobs import devices

QUEUES = ("ingest", "train", "export")
# torch.optim imports torch._dynamo with its first optimizer: 1.3 s that no run should wait for.
HEAVY = ("polars", "torch", "torch._dynamo", "torch.optim")

_leaving = mmap.mmap(-1, 1)  # one byte that the parent shares with its pool


def options() -> list[str]:
    """The command line of the worker, after ``celery -A studio``. Asks which GPUs there are."""
    devices.find()
    return [
        "worker",
        "--pool",
        "prefork",
        "--concurrency",
        str(settings.WORKER_JOBS or len(devices.slots()) + 3),
        "--queues",
        ",".join(QUEUES),
        "-O",
        "fair",
        "--without-gossip",
        "--without-mingle",
        "--loglevel",
        "WARNING",
    ]


def leaving() -> bool:
    """Whether this worker is shutting down: running jobs are given back."""
    return _leaving[0] == 1


@worker_init.connect
def import_heavy(**_kwargs: object) -> None:
    # Read when torch first looks for a GPU: without it that look breaks CUDA in forked processes.
    os.environ.setdefault("PYTORCH_NVML_BASED_CUDA_CHECK", "1")
    for name in HEAVY:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # keeps the garbage collector from touching, and so copying, shared pages


@worker_process_init.connect
def leave_stopping_to_the_parent(**_kwargs: object) -> None:
    """Whoever stops a worker often signals its whole group: supervisors have a job to give back first."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


@worker_shutting_down.connect
def leave(**_kwargs: object) -> None:
    _leaving[0] = 1
