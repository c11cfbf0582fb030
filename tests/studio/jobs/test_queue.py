"""The queue of record: who may write, and whose turn it is."""

from __future__ import annotations

import pytest

from studio.accounts.services import create_project
from studio.jobs import queue
from studio.jobs.models import Outcome
from studio.runs import services
from studio.runs.models import Run

State = Run.State


def test_a_job_is_claimed_once(run):
    first = queue.claim(Run, "worker a", "cpu:0")
    second = queue.claim(Run, "worker b", "cpu:0")

    assert (first.pk, first.attempt, first.state) == (run.pk, 1, State.RUNNING)
    assert second is None


def test_a_claim_that_somebody_else_was_faster_with_takes_the_next_one(run, make_run, monkeypatch):
    other = make_run(2)
    line = Run.line("cpu:0")
    queue.claim(Run, "faster", "cpu:0")
    monkeypatch.setattr(Run, "line", classmethod(lambda cls, slot: line))

    assert queue.claim(Run, "slower", "cpu:0").pk == other.pk


def test_writes_of_an_old_attempt_are_refused(run):
    old = queue.claim(Run, "lost worker", "cpu:0")
    queue.lose(old, "its worker is gone")
    new = queue.claim(Run, "other worker", "cpu:0")

    with pytest.raises(queue.LeaseLost):
        queue.write(old, progress={"step": 99})
    with pytest.raises(queue.LeaseLost):
        queue.renew(old)
    with pytest.raises(queue.LeaseLost):
        queue.conclude(old, Outcome(value="finished"))

    run.refresh_from_db()
    assert (run.attempt, run.state, run.progress) == (new.attempt, State.RUNNING, {})


def test_between_loss_and_next_claim_nobody_may_write(run):
    old = queue.claim(Run, "lost worker", "cpu:0")
    queue.lose(old, "its worker is gone")

    with pytest.raises(queue.LeaseLost):
        queue.write(old, progress={"step": 99})


def test_a_job_that_is_lost_three_times_has_failed_with_a_reason(run):
    for _ in range(3):
        queue.lose(queue.claim(Run, "worker", "cpu:0"), "killed")

    run.refresh_from_db()
    assert run.state == State.FAILED
    assert run.message == "The process that worked on this ended unexpectedly three times."
    assert queue.claim(Run, "worker", "cpu:0") is None


def test_a_lease_that_was_renewed_since_is_not_stale(run):
    held = queue.claim(Run, "worker", "cpu:0")
    seen = Run.objects.get(pk=run.pk).lease_until
    queue.renew(held)

    assert not queue.lose(held, "thought to be gone", lease=seen)
    run.refresh_from_db()
    assert run.state == State.RUNNING


def test_events_have_seqs_without_holes_across_attempts(run):
    for expected in (1, 2):
        held = queue.claim(Run, "worker", "cpu:0")
        held.on_messages([{"event": {"kind": "note", "text": "hello"}}])
        queue.lose(held, "killed")
        assert held.attempt == expected

    seqs = [event["seq"] for block in run.blocks.all() for event in block.events]
    assert seqs == [1, 2, 3, 4]


def test_projects_take_turns(run, make_run, stranger):
    mine = [run.pk, make_run(2).pk, make_run(3).pk]
    theirs = make_run(1, project=create_project(user=stranger, name="Other")).pk

    assert Run.line("") == [mine[0], theirs, mine[1], mine[2]]


def test_a_run_that_is_resumed_lines_up_behind_those_that_wait(make_run):
    paused, waiting = make_run(1, state=State.PAUSED), make_run(2)

    services.resume_run(paused)

    assert list(Run.line("")) == [waiting.pk, paused.pk]


def test_a_run_that_wants_a_gpu_waits_for_one(make_run, monkeypatch):
    wants_gpu = make_run(1, recipe={"fit": {"device": "cuda"}})
    anywhere = make_run(2)

    monkeypatch.setenv("STUDIO_DEVICES", "")
    assert Run.line("cpu:0") == [anywhere.pk]
    monkeypatch.setenv("STUDIO_DEVICES", "cuda:0")
    assert Run.line("cpu:0") == []
    assert Run.line("cuda:0") == [wants_gpu.pk, anywhere.pk]
