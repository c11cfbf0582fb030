"""What is stale, by whose clock, and who is rung for."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from studio.jobs import doorbell, queue
from studio.jobs.reaper import Reaper
from studio.runs.models import Run

State = Run.State


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def rings(monkeypatch) -> list[str]:
    rung: list[str] = []
    monkeypatch.setattr(doorbell, "ring", lambda model: rung.append(model.queue))
    monkeypatch.setattr(doorbell, "unheard", lambda model: len(rung))
    return rung


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def reaper(clock, rings) -> Reaper:
    return Reaper(clock)


def test_a_lease_that_nobody_renews_is_taken_back_and_rung_for(run, reaper, clock, rings):
    queue.claim(Run, "dead worker", "cpu:0")
    reaper.look()
    clock.now += 10
    reaper.look()

    run.refresh_from_db()
    assert (run.state, run.losses) == (State.QUEUED, 1)
    assert rings == ["train"]


def test_a_worker_that_renews_keeps_its_job(run, reaper, clock):
    held = queue.claim(Run, "worker", "cpu:0")
    for _ in range(10):
        reaper.look()
        clock.now += 5
        queue.renew(held)

    run.refresh_from_db()
    assert run.state == State.RUNNING


@pytest.mark.parametrize("hours", [-1, 1])
def test_clocks_that_jump_take_no_job_away(run, reaper, clock, hours):
    held = queue.claim(Run, "worker", "cpu:0")
    reaper.look()
    clock.now += 5
    Run.objects.filter(pk=run.pk).update(lease_until=timezone.now() + timedelta(hours=hours))
    reaper.look()
    clock.now += 6
    reaper.look()

    run.refresh_from_db()
    assert run.state == State.RUNNING
    queue.renew(held)


def test_a_bell_that_is_still_unheard_is_not_rung_again(run, reaper, rings):
    for _ in range(5):
        reaper.look()

    assert rings == ["train"]


def test_a_bug_in_one_job_does_not_keep_the_others_waiting(make_run, reaper, clock, monkeypatch):
    broken, whole = make_run(1), make_run(2)
    for _ in range(2):
        queue.claim(Run, "dead worker", "cpu:0")
    real = Run.on_loss
    monkeypatch.setattr(Run, "on_loss", lambda self, reason: {}[0] if self == broken else real(self, reason))
    reaper.look()
    clock.now += 10
    reaper.look()

    assert Run.objects.get(pk=whole.pk).state == State.QUEUED
    assert Run.objects.get(pk=broken.pk).state == State.RUNNING
