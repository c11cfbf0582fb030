"""Pictures are predicted from base64, from a zip beside a CSV, and from a scored file: always alike."""

from __future__ import annotations

import base64
import csv
import io
import json
import zipfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from studio.deployments import packed_rows
from tests.studio.deployments.conftest import ROOT
from training.errors import SettingError

SAMPLE = ROOT / "samples" / "digits8x8" / "digits8x8.zip"
READING = {"delimiter": ",", "quote": '"', "encoding": "utf-8"}


@pytest.fixture
def model(model_of, train):
    return model_of(train("digits8x8", "label", "zip"))


@pytest.fixture(scope="module")
def pictures() -> dict[str, bytes]:
    """Three pictures of the sample, by name."""
    with zipfile.ZipFile(SAMPLE) as archive:
        names = [name for name in archive.namelist() if name.endswith(".png")]
        return {Path(name).name + ".png": archive.read(name) for name in names[:: len(names) // 3][:3]}


def packed(table: str, files: dict[str, bytes], folder: str = "") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{folder}rows.csv", table)
        for name, content in files.items():
            archive.writestr(f"{folder}{name}", content)
    return out.getvalue()


def table_of(files) -> str:
    return "picture\n" + "".join(f"seen/{name}\n" for name in files)


def beside(pictures) -> dict[str, bytes]:
    return {f"seen/{name}": content for name, content in pictures.items()}


@pytest.mark.django_db
def test_a_zip_answers_what_base64_answers(owner_client, model, pictures):
    address = reverse("api:predict", args=[model.run.pk])
    rows = [{"picture": base64.b64encode(content).decode()} for content in pictures.values()]

    by_json = owner_client.post(address, json.dumps({"rows": rows}), "application/json")
    by_zip = owner_client.post(address, packed(table_of(pictures), beside(pictures)), "application/zip")

    assert by_json.status_code == 200, by_json.content
    assert by_zip.json() == by_json.json()
    assert len(by_zip.json()["predictions"]) == 3


@pytest.mark.django_db
def test_a_scored_zip_keeps_the_paths_beside_the_predictions(owner_client, model, pictures):
    body = packed(table_of(pictures), beside(pictures), folder="mine/")
    file = SimpleUploadedFile("rows.zip", body)

    answer = owner_client.post(reverse("deployments:score", args=[model.run.pk]), {"file": file})

    lines = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert [line["picture"] for line in lines] == [f"seen/{name}" for name in pictures]
    assert all(line["prediction"].isdigit() for line in lines)


@pytest.mark.django_db
def test_the_page_offers_a_zip_where_there_are_pictures(owner_client, model):
    page = owner_client.get(reverse("deployments:model", args=[model.run.pk])).content.decode()

    assert "Or a zip of the CSV and the pictures that its cells name." in page


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param(
            packed("picture\nseen/1.png\n", {}),
            "Row 1: the zip archive holds no picture “seen/1.png”.",
            id="no picture",
        ),
        pytest.param(
            packed("picture\n../../etc/passwd\n", {"../../etc/passwd": b""})[:-4],
            "The zip archive is damaged or cut off.",
            id="cut off",
        ),
        pytest.param(
            packed("picture\n/etc/passwd\n", {}),
            "Row 1: the zip archive holds no picture “/etc/passwd”.",
            id="a path of this machine",
        ),
        pytest.param(
            packed("picture\n1.png\n", {"more.csv": b"picture\n"}),
            "The zip archive has to hold one CSV, not 2.",
            id="two tables",
        ),
        pytest.param(
            packed("picture\n1.png\n", {"1.png": bytes(packed_rows.MOST_BYTES)}),
            "Unpacked, the archive has more than 50 MB.",
            id="a bomb",
        ),
    ],
)
def test_an_archive_that_cannot_be_used_is_refused_in_a_sentence(body, message):
    with pytest.raises(SettingError) as caught:
        packed_rows.from_zip(body, READING, ["picture"], ["picture"])

    assert caught.value.message == message and caught.value.hint
