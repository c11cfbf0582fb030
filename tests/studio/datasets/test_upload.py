"""Uploading: what is kept, under which name, and what is refused with nothing kept."""

from __future__ import annotations

import hashlib
import json
import resource
import signal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from studio.datasets import files, services
from studio.datasets.models import Dataset, DatasetVersion
from training.errors import EngineError

from .conftest import CHURN, kept_files

BOUNDARY = "boundary"


def multipart(name: bytes, content: bytes) -> bytes:
    head = b'--%s\r\nContent-Disposition: form-data; name="file"; filename="%s"\r\n\r\n'
    return head % (BOUNDARY.encode(), name) + content + b"\r\n--%s--\r\n" % BOUNDARY.encode()


def post(client, body: bytes, **headers):
    return client.post(
        "/datasets/upload/",
        body,
        content_type=f"multipart/form-data; boundary={BOUNDARY}",
        headers={"Accept": "application/json", **headers},
    )


def test_an_upload_is_kept_byte_for_byte_and_queued_for_reading(upload):
    version = upload(CHURN, "churn.csv")

    assert version.state == "queued"
    assert version.sha256 == hashlib.sha256(CHURN).hexdigest()
    assert version.size_bytes == len(CHURN)
    assert files.local(version.raw).read_bytes() == CHURN
    assert kept_files() == [files.local(version.raw)]


def test_an_upload_by_script_is_answered_with_the_address_of_its_page(owner_client):
    answer = post(owner_client, multipart(b"a.csv", CHURN))

    assert answer.status_code == 201
    assert owner_client.get(answer.json()["url"]).status_code == 200


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"../../../../tmp/x.csv", "x.csv"),
        (b"..\\..\\x.csv", "x.csv"),
        (b"/etc/cron.d/x", "x"),
        (b"C:\\x.csv", "x.csv"),
        (b"x\x00.csv", "x.csv"),
        (b"....//x", "x"),
        (b"CON.csv", "CON.csv"),
        (b".htaccess", ".htaccess"),
        (b"$(touch canary).csv", "$(touch canary).csv"),
        ("Kündigungen 2025 客户.csv".encode(), "Kündigungen 2025 客户.csv"),
        ("\u202egpj.csv".encode(), "gpj.csv"),
    ],
)
def test_a_file_name_is_only_ever_a_value(owner_client, settings, name, shown):
    answer = post(owner_client, multipart(name, CHURN))

    assert answer.status_code == 201
    version = DatasetVersion.objects.get()
    assert version.file_name == shown
    (path,) = kept_files()
    assert path.parent == settings.MEDIA_ROOT / "raw"
    assert path.name == version.raw.removeprefix("raw/") and len(path.name) == 32


def test_a_name_of_300_characters_is_cut_and_shown(owner_client):
    assert post(owner_client, multipart(b"n" * 300 + b".csv", CHURN)).status_code == 201

    assert len(DatasetVersion.objects.get().file_name) <= 300
    assert len(Dataset.objects.get().name) <= 200


def refused(answer, status: int) -> str:
    """The sentence of a refusal that has left nothing behind."""
    assert answer.status_code == status
    assert not Dataset.objects.exists()
    assert kept_files() == []
    body = json.loads(answer.content)
    return f"{body['detail']} {body['hint']}"


def test_a_file_without_bytes_is_refused(owner_client):
    sentence = refused(post(owner_client, multipart(b"e.csv", b"")), 422)

    assert (
        sentence == "e.csv is empty: it has 0 bytes. Choose a file with a header and rows. Nothing was kept."
    )


def test_a_form_without_a_file_is_refused(owner_client):
    assert refused(post(owner_client, multipart(b"", b"")), 422).startswith("No file arrived.")


def test_a_file_over_the_limit_is_refused_before_it_is_read(owner_client, settings):
    settings.UPLOAD_LIMIT_BYTES = 1_000
    sentence = refused(post(owner_client, multipart(b"a.csv", b"x" * 200_000)), 413)

    assert sentence.startswith("The file is larger than the 1 kB that an upload may have. Nothing was kept.")


def test_a_file_that_turns_out_over_the_limit_is_dropped(owner_client, settings):
    settings.UPLOAD_LIMIT_BYTES = 1_000

    refused(post(owner_client, multipart(b"a.csv", b"x" * 1_001)), 413)


def test_a_file_that_the_project_has_no_room_for_is_refused_with_what_is_needed_and_free(
    owner_client, upload, settings
):
    first = upload()
    settings.PROJECT_LIMIT_BYTES = len(CHURN) + 1_000

    answer = post(owner_client, multipart(b"b.csv", CHURN))
    again = owner_client.post(
        f"/datasets/{first.dataset_id}/versions/", {"file": SimpleUploadedFile("b.csv", CHURN)}
    )

    assert (answer.status_code, again.status_code) == (413, 413)
    assert answer.json()["detail"].endswith("needs 3.6 kB, and the project has 1 kB left of its 4.6 kB.")
    assert DatasetVersion.objects.count() == 1 and len(kept_files()) == 1


def test_the_page_says_how_much_room_there_is(owner_client, upload):
    upload()

    assert "of 100 GB; the disk has" in owner_client.get("/datasets/").content.decode()


def test_without_script_a_refusal_is_a_page_with_the_sentence(owner_client):
    answer = owner_client.post("/datasets/upload/", {"file": SimpleUploadedFile("leer.csv", b"")})

    assert answer.status_code == 422
    assert "leer.csv is empty" in answer.content.decode()


def test_an_upload_that_breaks_off_leaves_nothing(owner_client):
    whole = multipart(b"a.csv", CHURN)
    refused(post(owner_client, whole[: len(whole) // 2]), 422)


def test_a_full_disk_is_said_with_what_is_needed_and_nothing_is_kept(owner_client):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, limits[1]))
    try:
        answer = post(owner_client, multipart(b"a.csv", b"x,y\n" * 250_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)

    sentence = refused(answer, 507)
    assert sentence.startswith("The disk of this server is full: 1 MB are needed, ")
    assert sentence.endswith("free. Nothing was kept. Free some space or upload a smaller file.")


def test_a_file_that_the_disk_cannot_take_is_refused_before_it_is_read(owner_client, monkeypatch):
    monkeypatch.setattr(files, "free_bytes", lambda: 1_000)

    assert "1 kB are free" in refused(post(owner_client, multipart(b"a.csv", CHURN)), 507)


def test_without_rows_there_is_no_file(owner_client, monkeypatch):
    monkeypatch.setattr(services, "_queue", failing)

    with pytest.raises(EngineError):
        owner_client.post("/datasets/upload/", {"file": SimpleUploadedFile("a.csv", CHURN)})

    assert kept_files() == []


def failing(*args, **kwargs):
    raise EngineError("The database is gone.")


def test_nobody_uploads_without_signing_in(client):
    answer = client.post("/datasets/upload/", {"file": SimpleUploadedFile("a.csv", CHURN)})

    assert answer.status_code == 302 and "/accounts/" in answer["Location"]
    assert kept_files() == []


def test_a_new_file_becomes_the_newest_version_and_older_ones_stay(upload, owner_client):
    first = upload()
    address = f"/datasets/{first.dataset_id}/versions/"
    owner_client.post(address, {"file": SimpleUploadedFile("churn_2.csv", CHURN + b"C-900,plus,3,no\n")})

    newest = first.dataset.newest
    assert (newest.number, newest.file_name) == (2, "churn_2.csv")
    assert files.local(first.raw).read_bytes() == CHURN
    assert newest.raw != first.raw
