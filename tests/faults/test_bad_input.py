"""Bad files and tables get a clear answer, word for word, and nothing is lost: REST, pages and the worker."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from studio.datasets.models import Dataset
from studio.networks.models import Network
from studio.runs.models import Run
from tests.faults.asking import HEADER, good, layers, rows

pytestmark = pytest.mark.django_db(transaction=True)

GUIDE = "Open the dataset to see how far it is, or why it could not be read."


def archive() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        file.writestr("train.csv", HEADER)
        file.writestr("test.csv", HEADER)
    return content.getvalue()


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
