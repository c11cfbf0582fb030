"""Settings that make no sense and runs that fail get a clear answer, and no network is lost."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from studio.runs.models import Run
from tests.faults.asking import Json, Studio, good, layers, rows
from tests.studio.processes import eventually

pytestmark = pytest.mark.django_db(transaction=True)

# --- Settings that make no sense ----------------------------------------------------------

ABSURD = {
    "epochs": ({"epochs": 10**9}, "Epochs must be 100,000 or less, not 1000000000.", "fit.epochs"),
    "batch size": (
        {"batch_size": 10**9},
        "Batch size must be 1,048,576 or less, not 1000000000.",
        "fit.batch_size",
    ),
    "learning rate": (
        {"optimizer": {"name": "Adam", "lr": 1e9}},
        "Learning rate of Adam must be 10 or less, not 1000000000.0.",
        "fit.optimizer.lr",
    ),
    "learning rate in words": (
        {"optimizer": {"name": "Adam", "lr": "fast"}},
        "Learning rate of Adam must be a number, not 'fast'.",
        "fit.optimizer.lr",
    ),
}


@pytest.fixture
def version(dataset_version) -> int:
    """The penguins, which are fine."""
    return dataset_version.pk


def refused(studio: Studio, network: Json) -> tuple[str, str, str]:
    """What keeps a draft from training. It stays as it was drawn, and no run is made."""
    refusal = studio.send("POST", "/runs", {"network": network["id"]}, status=422)
    assert refusal["detail"] in studio.page(f"/networks/{network['id']}/training/").replace("&#x27;", "'")
    assert studio.get(f"/networks/{network['id']}")["recipe"] == network["recipe"]
    assert not Run.objects.exists()
    return refusal["detail"], refusal["where"], refusal["hint"]


@pytest.mark.parametrize("case", ABSURD)
def test_a_setting_beyond_all_reason_is_refused_with_its_bounds(studio, version, case):
    fit, message, where = ABSURD[case]

    assert refused(studio, studio.network(version, fit=fit))[:2] == (message, where)


def test_a_network_with_more_parameters_than_any_machine_trains_is_refused(studio, version):
    message, where, hint = refused(studio, studio.network(version, network={"main": layers(100, 65_536)}))

    assert message == (
        "Linear “fc_1” brings the network to 4,296,015,872 parameters; 1,000,000,000 are the most."
    )
    assert (where, hint) == ("network.main.fc_1", "Make its largest layer smaller.")


@pytest.fixture
def one_machine(settings) -> None:
    """The embedded broker's case: what trains is this machine, whose memory is known."""
    settings.BROKER = replace(settings.BROKER, socket=Path("broker.socket"))


def test_a_network_that_needs_more_memory_than_there_is_is_refused_with_both_figures(
    studio, version, monkeypatch, one_machine
):
    monkeypatch.setattr("studio.jobs.devices.memory_bytes", lambda: 2_000_000_000)
    network = studio.network(version, network={"main": layers(3, 8_192)})

    message, where, hint = refused(studio, network)

    assert message == ("Training this network needs about 4.8 GB of memory; this machine has 2 GB.")
    assert (where, hint) == ("network.main", "Use fewer layers or fewer units.")


def test_a_batch_that_needs_more_memory_than_there_is_is_refused_at_the_batch_size(
    studio, version, monkeypatch, one_machine
):
    monkeypatch.setattr("studio.jobs.devices.memory_bytes", lambda: 8_000_000)
    main = layers(30, 64)
    network = studio.network(version, network={"main": main}, fit={"batch_size": 256})
    assert refused(studio, network)[1:] == (
        "fit.batch_size",
        "Lower the batch size, or use fewer layers or units.",
    )


def test_a_batch_larger_than_the_data_becomes_one_batch_an_epoch_and_the_run_says_so(studio, version):
    run = studio.train(studio.network(version, fit={"batch_size": 100_000}))

    assert run["state"] == "done"
    assert [note["text"] for note in studio.told(run, "note")] == [
        "The batch size of 100,000 is larger than the training split of 240 rows, "
        "so each epoch is one batch of 240."
    ]


