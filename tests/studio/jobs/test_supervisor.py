"""One job seen through: real forks, real pipes, the real database."""

from __future__ import annotations

import os
import threading
import time

import pytest
from django.db import OperationalError, connections

from studio.jobs import link, memory, queue, supervisor
from studio.jobs.supervisor import supervise
from studio.runs.models import Run
from tests.studio.processes import children

State = Run.State
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def see_through(run, monkeypatch):
    """Claim the run and supervise an entry of tests.studio.jobs.entries; the row afterwards."""

    def see(entry: str, **options) -> Run:
        monkeypatch.setattr(Run, "entry", f"tests.studio.jobs.entries:{entry}")
        monkeypatch.setattr(Run, "payload", lambda self: {})
        claimed = time.monotonic()
        supervise(queue.claim(Run, "test", "cpu:0"), claimed=claimed, **options)
        return Run.objects.get(pk=run.pk)

    return see


def texts(run: Run) -> list[str]:
    return [event.get("text") for block in run.blocks.all() for event in block.events]


def test_what_the_process_says_is_stored_in_order(see_through):
    run = see_through("tell")

    assert texts(run) == ["one", "two"]
    assert run.progress == {"step": 1, "steps": None}  # infinity is no JSON
    assert (run.state, run.lease_until, run.worker) == (State.DONE, None, "")
    assert run.ended_at >= run.started_at


def test_a_mistake_of_the_user_is_shown_word_for_word_and_not_tried_again(see_through):
    run = see_through("refuse")

    assert (run.state, run.message, run.hint) == (State.FAILED, "Column age is empty.", "Choose another.")
    assert run.losses == 0


def test_a_bug_of_ours_shows_no_detail(see_through):
    run = see_through("break_down")

    assert run.state == State.FAILED
    assert run.message == "Something broke on our side."
    assert "secret" not in run.message + run.hint


def test_too_little_memory_says_what_to_do(see_through):
    run = see_through("run_out_of_memory")

    assert run.state == State.FAILED
    assert "smaller batch size" in run.hint


def test_a_killed_process_is_queued_again(see_through):
    run = see_through("die")

    assert (run.state, run.losses) == (State.QUEUED, 1)
    assert texts(run) == ["Interrupted. Starting again from the beginning."]


def test_a_process_that_the_kernel_ended_for_memory_is_not_tried_again(see_through, monkeypatch):
    counts = iter([3, 4])
    monkeypatch.setattr(memory, "kills", lambda: next(counts))

    run = see_through("die")

    assert (run.state, run.message) == (State.FAILED, "There was not enough memory.")


@pytest.mark.parametrize(
    ("wish", "state"), [("stop", State.STOPPED), ("pause", State.PAUSED), ("discard", State.DISCARDED)]
)
def test_wishes_reach_the_process(see_through, run, wish, state):
    def ask():
        Run.objects.filter(pk=run.pk).update(wish=wish)
        connections.close_all()

    thread = threading.Timer(0.3, ask)
    thread.start()
    ended = see_through("obey")
    thread.join()

    assert (ended.state, ended.wish) == (state, "")


def test_a_worker_that_shuts_down_gives_its_job_back(see_through):
    run = see_through("obey", leaving=lambda: True)

    assert (run.state, run.losses) == (State.QUEUED, 0)


def test_a_process_that_dies_while_its_worker_shuts_down_is_no_loss(see_through):
    run = see_through("die", leaving=lambda: True)

    assert (run.state, run.losses) == (State.QUEUED, 0)


def test_a_database_that_is_away_before_the_process_begins_fails_no_job(run, monkeypatch):
    def payload(self):
        raise OperationalError("away")

    monkeypatch.setattr(Run, "payload", payload)
    supervise(queue.claim(Run, "test", "cpu:0"), claimed=time.monotonic())

    run.refresh_from_db()
    assert (run.state, run.message) == (State.RUNNING, "")  # until the reaper finds its stale lease


def test_a_process_that_was_deaf_for_long_hears_its_renewals_before_it_gives_up(see_through, monkeypatch):
    monkeypatch.setattr(link, "ALONE_SECONDS", 2.0)
    monkeypatch.setattr(link, "TICK_SECONDS", 0.01)
    monkeypatch.setattr(supervisor.Job, "RENEW_SECONDS", 0.5)

    run = see_through("be_deaf")

    assert (run.state, run.losses) == (State.DONE, 0)


def test_a_process_that_hangs_is_ended_and_the_job_queued_again(see_through, monkeypatch):
    monkeypatch.setitem(supervisor.DEADLINES, "step", 0.5)

    run = see_through("be_silent")

    assert (run.state, run.losses) == (State.QUEUED, 1)


def test_a_process_without_a_lease_ends_itself(see_through, monkeypatch):
    monkeypatch.setattr(queue, "renew", lambda job: (_ for _ in ()).throw(OperationalError("away")))
    codes = []
    real = supervisor.Process.exit_code
    monkeypatch.setattr(supervisor.Process, "exit_code", lambda self: codes.append(real(self)) or codes[-1])

    run = see_through("be_silent")

    assert codes[-1] == 75
    assert run.state == State.QUEUED


def test_a_job_that_somebody_else_has_is_left_alone(see_through, run):
    def take_away():
        Run.objects.filter(pk=run.pk).update(attempt=7)
        connections.close_all()

    thread = threading.Timer(0.2, take_away)
    thread.start()
    after = see_through("be_silent")
    thread.join()

    assert (after.attempt, after.state, after.losses, after.last_seq) == (7, State.RUNNING, 0, 0)


def test_messages_wait_while_the_database_is_away(see_through, monkeypatch):
    real, failures = Run.on_messages, iter([True, True])

    def flaky(self, messages):
        real(self, messages)
        if next(failures, False):
            raise OperationalError("database is locked")

    monkeypatch.setattr(Run, "on_messages", flaky)

    run = see_through("tell")

    assert texts(run) == ["one", "two"]
    assert [event["seq"] for block in run.blocks.all() for event in block.events] == [1, 2]
    assert run.state == State.DONE


def test_the_process_cannot_reach_the_database(see_through):
    run = see_through("ask_the_database")

    assert (run.state, run.message) == (State.FAILED, "Something broke on our side.")


def test_the_process_inherits_no_socket_and_no_handler(see_through):
    import socket

    with socket.create_server(("127.0.0.1", 0)):
        run = see_through("tell_of_itself")

    # Both are the worker's to answer: whoever stops it may signal all of its processes.
    assert texts(run) in (["0 ['1', '1']"], ["0 ['Handlers.SIG_IGN', 'Handlers.SIG_IGN']"])


def test_no_process_is_left_behind(see_through):
    before = children(os.getpid())
    see_through("tell")

    assert children(os.getpid()) == before


def test_no_descriptor_is_closed_twice(see_through, monkeypatch):
    twice, real = [], os.close

    def close(number: int) -> None:
        try:
            real(number)
        except OSError:
            twice.append(number)

    monkeypatch.setattr(os, "close", close)
    see_through("tell")

    assert twice == []
