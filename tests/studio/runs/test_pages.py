"""The pages of runs and their addresses in the REST interface."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from studio.runs import services
from studio.runs.models import Run, stamp
from studio.runs.summary import summarised

State = Run.State


@pytest.fixture
def run(owner, network) -> Run:
    return services.start_run(owner, network)


def tell_epochs(run: Run, count: int) -> None:
    """As if it had trained: a scalars and an epoch event each."""
    events = []
    for epoch in range(1, count + 1):
        metrics = {"training": {"loss": 1 / epoch, "accuracy": 0.9}, "validation": {"loss": 2 / epoch}}
        events.append(
            {
                "kind": "epoch",
                "time": 1.0,
                "epoch": epoch,
                "step": epoch * 10,
                "metrics": metrics,
                "best_epoch": epoch,
                "is_best": True,
                "seconds": 0.1,
            }
        )
    stamped = stamp(run, events)
    run.last_seq = stamped[-1]["seq"]
    run.summary = summarised(run.summary, stamped)
    run.save()


def test_the_run_page_shows_settings_and_carries_what_its_scripts_need(owner_client, run):
    page = owner_client.get(f"/runs/{run.pk}/").content.decode()

    assert "Run 1" in page and "Queued" in page
    assert "Cross-entropy" in page and "Learning rate" in page
    data = json.loads(page.split('<script id="run-data" type="application/json">')[1].split("</script>")[0])
    assert data["socket"] == f"/ws/runs/{run.pk}/"
    assert (data["run"]["state"], data["run"]["place"]) == ("queued", 1)


def test_names_that_people_typed_are_shown_and_not_obeyed(owner_client, run):
    Run.objects.filter(pk=run.pk).update(name="<script>alert(1)</script>")

    for address in ("/runs/", f"/runs/{run.pk}/"):
        page = owner_client.get(address).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page


def test_pressing_train_starts_a_run_and_opens_its_page(owner_client, network):
    answer = owner_client.post(f"/runs/start/{network.pk}/")

    assert answer.status_code == 302
    assert answer.url == f"/runs/{Run.objects.get().pk}/"


def test_a_refusal_is_a_sentence(owner_client, run):
    answer = owner_client.post(f"/runs/{run.pk}/resume/", headers={"HX-Request": "true"})

    assert answer.status_code == 409
    assert "its state is “Queued”" in answer.content.decode()


def test_strangers_find_nothing_and_change_nothing(stranger_client, run, network):
    for address in ("", "epochs/", "epochs.csv"):
        assert stranger_client.get(f"/runs/{run.pk}/{address}").status_code == 404
    for act in ("stop", "pause", "resume", "discard"):
        assert stranger_client.post(f"/runs/{run.pk}/{act}/").status_code == 404
    assert stranger_client.post(f"/runs/start/{network.pk}/").status_code == 404
    assert str(run.name) not in stranger_client.get("/runs/").content.decode()
    assert Run.objects.get().state == State.QUEUED


def test_looking_changes_nothing(owner_client, run):
    for act in ("stop", "pause", "resume", "discard"):
        assert owner_client.get(f"/runs/{run.pk}/{act}/").status_code == 405
    assert owner_client.get(f"/runs/start/{run.network_id}/").status_code == 405


def test_the_list_asks_as_much_for_fifty_runs_as_for_one(owner, owner_client, network):
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert owner_client.get("/runs/").status_code == 200
        return len(seen)

    services.start_run(owner, network)
    queries()
    one = queries()
    for _ in range(49):
        tell_epochs(services.start_run(owner, network), 2)
    assert queries() == one


def test_the_curves_are_there_as_a_table_and_as_a_file(owner_client, run):
    tell_epochs(run, 3)

    page = owner_client.get(f"/runs/{run.pk}/epochs/").content.decode()
    assert "Loss, validation" in page and "0.667" in page
    text = owner_client.get(f"/runs/{run.pk}/epochs.csv").content.decode().splitlines()
    assert text[0] == "epoch,training_loss,training_accuracy,validation_loss"
    assert len(text) == 4


def test_epochs_of_an_interrupted_attempt_are_not_in_the_table(owner_client, run):
    tell_epochs(run, 3)
    stamp(run, [{"kind": "resumed", "time": 2.0, "from_step": 10, "from_epoch": 1, "reason": ""}])

    assert len(owner_client.get(f"/runs/{run.pk}/epochs.csv").content.decode().splitlines()) == 2


def test_the_same_over_rest(owner_client, network):
    made = owner_client.post("/api/v1/runs", {"network": network.pk}, content_type="application/json")
    assert made.status_code == 201
    address = f"/api/v1/runs/{made.json()['id']}"

    assert made.json()["recipe"]["fit"]["epochs"] == 5
    assert [run["id"] for run in owner_client.get("/api/v1/runs").json()] == [made.json()["id"]]
    assert owner_client.get(address).json()["place"] == 1
    told = owner_client.get(f"{address}/events?after=0").json()
    assert [event["kind"] for event in told["events"]] == ["queued"]
    assert owner_client.get(f"{address}/events?after=1").json() == {"events": [], "last_seq": 1}
    assert owner_client.post(f"{address}/pause").json()["state"] == "paused"
    assert owner_client.post(f"{address}/pause").status_code == 409
    assert owner_client.post(f"{address}/resume").json()["state"] == "queued"
    assert owner_client.post(f"{address}/stop").status_code == 409
    assert owner_client.post(f"{address}/discard").json()["state"] == "discarded"


def test_strangers_find_nothing_over_rest(stranger_client, run):
    for address in ("", "/events"):
        assert stranger_client.get(f"/api/v1/runs/{run.pk}{address}").status_code == 404
    for act in ("stop", "pause", "resume", "discard"):
        assert stranger_client.post(f"/api/v1/runs/{run.pk}/{act}").status_code == 404
    body = {"network": run.network_id}
    assert stranger_client.post("/api/v1/runs", body, content_type="application/json").status_code == 404
    assert stranger_client.get("/api/v1/runs").json() == []
