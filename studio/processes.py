"""A small process manager: starts programs, restarts those that die, and leaves none behind."""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

log = logging.getLogger(__name__)

STOP_SECONDS = 12.0
BACKOFF_SECONDS = (0.5, 1.0, 2.0, 5.0, 10.0)
STEADY_SECONDS = 30.0  # who ran so long has started well: its earlier deaths are forgotten
PR_SET_PDEATHSIG = 1


class GaveUp(Exception):
    """A program died so often that starting it again would not help."""


@dataclass
class Program:
    """What runs: its name for messages, its command line, and the file that its output goes to."""

    name: str
    command: list[str]
    output: Path
    process: subprocess.Popen | None = None
    started_at: float = 0.0
    deaths: int = 0
    start_after: float = 0.0

    def start(self) -> None:
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=Path(__file__).parent.parent,  # from wherever `up` was called
                # A group of its own: Ctrl-C reaches us alone, and we stop it in order.
                start_new_session=True,
                preexec_fn=die_with_parent,
            )
        self.started_at = time.monotonic()

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def tell(self, number: signal.Signals) -> None:
        """Send a signal to the program and everything that it started."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, number)
            except ProcessLookupError:
                log.debug("%s is gone already.", self.name)


class Crew:
    """Programs that run together, in the order of their start."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.programs: list[Program] = []
        self.say = say
        self.stopping = False

    def add(self, program: Program) -> None:
        program.output.parent.mkdir(exist_ok=True)
        program.output.unlink(missing_ok=True)  # the last session's
        self.programs.append(program)
        program.start()

    def watch(self, until: Callable[[], bool] = lambda: False) -> None:
        """Keep all programs running until ``stop`` is asked for or ``until()``. Raises GaveUp."""
        while not self.stopping and not until():
            for program in self.programs:
                self._look_after(program)
            time.sleep(0.05)

    def _look_after(self, program: Program) -> None:
        now = time.monotonic()
        if program.is_running:
            if now - program.started_at > STEADY_SECONDS:
                program.deaths = 0
        elif program.process is None:
            if now >= program.start_after:
                program.start()
        else:
            self._mourn(program, program.process.returncode, now)

    def _mourn(self, program: Program, code: int, now: float) -> None:
        program.tell(signal.SIGKILL)  # what it started must not outlive it
        if program.deaths == len(BACKOFF_SECONDS):
            raise GaveUp(f"{program.name} ends again and again ({_reason(code)}). {program.output} says why.")
        wait = BACKOFF_SECONDS[program.deaths]
        program.deaths += 1
        program.process, program.start_after = None, now + wait
        self.say(f"{program.name} ended ({_reason(code)}); it starts again in {wait:g} s.")

    def stop(self) -> None:
        """Ask all to end, last started first, and kill what has not after STOP_SECONDS."""
        deadline = time.monotonic() + STOP_SECONDS
        for program in reversed(self.programs):
            program.tell(signal.SIGTERM)
            # The broker, which was started first, outlives those that speak with it.
            while program.is_running and time.monotonic() < deadline and program is not self.programs[0]:
                time.sleep(0.02)
        for program in self.programs:
            try:
                if program.process:
                    program.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                log.warning("%s did not end when asked, and is killed.", program.name)
            program.tell(signal.SIGKILL)


def die_with_parent() -> None:
    """Have the kernel end this process when its parent dies, however it dies (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _reason(code: int) -> str:
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