# --- Runs that fail -----------------------------------------------------------------------

LINE = rows(lambda n: f"{(n % 97) / 40 - 1.2:.3f},{(n % 97) / 13 - 3.7:.3f}", 300, header=b"x,y\n")
LINEAR = [
    {"id": "features", "layer": "Features"},
    {"id": "fc_1", "layer": "Linear", "units": 64},
    {"id": "fc_2", "layer": "Linear", "units": 32},
]
LOWER = "Lower the learning rate, for example to a tenth, and check the data for extreme values."


def diverging(studio: Studio, **sgd: float) -> Json:
    version = studio.upload(LINE)["version_id"]
    optimizer, schedule = {"name": "SGD", **sgd}, {"name": "Constant"}
    fit = {"optimizer": optimizer, "schedule": schedule, "epochs": 50, "batch_size": 64}
    return studio.network(version, network={"main": LINEAR}, fit=fit)


def test_a_learning_rate_that_makes_the_loss_infinite_fails_the_run_and_costs_no_network(studio):
    network = diverging(studio, lr=10.0)
    run = studio.train(network)

    assert run["state"] == "failed"
    assert run["message"].startswith("The loss became infinite at step ")
    assert run["hint"] == LOWER
    assert [event["reason"] for event in studio.told(run, "failed")] == [run["message"]]
    assert run["message"] in studio.page(f"/runs/{run['id']}/")
    assert f"{run['message']} {LOWER}" in studio.page(f"/runs/{run['id']}/report/")
    missing = studio.send("GET", f"/runs/{run['id']}/report", status=409)
    assert (missing["detail"], missing["hint"]) == (f"Run 1 has no model. {run['message']}", LOWER)

    recipe = studio.get(f"/networks/{network['id']}")["recipe"]
    recipe["fit"]["optimizer"]["lr"] = 0.001
    body = {"revision": network["revision"], "recipe": recipe}
    assert studio.train(studio.send("PUT", f"/networks/{network['id']}", body))["state"] == "done"


def test_a_run_that_diverges_late_offers_the_best_weights_that_it_had(studio):
    run = studio.train(diverging(studio, lr=0.1, momentum=0.95))

    epoch = run["summary"]["saved"]["best"]
    assert run["state"] == "failed"
    assert run["message"].endswith(f" The weights of epoch {epoch}, the best one, are kept.")
    assert run["hint"] == f"{LOWER} “Keep the best” makes a model of epoch {epoch}."

    studio.send("POST", f"/runs/{run['id']}/stop")
    assert studio.get(f"/runs/{run['id']}")["state"] == "stopped"
    assert studio.told(run, "stopped")[0]["best_epoch"] == epoch
    report = f"/api/v1/runs/{run['id']}/report"
    eventually(lambda: studio.client.get(report).status_code == 200, what="the report")
    studio.page(f"/runs/{run['id']}/report/")


# --- A dataset that changes under a network -----------------------------------------------


def test_a_new_version_without_the_target_leaves_the_network_on_the_one_that_it_was_made_for(studio):
    dataset = studio.upload(rows(good))
    network = studio.network(dataset["version_id"])
    newer = studio.upload(
        rows(lambda n: f"{n / 7:.3f},{n % 5},{n % 2}", header=b"a,b,churned\n"),
        path=f"/datasets/{dataset['id']}/versions",
    )

    assert studio.get(f"/networks/{network['id']}")["version"] == dataset["version_id"]
    assert studio.train(network)["state"] == "done"

    body = {"version": newer["version_id"], "recipe": network["recipe"]}
    moved = studio.send("POST", "/networks", body, status=201)
    assert [problem["message"] for problem in moved["problems"]] == ["The table has no column target."]
    refusal = studio.send("POST", "/runs", {"network": moved["id"]}, status=422)
    assert refusal["where"] == "column target"
    assert refusal["hint"] == "Choose the columns again: the table may be another version."
    studio.page(f"/networks/{moved['id']}/")
