"""Sees one claimed job through: forks its process, keeps its lease, carries its messages."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable
from typing import Any

from django.db import Error as DatabaseError
from django.db import connections, transaction

from studio.jobs import memory, queue
from studio.jobs.models import Job, Outcome
from studio.jobs.process import NO_MEMORY, UNEXPECTED, Process, fork
from studio.jobs.queue import LeaseLost
from studio.jobs.slots import Slot

logger = logging.getLogger(__name__)

# Seconds that a process may say nothing, by what it said it is at.
DEADLINES = {"setup": 600, "step": 180, "checkpoint": 420, "export": 600}
WISH_SECONDS = 0.5
TICK_SECONDS = 0.1
# What was heard is stored at most this often: first so that a page comes alive, then so that a
# long run leaves few rows.
EARLY_SECONDS, EARLY_STORE_SECONDS, STORE_SECONDS = 2.0, 0.1, 0.5
LEAVE_SECONDS = 10
LATEST_SECONDS = 60
CONTROL = ("section", "error", "ended")
BUFFER = 2_000  # messages that wait for the database


def supervise(
    job: Job, *, claimed: float, slot: Slot | None = None, leaving: Callable[[], bool] = bool
) -> None:
    """Work on a job that this worker has claimed, until it is over or no longer ours.

    claimed: ``time.monotonic()`` before the claim; slot: handed to the job's process; leaving:
    whether the worker shuts down.
    """
    try:
        Supervisor(job, claimed, slot, leaving).run()
    except DatabaseError:  # before its process began: the reaper puts it back
        logger.warning("The database is away; job %s was not begun", job.pk, exc_info=True)
        connections.close_all()
    except Exception:  # the one edge: a bug of ours ends this job, not the worker
        logger.exception("%s %s could not be seen through", job._meta.label, job.pk)
        connections.close_all()
        with contextlib.suppress(LeaseLost):
            queue.conclude(job, Outcome(error=UNEXPECTED.as_dict()))


class Supervisor:
    """The state of one supervision: the process, its lease, and what is not stored yet."""

    def __init__(self, job: Job, claimed: float, slot: Slot | None, leaving: Callable[[], bool]) -> None:
        self.job = job
        self.leaving = leaving
        self.renewed = claimed
        self.tried = claimed
        self.asked = 0.0
        self.wish = ""
        self.wished_at = 0.0
        self.stored_at = 0.0
        self.left_at: float | None = None
        self.section = "setup"
        self.began_at = self.heard_at = time.monotonic()
        self.pending: list[dict[str, Any]] = []
        self.result: dict[str, Any] = {}
        self.kills = memory.kills()
        self.process: Process = fork(job.entry, job.payload(), renewed=claimed, slot=slot)

    def run(self) -> None:
        try:
            reason = self.watch()
            self.process.close()
            self.settle(reason)
        except LeaseLost as lost:
            logger.warning("%s: its process is ended", lost)
        finally:
            self.process.close()

    def watch(self) -> str:
        """Carry messages until the process is over; why it had to be ended, or ""."""
        while self.process.exit_code() is None:
            if len(self.pending) < BUFFER:
                self.hear(TICK_SECONDS)
            else:
                time.sleep(TICK_SECONDS)  # it waits in its pipe until the database is back
            self.store_what_is_due()
            self.keep_lease()
            self.pass_wish()
            if reason := self.overdue():
                return reason
        while self.hear(0):
            pass
        return ""

    def hear(self, seconds: float) -> bool:
        messages = self.process.hear(seconds)
        if messages:
            self.heard_at = time.monotonic()
        for message in messages:
            self.section = message.get("section", self.section)
            if "error" in message or "ended" in message:
                self.result = message
        self.pending += [message for message in messages if not message.keys() & set(CONTROL)]
        return bool(messages)

    def store_what_is_due(self) -> None:
        now = time.monotonic()
        is_early = now - self.began_at < EARLY_SECONDS
        if self.pending and now - self.stored_at >= (EARLY_STORE_SECONDS if is_early else STORE_SECONDS):
            self.stored_at = now
            self.reach_database(self.store)

    def store(self) -> None:
        with transaction.atomic():
            self.job.on_messages(self.pending)
        self.pending = []
        self.job.announce()

    def keep_lease(self) -> None:
        now = time.monotonic()
        if now - self.tried < Job.RENEW_SECONDS:
            return
        self.tried = now
        if self.reach_database(lambda: queue.renew(self.job)):
            self.renewed = now
            # The time before the write: the process must never think itself safe for longer.
            self.process.tell({"renewed": now})

    def pass_wish(self) -> None:
        now = time.monotonic()
        if self.leaving() and self.left_at is None:
            self.left_at = now
            self.process.tell({"wish": "leave"})
        if self.left_at is not None or now - self.asked < WISH_SECONDS:
            return
        self.asked = now
        self.reach_database(self.read_wish)

    def read_wish(self) -> None:
        wish = self.job.wish_now()
        if wish != self.wish:
            self.wish, self.wished_at = wish, time.monotonic()
            self.process.tell({"wish": wish})

    def overdue(self) -> str:
        now = time.monotonic()
        if now - self.renewed > Job.LEASE_SECONDS:
            return "the database was away for longer than the lease"
        if self.left_at is not None and now - self.left_at > LEAVE_SECONDS:
            return "its worker shuts down"
        if self.wish == "discard" and now - self.wished_at > LEAVE_SECONDS:
            return "it was discarded"
        if now - self.heard_at > DEADLINES[self.section]:
            return f"its process said nothing for {DEADLINES[self.section]} s ({self.section})"
        return ""

    def settle(self, reason: str) -> None:
        """Write how it ended; tried again while the database is away, until somebody else has it."""
        until = time.monotonic() + LATEST_SECONDS
        while not self.reach_database(lambda: self.conclude(reason)):
            if time.monotonic() > until:
                return  # the reaper will find it
            time.sleep(WISH_SECONDS)

    def conclude(self, reason: str) -> None:
        if self.pending:
            self.store()
        if self.leaving() and (reason or not self.result or self.result.get("ended") == "left"):
            queue.give_back(self.job, "its worker shut down")
        elif "error" in self.result:
            queue.conclude(self.job, Outcome(error=self.result["error"]))
        elif "ended" in self.result and not reason:
            queue.conclude(self.job, Outcome(value=self.result["ended"]))
        elif not reason and self.process.exit_code() == -9 and memory.kills() > self.kills:
            queue.conclude(self.job, Outcome(error=NO_MEMORY.as_dict()))
        else:
            queue.lose(self.job, reason or f"its process ended with code {self.process.exit_code()}")

    def reach_database(self, act: Callable[[], None]) -> bool:
        """Whether ``act`` went through; a database that is away is tried again later."""
        try:
            act()
        except DatabaseError:
            logger.warning("The database is away; job %s waits", self.job.pk, exc_info=True)
            connections.close_all()
            return False
        return True
