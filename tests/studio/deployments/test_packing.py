"""The real worker judges and packs what a run left."""

from __future__ import annotations

import zipfile

import pytest
from django.db import transaction

from studio.datasets import files
from studio.deployments import services
from studio.deployments.models import Model
from studio.jobs import queue
from studio.runs.models import Run
from studio.runs.signals import run_ended
from tests.studio.processes import eventually


def over(run: Run) -> Model:
    """The run's model, once its job is over."""
    eventually(lambda: Model.objects.filter(run=run, ended_at__isnull=False).exists(), what="the model")
    return Model.objects.get(run=run)


@pytest.fixture
def ended(run_of, penguins, worker) -> Run:
    run = run_of(penguins)
    with transaction.atomic():
        run_ended.send(sender=Run, run=run)
    return run


def test_a_run_that_ends_is_judged_and_packed_by_itself(ended, penguins):
    model = over(ended)

    assert (model.state, model.message) == (Model.State.DONE, "")
    assert model.report == penguins["report"]
    path = files.local(model.bundle)
    assert (path.stat().st_size, model.checked["rows"]) == (model.bundle_bytes, 344)
    with zipfile.ZipFile(path) as ours, zipfile.ZipFile(penguins["folder"] / "bundle.zip") as expected:
        assert ours.namelist() == expected.namelist()
        assert ours.read("model.onnx") == expected.read("model.onnx")


def test_lost_weights_are_said_and_trying_again_mends_it(run_of, penguins, worker):
    run = run_of(penguins)
    weights = files.local(run.folder)
    away = weights.with_name(f"{weights.name}.away")
    weights.rename(away)
    services.make_again(run)

    model = over(run)
    assert model.state == Model.State.FAILED
    assert model.message.endswith(".") and str(weights) not in model.message

    away.rename(weights)
    services.make_again(run)
    eventually(lambda: Model.objects.get(run=run).state == Model.State.DONE, what="the second packing")


def test_a_bundle_that_a_lost_attempt_left_goes_with_the_next(
    run_of, penguins, django_capture_on_commit_callbacks
):
    model = Model.objects.create(run=run_of(penguins))
    written = []
    for _ in range(2):  # the first dies before it can tell
        held = queue.claim(Model, "worker")
        name = held.payload()["bundle"]
        path = files.local(name)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"zip")
        written.append(path)
        if len(written) == 1:
            queue.lose(held, "its worker is gone")
    with django_capture_on_commit_callbacks(execute=True):
        held.on_messages([{"bundle": name, "bytes": 3, "checked": {}}])

    model.refresh_from_db()
    assert files.local(model.bundle) == written[1] and written[1].exists()
    assert not written[0].exists()
