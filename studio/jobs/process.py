"""One fresh process for one job: the fork, and how it becomes clean.

The worker's processes have imported torch and polars and run nothing of them, so a fork is a
fresh process that starts in milliseconds. It inherits open sockets, which belong to its parent:
they are turned to /dev/null, so that a goodbye that some destructor sends reaches nobody.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import json
import logging
import multiprocessing
import os
import select
import signal
import sys
import time
from pathlib import Path
from typing import Any, NoReturn

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from studio.jobs.link import Link
from studio.jobs.slots import Slot
from training.disk import is_full
from training.errors import EngineError, StrataError

logger = logging.getLogger(__name__)

PR_SET_PDEATHSIG = 1
READ_BYTES = 1 << 20
NO_MEMORY = EngineError(
    "There was not enough memory.",
    where="memory",
    hint="Try a smaller batch size, a smaller network or fewer columns.",
)
NO_SPACE = EngineError(
    "The disk is full.",
    where="disk",
    hint="Free some space, then go on: nothing that was saved is lost.",
)
UNEXPECTED = EngineError(
    "Something broke on our side.",
    hint="Nothing that was saved is lost. The server's log says what it was.",
)


class Process:
    """The supervisor's view of a forked process."""

    def __init__(self, pid: int, up: int, down: int) -> None:
        self.pid = pid
        self._up = up
        self._down = down
        self._open = [up, down]
        self._heard = b""
        self._code: int | None = None
        os.set_blocking(up, False)

    def tell(self, message: dict[str, Any]) -> None:
        with contextlib.suppress(BrokenPipeError):  # it has just ended, as its exit code will say
            os.write(self._down, json.dumps(message).encode() + b"\n")

    def hear(self, seconds: float) -> list[dict[str, Any]]:
        """The messages that are there, after waiting at most ``seconds`` for one."""
        if not select.select([self._up], [], [], seconds)[0]:
            return []
        try:
            piece = os.read(self._up, READ_BYTES)
        except BlockingIOError:
            return []
        if not piece:
            time.sleep(0.01)  # closed: the exit code comes in a moment
        *lines, self._heard = (self._heard + piece).split(b"\n")
        return [json.loads(line) for line in lines]

    def exit_code(self) -> int | None:
        """None while it lives; -9 when it was killed by signal 9."""
        if self._code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._code = os.waitstatus_to_exitcode(status)
        return self._code

    def kill(self) -> None:
        """End it and all that it started, now; returns when it is gone."""
        if self._code is None:
            try:
                os.killpg(self.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                os.kill(self.pid, signal.SIGKILL)  # not yet a group of its own
            self._code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def close(self) -> None:
        """End it and forget its pipes; once more does nothing."""
        self.kill()
        while self._open:  # each once: a number that is closed twice may be somebody else's by then
            os.close(self._open.pop())


def fork(entry: str, payload: Any, *, renewed: float, slot: Slot | None = None) -> Process:
    """Start ``entry`` ("module:function") with ``payload`` in a process of its own.

    renewed: ``time.monotonic()`` of the lease; slot: goes over to the process.
    """
    down_read, down_write = os.pipe()
    up_read, up_write = os.pipe()
    connections.close_all()  # nothing of ours for the child to inherit
    parent = os.getpid()
    pid = os.fork()
    if pid:
        os.close(down_read)
        os.close(up_write)
        if slot:
            slot.leave()
        return Process(pid, up_read, down_write)
    try:
        _die_with(parent)
        _become_clean({up_write, down_read} | ({slot.descriptor} if slot else set()))
        if slot:
            _show_device(slot.name)
        link = Link(up_write, down_read, renewed)
        link.watch()
        _run(entry, payload, link)
        os._exit(0)
    finally:
        os._exit(70)


def _run(entry: str, payload: Any, link: Link) -> None:
    try:
        module, _, name = entry.partition(":")
        value = getattr(importlib.import_module(module), name)(payload, link)
        link.send({"ended": value})
    except StrataError as error:
        if isinstance(error, EngineError):
            logger.exception("%s ended with an error of ours", entry)
        link.send({"error": error.as_dict()})
    except Exception as error:  # the one edge behind which nobody else listens
        logger.exception("%s ended unexpectedly", entry)
        link.send({"error": _sentence(error).as_dict()})


def _sentence(error: Exception) -> EngineError:
    # torch.OutOfMemoryError by name: this module is light.
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return NO_MEMORY
    if isinstance(error, OSError) and is_full(error):
        return NO_SPACE
    return UNEXPECTED


def _die_with(parent: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before we asked
        os._exit(71)


def _show_device(name: str) -> None:
    kind, _, number = name.partition(":")
    if kind == "cuda":  # read at the first CUDA call, which comes later and only here
        # Numbers count the GPUs that this worker was given, which may be some of the machine's.
        given = list(filter(None, os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",")))
        os.environ["CUDA_VISIBLE_DEVICES"] = given[int(number)] if given else number


def _become_clean(keep: set[int]) -> None:
    os.setsid()
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # stopping is the worker's to answer, by the wish "leave"
    _silence(keep)
    BaseDatabaseWrapper.ensure_connection = _no_database
    # Pool children are daemonic, which forbids them children; this process may have some.
    multiprocessing.current_process()._config["daemon"] = False


def _silence(keep: set[int]) -> None:
    """Point every inherited descriptor at /dev/null, but those kept and the standard ones.

    They are not closed: a number that is used again could be closed by a forgotten owner.
    """
    nowhere = os.open(os.devnull, os.O_RDWR)
    folder = Path("/proc/self/fd" if sys.platform == "linux" else "/dev/fd")
    for number in [int(path.name) for path in folder.iterdir()]:
        if number > 2 and number not in keep and number != nowhere:
            try:
                os.fstat(number)
            except OSError:
                continue  # the listing's own, closed by now
            os.dup2(nowhere, number)
    os.close(nowhere)


def _no_database(self: BaseDatabaseWrapper) -> NoReturn:
    raise RuntimeError("The process of a job uses no database: it speaks to its supervisor.")
