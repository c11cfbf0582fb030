"""A disk that is full: uploads, readings, checkpoints and downloads say so and lose nothing."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from studio.datasets import files
from studio.datasets import services as datasets
from studio.datasets.models import Dataset, DatasetVersion
from studio.deployments import services as deployments
from studio.deployments.models import Model
from studio.networks.models import Network
from studio.runs import services
from studio.runs.models import Run
from tests.faults.small_disk import Disk, disk
from tests.studio.processes import eventually, kinds, now, told, wait_for

__all__ = ["disk"]

State = Run.State
pytestmark = pytest.mark.django_db(transaction=True)
FIGURES = r"The disk of this server is full: {what} needs [\d.]+ [kM]B, [\d.]+ [kMG]?B(ytes)? are free\."


def says(message: str, what: str) -> bool:
    return re.fullmatch(FIGURES.format(what=what), message) is not None


def large_csv() -> bytes:
    """13 MB of texts that no table makes small."""
    rows = (f"{random.randbytes(30).hex()},{'yn'[row % 2]}\n" for row in range(200_000))
    return ("text,target\n" + "".join(rows)).encode()


def test_an_upload_beyond_what_is_free_is_refused_and_leaves_nothing(disk, owner_client, monkeypatch):
    disk.fill()
    if not disk.is_mounted:
        monkeypatch.setattr(files, "free_bytes", lambda: 8_000_000)

    answer = owner_client.post("/api/v1/datasets", {"file": SimpleUploadedFile("a.csv", bytes(9_000_000))})

    assert (answer.status_code, answer["Content-Type"]) == (507, "application/problem+json")
    assert re.fullmatch(
        r"The disk of this server is full: 9 MB are needed, [\d.]+ MB are free\.", answer.json()["detail"]
    )
    assert answer.json()["hint"] == "Nothing was kept. Free some space or upload a smaller file."
    assert not Dataset.objects.exists() and not any(files.incoming().iterdir())


def test_a_reading_that_finds_no_room_keeps_the_file_and_works_once_there_is_some(disk, owner_client):
    content = large_csv()
    version = uploaded(owner_client, content, disk)
    eventually(lambda: state(version) == "failed", what="the reading's end")

    version.refresh_from_db()
    assert says(version.message, "reading the file")
    assert version.hint == "Your file is kept. Free some space, then read it again."
    page = owner_client.get(f"/datasets/{version.dataset_id}/").content.decode()
    assert version.message in page and "Read it again" in page
    assert files.local(version.raw).read_bytes() == content and not any(files.incoming().iterdir())

    disk.empty()
    datasets.read_again(version=version)
    eventually(lambda: state(version) == "ready", what="the table")


def uploaded(client, content: bytes, disk: Disk) -> DatasetVersion:
    """A version whose file lies there, on a disk that was full before anybody read it."""
    disk.worker.stop()
    client.post("/api/v1/datasets", {"file": SimpleUploadedFile("a.csv", content)})
    disk.worker.start()
    disk.fill()
    return DatasetVersion.objects.get()


def state(version: DatasetVersion) -> str:
    return DatasetVersion.objects.get(pk=version.pk).status


@pytest.fixture
def make_large(disk: Disk, make_network: Callable[..., Network]) -> Callable[..., Network]:
    """A network whose checkpoints the full disk has no room for, nor its weights with 1,600 units."""

    def make(units: int = 1_024, epochs: int = 100_000) -> Network:
        network = make_network(epochs=epochs, batch_size=256, stopping={"enabled": False})
        network.draft["network"]["main"] = [
            {"id": "features", "layer": "Features"},
            {"id": "fc_1", "layer": "Linear", "units": units},
            {"id": "relu", "layer": "ReLU"},
            {"id": "fc_2", "layer": "Linear", "units": units},
        ]
        network.save()
        return network

    return make


def test_a_checkpoint_without_room_pauses_the_run_which_goes_on_from_the_one_before(
    disk, owner, owner_client, make_large
):
    run = services.start_run(owner, make_large())
    eventually(lambda: now(run).saved_epoch, what="a checkpoint")
    disk.fill()

    run = wait_for(run, State.PAUSED)
    assert says(run.message, "a checkpoint")
    assert run.hint == "What was saved before is kept. Free some space, then resume the run."
    page = owner_client.get(f"/runs/{run.pk}/").content.decode()
    assert run.message in page and run.hint in page
    last = told(run)[-1]
    assert (last["kind"], last["level"], last["text"]) == ("note", "error", run.message)
    assert not list(files.local(run.folder).glob("*.writing"))

    if disk.is_mounted:
        refusal = owner_client.post(f"/api/v1/runs/{run.pk}/resume")
        assert refusal.status_code == 507
        assert refusal.json()["detail"].startswith(
            "The disk of this server is nearly full: a run needs 200 MB, "
        )
        assert now(run).state == State.PAUSED

    disk.empty()
    saved = run.saved_epoch
    services.resume_run(run)
    resumed = eventually(lambda: [event for event in told(run) if event["kind"] == "resumed"], what="resumed")
    assert (resumed[0]["from_epoch"], resumed[0]["reason"]) == (saved, "")
    services.stop_run(run)
    assert wait_for(run, State.STOPPED).has_model


def test_a_first_checkpoint_without_room_fails_the_run_with_its_curves_and_it_can_start_again(
    disk, owner, make_large, monkeypatch
):
    monkeypatch.setattr(services, "LEAST_FREE_BYTES", 0)
    disk.fill()
    run = wait_for(services.start_run(owner, make_large()), State.FAILED)

    assert says(run.message, "a checkpoint")
    assert "scalars" in kinds(run)

    disk.empty()
    services.resume_run(run)
    eventually(lambda: now(run).saved_epoch, what="a checkpoint")
    services.discard_run(run)
    wait_for(run, State.DISCARDED)


def test_a_download_without_room_keeps_the_report_and_is_packed_once_there_is_some(
    disk, owner, owner_client, make_large
):
    run = wait_for(services.start_run(owner, make_large(1_600, epochs=2)), State.DONE)
    eventually(lambda: Model.objects.filter(run=run, state="done").exists(), what="the first download")
    model = Model.objects.get(run=run)
    files.remove(model.bundle)
    Model.objects.filter(pk=model.pk).update(state="failed", bundle="")
    disk.fill()
    before = set(files.incoming().iterdir())

    deployments.make_again(run)
    eventually(lambda: Model.objects.get(run=run).message, what="the packing's end")
    model.refresh_from_db()
    assert model.state == "failed" and says(model.message, "the download")
    assert model.hint == "Weights and report are kept. Free some space, then try again."
    assert set(files.incoming().iterdir()) <= before
    page = owner_client.get(f"/runs/{run.pk}/report/").content.decode()
    assert "The report is there, but the download could not be packed." in page and model.message in page
    answer = owner_client.get(f"/api/v1/runs/{run.pk}/bundle")
    assert (answer.status_code, answer.json()["detail"]) == (409, model.message)

    disk.empty()
    deployments.make_again(run)
    eventually(lambda: Model.objects.get(run=run).bundle, what="the download")
