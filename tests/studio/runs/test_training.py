"""From start to end through the real broker, worker and database."""

from __future__ import annotations

import pytest

from studio.deployments.models import Model
from studio.jobs.doorbell import ring
from studio.runs import services
from studio.runs.models import Run
from tests.studio.processes import eventually, kill_trainer, kinds, now, told, wait_for

State = Run.State
pytestmark = pytest.mark.django_db(transaction=True)


def trained_for(run: Run, epochs: int) -> Run:
    eventually(lambda: now(run).summary.get("epoch", 0) >= epochs, what=f"{epochs} epochs")
    return now(run)


def test_a_run_trains_and_leaves_a_model_to_judge(worker, owner, network):
    run = wait_for(services.start_run(owner, network), State.DONE, State.FAILED)

    assert run.state == State.DONE, run.message
    assert kinds(run)[:2] == ["queued", "started"]
    assert kinds(run)[-1] == "finished"
    assert kinds(run).count("epoch") == 5
    seqs = [event["seq"] for event in told(run)]
    assert seqs == list(range(1, run.last_seq + 1))
    assert run.summary["best_epoch"] >= 1 and run.summary["saved"]["best"] == run.summary["best_epoch"]
    assert run.device == "cpu"
    assert Model.objects.filter(run=run).exists()


def test_two_rings_for_one_run_train_it_once(worker, owner, network):
    run = services.start_run(owner, network)
    for _ in range(5):
        ring(Run)

    run = wait_for(run, State.DONE)
    assert run.attempt == 1
    assert kinds(run).count("started") == 1


def test_stopping_keeps_the_best_epoch(worker, owner, long_network):
    run = trained_for(services.start_run(owner, long_network), 3)
    services.stop_run(run)

    run = wait_for(run, State.STOPPED, seconds=15)
    stopped = told(run)[-1]
    assert stopped["kind"] == "stopped"
    assert run.summary["best_epoch"] == stopped["best_epoch"] >= 1
    assert run.has_weights and run.wish == ""


def test_a_discarded_run_leaves_no_weights(worker, owner, long_network):
    from studio.datasets import files

    run = trained_for(services.start_run(owner, long_network), 1)
    services.discard_run(run)

    run = wait_for(run, State.DISCARDED, seconds=15)
    eventually(lambda: not files.local(run.folder).exists(), seconds=5)
    assert not Model.objects.filter(run=run).exists()


def test_a_paused_run_goes_on_where_it_was(worker, owner, long_network):
    run = trained_for(services.start_run(owner, long_network), 2)
    services.pause_run(run)
    wait_for(run, State.PAUSED)
    paused = told(run)[-1]

    services.resume_run(run)
    eventually(lambda: "resumed" in kinds(run), what="resumed")
    services.stop_run(run)
    wait_for(run, State.STOPPED)
    resumed = next(event for event in told(run) if event["kind"] == "resumed")
    assert (resumed["from_epoch"], resumed["from_step"]) == (paused["epoch"], paused["step"])


def test_a_killed_trainer_goes_on_from_its_checkpoint_and_finishes(worker, owner, make_network):
    network = make_network(epochs=600, batch_size=16, stopping={"enabled": False})
    run = services.start_run(owner, network)
    eventually(lambda: now(run).saved_epoch, what="a checkpoint")
    kill_trainer(now(run))

    eventually(lambda: "resumed" in kinds(run), seconds=15, what="resumed")
    note = next(event for event in told(run) if event["kind"] == "note")
    assert note["text"].startswith("Interrupted. Going on from epoch")
    run = wait_for(run, State.DONE)
    seqs = [event["seq"] for event in told(run)]
    assert seqs == list(range(1, run.last_seq + 1))
    assert (run.attempt, run.losses) == (2, 1)
