"""What people may do with a run in each state; nobody works on these."""

from __future__ import annotations

import threading

import pytest
from django.db import connections

from studio.datasets import files
from studio.runs import services
from studio.runs.history import events_after
from studio.runs.models import Run
from studio.runs.signals import run_ended
from training.errors import UserError

State = Run.State


@pytest.fixture
def run(owner, network) -> Run:
    return services.start_run(owner, network)


def put(run: Run, state: str, **fields) -> Run:
    Run.objects.filter(pk=run.pk).update(state=state, **fields)
    return Run.objects.get(pk=run.pk)


def kinds(run: Run) -> list[str]:
    return [event["kind"] for event in events_after(run.pk, 0)]


def test_starting_freezes_the_recipe(run, network):
    network.draft["fit"]["epochs"] = 77
    network.save()

    run.refresh_from_db()
    assert run.recipe["fit"]["epochs"] == 5
    assert (run.state, run.number, run.name, kinds(run)) == (State.QUEUED, 1, network.name, ["queued"])


def test_a_network_with_a_problem_is_refused_with_the_first_one(owner, network):
    network.draft["fit"]["batch_size"] = 0
    network.save()

    with pytest.raises(UserError) as refused:
        services.start_run(owner, network)

    assert refused.value.where == "fit.batch_size"
    assert not Run.objects.exists()


def test_a_full_disk_refuses_to_start_and_says_how_much_is_needed(owner, network, monkeypatch):
    monkeypatch.setattr(files, "free_bytes", lambda: 50_000_000)

    with pytest.raises(services.NoRoom, match="nearly full: a run needs 200 MB, 50 MB are free"):
        services.start_run(owner, network)


@pytest.mark.django_db(transaction=True)
def test_runs_that_are_started_at_once_get_numbers_of_their_own(owner, network):
    def start() -> None:
        services.start_run(owner, network)
        connections.close_all()

    threads = [threading.Thread(target=start) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(Run.objects.values_list("number", flat=True)) == [1, 2, 3, 4, 5, 6]


def test_a_queued_run_that_is_discarded_never_starts(run):
    services.discard_run(run)

    assert Run.objects.get().state == State.DISCARDED
    assert Run.line("") == []


def test_a_running_run_is_asked_and_not_ended_at_once(run):
    put(run, State.RUNNING)

    assert services.stop_run(run).wish == "stop"
    assert Run.objects.get().state == State.RUNNING


def test_a_paused_run_can_be_kept_as_it_is(run):
    heard = []

    def hear(sender, run, **_):
        heard.append((run.pk, run.has_model))

    run_ended.connect(hear)
    summary = {"saved": {"best": 3, "last": 4}, "best_epoch": 3, "best": {}, "epoch": 4, "step": 40}
    services.stop_run(put(run, State.PAUSED, summary=summary))
    run_ended.disconnect(hear)

    assert Run.objects.get().state == State.STOPPED
    assert kinds(run)[-1] == "stopped"
    assert heard == [(run.pk, True)]


def test_a_run_without_weights_cannot_be_kept(run):
    with pytest.raises(services.NotNow, match="Run 1 has no weights to keep yet"):
        services.stop_run(run)


def test_resuming_forgets_what_went_wrong(run):
    put(run, State.FAILED, message="It broke.", hint="Try.", losses=3)
    services.resume_run(run)

    again = Run.objects.get()
    assert (again.state, again.message, again.hint, again.losses) == (State.QUEUED, "", "", 0)


ALLOWED = {
    "stop_run": {State.RUNNING},  # the others need weights
    "pause_run": {State.RUNNING, State.QUEUED},
    "resume_run": {State.PAUSED, State.FAILED},
    "discard_run": {State.RUNNING, State.QUEUED, State.PAUSED, State.FAILED},
}


@pytest.mark.parametrize("act", ALLOWED)
@pytest.mark.parametrize("state", State.values)
def test_each_state_allows_what_it_allows(run, act, state):
    run = put(run, state)
    if state in ALLOWED[act]:
        getattr(services, act)(run)
        return
    with pytest.raises(services.NotNow):
        getattr(services, act)(run)
    assert Run.objects.get().state == state


def test_deleting_a_run_takes_its_files_and_frees_its_network_and_dataset(
    run, django_capture_on_commit_callbacks
):
    put(run, State.STOPPED)
    folder = files.local(run.folder)
    folder.mkdir(parents=True)
    (folder / "best.json").write_text("{}")

    with django_capture_on_commit_callbacks(execute=True):
        services.delete_run(run)

    assert not Run.objects.exists()
    assert not folder.exists()


def test_a_run_that_is_not_over_cannot_be_deleted(run):
    with pytest.raises(services.NotNow, match="Run 1 is not over"):
        services.delete_run(run)

    assert Run.objects.exists()
