"""Bad input gets a clear answer, word for word, and nothing is lost: REST, pages and the real worker."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from studio.datasets.models import Dataset
from studio.networks.models import Network
from studio.runs.models import Run
from tests.studio.processes import eventually

pytestmark = pytest.mark.django_db(transaction=True)

Json = dict[str, Any]
HEADER = b"a,b,target\n"
GUIDE = "Open the dataset to see how far it is, or why it could not be read."


def rows(row: Callable[[int], str], count: int = 60, header: bytes = HEADER) -> bytes:
    return header + "".join(row(number) + "\n" for number in range(count)).encode()


def good(number: int) -> str:
    return f"{number / 7:.3f},{number % 5},{'yn'[number % 3 == 0]}"


def archive() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        file.writestr("train.csv", HEADER)
        file.writestr("test.csv", HEADER)
    return content.getvalue()


@dataclass
class Studio:
    """The REST interface and the pages, as one person uses them."""

    client: Client

    def send(self, method: str, path: str, body: Any = None, *, status: int = 200) -> Json:
        sent = json.dumps(body)
        answer = self.client.generic(method, "/api/v1" + path, sent, content_type="application/json")
        assert answer.status_code == status, answer.content.decode()
        if status >= 400:
            assert answer["Content-Type"] == "application/problem+json"
        return answer.json()

    def get(self, path: str) -> Json:
        return self.client.get("/api/v1" + path).json()

    def page(self, path: str) -> str:
        """A page as people read it: it stands, without a stack trace."""
        answer = self.client.get(path)
        text = answer.content.decode()
        assert answer.status_code == 200 and "Traceback" not in text
        return text

    def upload(self, content: bytes, name: str = "table.csv", path: str = "/datasets") -> Json:
        """The dataset once it is read, or known to be unreadable."""
        answer = self.client.post("/api/v1" + path, {"file": SimpleUploadedFile(name, content)})
        assert answer.status_code == 201, answer.content.decode()
        return self.read(answer.json()["id"])

    def read(self, dataset: int) -> Json:
        found = lambda: self.get(f"/datasets/{dataset}")  # noqa: E731
        eventually(lambda: found()["status"] in ("ready", "unreadable", "failed"), what="the reading")
        return found()

    def network(self, version: int, **changes: Json) -> Json:
        """A network that trains briefly. changes: of the recipe's parts, over what is proposed."""
        made = self.send("POST", "/networks", {"version": version}, status=201)
        recipe = made["recipe"]
        brief = {"epochs": 2, "device": "cpu", "threads": 1, "objective": {"name": "auto"}}
        for part, fields in ({"fit": brief} | changes).items():
            recipe[part] |= fields
        recipe["fit"] = brief | recipe["fit"]
        body = {"revision": made["revision"], "recipe": recipe}
        return self.send("PUT", f"/networks/{made['id']}", body)

    def train(self, network: Json) -> Json:
        """A run of the network, once it is over."""
        run = self.send("POST", "/runs", {"network": network["id"]}, status=201)
        return self.over(run["id"])

    def over(self, run: int) -> Json:
        found = lambda: self.get(f"/runs/{run}")  # noqa: E731
        eventually(lambda: found()["state"] in ("done", "stopped", "failed"), what="the run's end")
        return found()

    def told(self, run: Json, kind: str) -> list[Json]:
        return [event for event in self.get(f"/runs/{run['id']}/events")["events"] if event["kind"] == kind]


@pytest.fixture
def studio(worker, owner_client: Client) -> Studio:
    return Studio(owner_client)


# --- Files that are no table --------------------------------------------------------------

