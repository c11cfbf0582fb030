"""Workers, brokers and leases that go away: no run is lost, none runs twice."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio import broker as brokers
from studio.jobs import doorbell
from studio.runs import services
from studio.runs.models import Run
from tests.studio.processes import Worker, children, eventually, kinds, now, told, wait_for

State = Run.State
pytestmark = pytest.mark.django_db(transaction=True)


def trainer_of(run: Run) -> int:
    return children(int(now(run).worker.rpartition(":")[2]))[0]


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def saved(run: Run) -> Run:
    eventually(lambda: now(run).saved_epoch, what="a checkpoint")
    return now(run)


def test_a_killed_worker_takes_its_trainer_along_and_the_run_goes_on_elsewhere(worker, owner, long_network):
    run = saved(services.start_run(owner, long_network))
    trainer = trainer_of(run)
    pool = children(worker.worker.pid)
    worker.kill()
    for pid in pool:  # as when the machine goes: all at once
        os.kill(pid, signal.SIGKILL)
    killed_at = time.monotonic()

    eventually(lambda: not is_alive(trainer), seconds=10, what="the trainer's end")
    eventually(lambda: now(run).state == State.QUEUED, seconds=15, what="the reaper")
    assert time.monotonic() - killed_at < 15
    worker.start()
    eventually(lambda: "resumed" in kinds(run), what="resumed")
    services.stop_run(run)
    run = wait_for(run, State.STOPPED)
    assert [event["seq"] for event in told(run)] == list(range(1, run.last_seq + 1))


def test_a_supervisor_that_sleeps_longer_than_its_lease_is_fenced(worker, owner, long_network):
    run = saved(services.start_run(owner, long_network))
    supervisor, trainer = int(run.worker.rpartition(":")[2]), trainer_of(run)
    os.kill(supervisor, signal.SIGSTOP)
    try:
        eventually(lambda: not is_alive(trainer), seconds=10, what="the trainer ending itself")
        assert now(run).attempt == 1  # it was gone before anybody else could take the run
        eventually(lambda: now(run).attempt == 2, seconds=30, what="the second attempt")
    finally:
        os.kill(supervisor, signal.SIGCONT)
    eventually(lambda: "resumed" in kinds(run), what="resumed")
    services.stop_run(run)
    run = wait_for(run, State.STOPPED)
    attempts = [event["attempt"] for event in told(run)]
    assert attempts == sorted(attempts)


def test_a_worker_that_is_told_to_stop_gives_its_run_back_with_all_its_epochs(worker, owner, long_network):
    run = saved(services.start_run(owner, long_network))
    worker.stop()

    run = now(run)
    assert (run.state, run.losses) == (State.QUEUED, 0)
    assert "paused" not in kinds(run)
    last_epoch = max(event["epoch"] for event in told(run) if event["kind"] == "epoch")
    worker.start()
    eventually(lambda: "resumed" in kinds(run), what="resumed")
    assert next(event for event in told(run) if event["kind"] == "resumed")["from_epoch"] >= last_epoch
    services.stop_run(run)
    wait_for(run, State.STOPPED)


def test_a_run_whose_ring_nobody_heard_starts_all_the_same(worker, owner, network, monkeypatch):
    monkeypatch.setattr(
        doorbell.app.conf, "broker_write_url", "redis+socket:///nowhere/broker?virtual_host=0"
    )
    began = time.monotonic()
    run = services.start_run(owner, network)
    assert time.monotonic() - began < 5

    wait_for(run, State.DONE)


@pytest.fixture
def own_broker(django_db_setup, broker, tmp_path_factory) -> Iterator[OwnBroker]:
    own = OwnBroker(Path(f"/tmp/strata-test-{os.getpid()}"))
    own.start()
    yield own
    own.stop()
    own.socket.parent.rmdir()


class OwnBroker:
    """A broker that this test may kill without hurting the others."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "broker"
        folder.mkdir(mode=0o700, exist_ok=True)
        self.environment = {
            "REDIS_URL": f"unix://{self.socket}?db=2",
            "STUDIO_BROKER_URL": f"redis+socket://{self.socket}?virtual_host=0",
        }

    def start(self) -> None:
        self.process = subprocess.Popen(brokers.command(self.socket), stdout=subprocess.DEVNULL)
        eventually(self.socket.is_socket, seconds=10, what="the broker")

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        self.socket.unlink(missing_ok=True)


def test_a_broker_that_dies_and_comes_back_empty_stops_no_run_and_delays_the_next(
    shared_worker, own_broker, owner, long_network, network
):
    shared_worker.stop()
    worker = Worker()
    try:
        worker.start(**own_broker.environment)
        run = saved(services.start_run(owner, long_network))
        own_broker.stop()
        epoch = now(run).summary["epoch"]
        eventually(lambda: now(run).summary["epoch"] > epoch, what="training without a broker")
        services.stop_run(run)
        run = wait_for(run, State.STOPPED, seconds=15)
        assert (run.attempt, run.losses) == (1, 0)

        waiting = services.start_run(owner, network)
        own_broker.start()
        wait_for(waiting, State.DONE)
    finally:
        worker.stop()
