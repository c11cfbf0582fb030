"""What the processes of these tests run instead of training."""

from __future__ import annotations

import ctypes
import os
import signal
import time
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model

from studio.jobs.link import Link
from training.errors import DataError


def tell(payload: Any, link: Link) -> str:
    """Say something in two pieces and finish."""
    link.send({"event": {"kind": "note", "time": 1.0, "level": "info", "text": "one", "hint": ""}})
    link.send({"event": {"kind": "note", "time": 2.0, "level": "info", "text": "two", "hint": ""}})
    link.send({"progress": {"step": 1, "steps": float("inf")}})
    return "finished"


def refuse(payload: Any, link: Link) -> None:
    raise DataError("Column age is empty.", where="column age", hint="Choose another.")


def break_down(payload: Any, link: Link) -> None:
    raise KeyError("secret detail of ours")


def run_out_of_memory(payload: Any, link: Link) -> None:
    raise MemoryError


def die(payload: Any, link: Link) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def obey(payload: Any, link: Link) -> str:
    """Wait for a wish and end with it."""
    while not link.wish():
        time.sleep(0.01)
    return {"stop": "stopped", "pause": "paused", "discard": "discarded", "leave": "left"}[link.wish()]


def be_silent(payload: Any, link: Link) -> None:
    link.section("step")
    time.sleep(60)


def be_deaf(payload: Any, link: Link) -> str:
    """Keep every thread of this process from running, as a long call into C may."""
    ctypes.PyDLL(None).sleep(3)
    time.sleep(0.5)
    return "finished"


def ask_the_database(payload: Any, link: Link) -> None:
    get_user_model().objects.count()


def tell_of_itself(payload: Any, link: Link) -> str:
    """Say what it inherited."""
    sockets = [path for path in Path("/proc/self/fd").iterdir() if _is_socket(path)]
    handlers = [str(signal.getsignal(number)) for number in (signal.SIGTERM, signal.SIGINT)]
    text = f"{len(sockets)} {handlers}"
    link.send({"event": {"kind": "note", "time": 1.0, "level": "info", "text": text, "hint": ""}})
    return "finished"


def _is_socket(path: Path) -> bool:
    try:
        return str(path.readlink()).startswith("socket:") and int(path.name) > 2
    except OSError:
        return False