UNREADABLE = {
    "header only": (
        HEADER,
        "The file has a header and no rows.",
        "Upload a file with rows below the header.",
    ),
    "a zip archive": (
        archive(),
        "The zip archive holds 2 tables: “train.csv”, “test.csv”.",
        "Choose one under “Change how it is read”, or upload it alone.",
    ),
    "a picture": (
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
        "This is a PNG picture, not a CSV file.",
        "Upload the table as CSV.",
    ),
    "a PDF": (
        b"%PDF-1.7\n" + bytes(range(256)),
        "This is a PDF document, not a CSV file.",
        "Export the table as CSV from the program that made it.",
    ),
    "mostly NUL bytes": (
        HEADER + b"1,2,y\n" + b"\0\0\0,\0\0\0,n\n" * 40,
        "This is a binary file, not a CSV file: line 3 holds bytes that are no text.",
        "Upload the table as CSV.",
    ),
    "nothing but NUL bytes": (
        b"\0" * 4_000,
        "The file holds nothing but empty space.",
        "Upload a CSV file with a header line and rows.",
    ),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_a_file_that_is_no_table_stays_with_the_reason_and_is_not_offered_for_training(studio, case):
    content, message, hint = UNREADABLE[case]
    dataset = studio.upload(content)

    assert (dataset["status"], dataset["message"], dataset["hint"]) == ("unreadable", message, hint)
    assert (dataset["rows"], dataset["columns"], dataset["preview"]) == (None, [], [])
    raw = studio.client.get(f"/api/v1/datasets/{dataset['id']}/raw")
    assert b"".join(raw) == content
    page = studio.page(f"/datasets/{dataset['id']}/")
    assert f"{message} {hint}" in page
    assert "Change how it is read" in page and "Delete" in page and "Build a network" not in page

    refusal = studio.send("POST", "/networks", {"version": dataset["version_id"]}, status=422)
    assert (refusal["detail"], refusal["hint"]) == (
        "“table.csv” cannot be used yet: it is not read.",
        GUIDE,
    )
    assert "table.csv" not in studio.page("/networks/")
    assert studio.client.delete(f"/api/v1/datasets/{dataset['id']}").status_code == 204


def test_what_is_unreadable_one_way_may_be_read_another_and_stays_as_it_was(studio):
    first = studio.upload(HEADER)

    studio.send("PATCH", f"/datasets/{first['id']}", {"reading": {"header_row": None}})

    again = studio.read(first["id"])
    assert (again["version"], again["status"], again["rows"]) == (2, "ready", 1)
    assert studio.get(f"/datasets/{first['id']}?version=1")["status"] == "unreadable"


def test_no_bytes_are_refused_and_nothing_is_kept(studio):
    answer = studio.client.post("/api/v1/datasets", {"file": SimpleUploadedFile("leer.csv", b"")})

    assert answer.status_code == 422
    assert answer.json()["detail"] == "leer.csv is empty: it has 0 bytes."
    assert answer.json()["hint"] == "Choose a file with a header and rows. Nothing was kept."
    assert not Dataset.objects.exists()


def test_more_bytes_than_allowed_are_refused_and_nothing_is_kept(studio, settings):
    settings.UPLOAD_LIMIT_BYTES = 100
    answer = studio.client.post("/api/v1/datasets", {"file": SimpleUploadedFile("a.csv", rows(good))})

    assert answer.status_code == 413
    assert answer.json()["detail"] == "The file is larger than the 100 bytes that an upload may have."
    assert answer.json()["hint"] == "Nothing was kept. Upload a smaller file, for instance fewer rows."
    assert not Dataset.objects.exists()


# --- Tables with something wrong in them: read, said, and trained on ----------------------

REMARKED = {
    "some NUL bytes": (
        rows(good) + b"1,\x002,y\n",
        "Line 62: “1,2,y” has NUL bytes, which were removed.",
    ),
    "a line in another encoding": (
        rows(lambda n: f"{n / 7:.3f},Zürich,{'yn'[n % 3 == 0]}") + "1,Zürich,y\n".encode("cp1252"),
        "Line 62: “1,Z\ufffdrich,y” has bytes that are no utf-8 text; they are shown as \ufffd.",
    ),
    "ragged rows": (
        rows(good) + b"1,2\n1,2,y,4\n",
        "Line 62: “1, 2” has 2 cells where 3 were expected; those missing count as empty; and 1 more.",
    ),
    "a name used twice": (
        rows(good, header=b"a,a,target\n"),
        "Column 2 was called a, like another one, and is called a_2.",
    ),
    "a column without a name": (
        rows(good, header=b"a,,target\n"),
        "Column 2 had no name and is called column_2.",
    ),
    "text in a number column": (
        rows(good) + b"oops,2,y\n",
        "Line 62, column a: “oops” is no number; it counts as missing.",
    ),
    "three rows": (
        rows(good, 3),
        "3 rows are little to learn from; expect results that vary with the seed.",
    ),
}


@pytest.mark.parametrize("case", REMARKED)
def test_a_table_with_faults_is_read_says_where_they_are_and_can_be_trained_on(studio, case):
    content, sentence = REMARKED[case]
    dataset = studio.upload(content)

    assert dataset["status"] == "ready"
    assert sentence in [finding["text"] for finding in dataset["findings"]]
    assert sentence in studio.page(f"/datasets/{dataset['id']}/")
    run = studio.train(studio.network(dataset["version_id"]))
    assert (run["state"], run["message"]) == ("done", "")
    studio.page(f"/runs/{run['id']}/")


# --- Targets and features that nothing can be learned from --------------------------------

IMPOSSIBLE = {
    "one class": (
        rows(lambda n: f"{n},{n % 5},yes"),
        {"task": "binary"},
        "target has the same value in every row; there is nothing to tell apart.",
        "Choose another target, or add rows of another class.",
    ),
    "no target at all": (
        rows(lambda n: f"{n},{n % 5},"),
        {"task": "multiclass"},
        "target is empty in every row.",
        "Choose another target.",
    ),
    "5,000 classes": (
        rows(lambda n: f"{n % 7},{n % 5},c{n % 5_000:04d}", 10_000),
        {"task": "multiclass"},
        "target has 5,000 classes, which looks like an identifier. Strata takes up to 1,000.",
        "Choose another target, or regression when it is a quantity.",
    ),
    "no usable feature": (
        rows(good),
        {"task": "binary", "roles": {"a": "ignored", "b": "identifier", "target": "target"}},
        "No column is left to learn from.",
        "Give at least one column that is not empty the role feature.",
    ),
    "two rows": (
        rows(good, 2),
        {"task": "binary"},
        "There are only 2 usable rows; training, validation and test need at least one each.",
        "Add rows that have a target: a hundred or more make sense.",
    ),
}


@pytest.mark.parametrize("case", IMPOSSIBLE)
def test_data_that_nothing_can_be_learned_from_is_refused_before_a_run_is_queued(studio, case):
    content, data, message, hint = IMPOSSIBLE[case]
    dataset = studio.upload(content)
    roles = {"a": "feature", "b": "feature", "target": "target"}
    network = studio.network(
        dataset["version_id"],
        data={"target": ["target"], "roles": roles, "split": {}} | data,
        network={"main": layers(1, 8)},
    )

    assert [(problem["message"], problem["hint"]) for problem in network["problems"]] == [(message, hint)]
    assert f"{message} {hint}" in studio.page(f"/networks/{network['id']}/")
    assert f"{message} {hint}" in studio.page(f"/networks/{network['id']}/training/")
    refusal = studio.send("POST", "/runs", {"network": network["id"]}, status=422)
    assert (refusal["detail"], refusal["hint"]) == (message, hint)
    assert not Run.objects.exists() and Network.objects.count() == 1


def test_the_dataset_page_says_at_once_that_a_chosen_target_cannot_be_predicted(studio):
    content, _, message, hint = IMPOSSIBLE["5,000 classes"]
    dataset = studio.upload(content)
    assert message not in studio.page(f"/datasets/{dataset['id']}/")

    studio.send("PATCH", f"/datasets/{dataset['id']}", {"target": "target"})

    assert f"{message} {hint}" in studio.page(f"/datasets/{dataset['id']}/")


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


def layers(count: int, units: int) -> list[Json]:
    linear = [{"id": f"fc_{n}", "layer": "Linear", "units": units} for n in range(count)]
    return [{"id": "features", "layer": "Features"}, *linear]


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
