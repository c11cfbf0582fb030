"""The model page: what is downloaded is what was packed, and what answers is what was downloaded."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from studio.datasets import files
from studio.deployments import predictor, rows

pytestmark = pytest.mark.django_db
SAMPLE = Path(__file__).resolve().parents[3] / "samples" / "penguins" / "penguins.csv"


def address(model, name: str) -> str:
    return reverse(f"deployments:{name}", args=[model.run.pk])


def typical(model, **changes) -> dict[str, str]:
    """The form as the page fills it, by column name."""
    values = {
        feature["name"]: str(feature["typical"]) for feature in predictor.bundle_of(model).features
    } | changes
    return {f"f{at}": value for at, value in enumerate(values.values())}


def test_the_page_offers_the_download_the_form_and_the_api(owner_client, model):
    page = owner_client.get(address(model, "model")).content.decode()

    for text in (
        "model.onnx",
        "predict.py",
        "Score a file",
        "Try one row",
        "bill_length_mm",
        f"/api/v1/runs/{model.run.pk}/predict",
        "$STRATA_KEY",
    ):
        assert text in page


def test_the_download_is_the_stored_zip_as_an_attachment(owner_client, model):
    response = owner_client.get(address(model, "download"))

    content = b"".join(response.streaming_content)
    assert content == files.local(model.bundle).read_bytes()
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert response.headers["Content-Length"] == str(len(content))


def test_a_broken_download_goes_on_where_it_broke(owner_client, model):
    whole = files.local(model.bundle).read_bytes()

    response = owner_client.get(address(model, "download"), headers={"Range": "bytes=100-"})

    assert response.status_code == 206
    assert b"".join(response.streaming_content) == whole[100:]


def test_one_row_gets_the_prediction_that_the_bundle_gives(owner_client, model):
    form = typical(model, bill_length_mm="39.1", island="Torgersen")
    bundle = predictor.bundle_of(model)
    names = [feature["name"] for feature in bundle.features]
    expected = bundle.predict([dict(zip(names, form.values(), strict=True))])[0]

    answer = owner_client.post(address(model, "try"), form, headers={"HX-Request": "true"}).content.decode()

    assert "<html" not in answer
    assert expected["prediction"] in answer
    for chance in expected["probabilities"].values():
        assert f"{chance:.3f}" in answer


def test_a_number_is_predicted_too(owner_client, model_of, auto_mpg):
    model = model_of(auto_mpg)

    answer = owner_client.post(address(model, "try"), typical(model), headers={"HX-Request": "true"})

    bundle = predictor.bundle_of(model)
    value = bundle.predict([{feature["name"]: feature["typical"] for feature in bundle.features}])[0][
        "prediction"
    ]
    assert f"{value:,.6g}" in answer.content.decode()


def test_without_scripts_the_form_answers_with_the_whole_page(owner_client, model):
    page = owner_client.post(address(model, "try"), typical(model, bill_length_mm="41.5")).content.decode()

    assert "<html" in page and 'value="41.5"' in page and 'class="hbar"' in page


def test_a_text_in_a_number_field_is_refused_beside_the_field(owner_client, model):
    form = typical(model, bill_length_mm="<b>long</b>")

    answer = owner_client.post(address(model, "try"), form, headers={"HX-Request": "true"}).content.decode()

    assert "“&lt;b&gt;long&lt;/b&gt;” is no number." in answer
    assert 'class="hbar"' not in answer


def test_an_empty_field_is_an_empty_cell(owner_client, model):
    answer = owner_client.post(
        address(model, "try"), typical(model, bill_length_mm=""), headers={"HX-Request": "true"}
    )

    assert 'class="hbar"' in answer.content.decode()


def scored(client, model, content: bytes):
    file = SimpleUploadedFile("rows.csv", content, content_type="text/csv")
    return client.post(address(model, "score"), {"file": file})


def test_a_file_is_scored_as_the_downloads_predict_py_scores_it(owner_client, model, tmp_path):
    """In a process with a folder of its own, so that nothing of Strata can be imported."""
    with zipfile.ZipFile(files.local(model.bundle)) as packed:
        packed.extractall(tmp_path)
    script = next(tmp_path.rglob("predict.py"))
    run = subprocess.run(
        [sys.executable, script.name, str(SAMPLE)],
        cwd=script.parent,
        check=True,
        capture_output=True,
        text=True,
        env={"PATH": os.environ["PATH"]},
    )
    theirs = list(csv.DictReader(io.StringIO(run.stdout)))

    ours = list(
        csv.DictReader(io.StringIO(scored(owner_client, model, SAMPLE.read_bytes()).content.decode()))
    )

    assert len(ours) == 344
    assert [{name: row[name] for name in theirs[0]} for row in ours] == theirs
    assert ours[0]["bill_length_mm"] == "39.1"


def test_a_file_that_cannot_be_scored_says_why_beside_the_field(owner_client, model):
    response = scored(owner_client, model, b"island\nBiscoe\n")

    assert response.status_code == 422
    assert "are missing" in response.content.decode()


def test_a_file_over_the_limit_is_sent_to_predict_py(owner_client, model):
    response = scored(owner_client, model, b"x" * (rows.MAX_BYTES + 1))

    assert response.status_code == 422
    assert "run predict.py: it has no limit" in response.content.decode()


def test_scored_cells_are_never_formulas(owner_client, model):
    header, first = SAMPLE.read_text().splitlines()[:2]
    content = f"{header},=note\n{first},=1+1\n".encode()

    text = scored(owner_client, model, content).content.decode()

    assert ",'=note," in text and ",'=1+1," in text


def test_nothing_is_scored_before_the_model_is_packed(owner_client, model):
    type(model).objects.filter(pk=model.pk).update(bundle="", state=model.State.RUNNING)

    assert scored(owner_client, model, SAMPLE.read_bytes()).status_code == 409
    assert owner_client.post(address(model, "try"), {}).status_code == 409
    assert owner_client.get(address(model, "download")).status_code == 409


def test_deleting_the_run_takes_its_model_and_its_bundle(
    owner_client, model, django_capture_on_commit_callbacks
):
    bundle, folder = files.local(model.bundle), files.local(model.run.folder)
    assert bundle.exists() and folder.exists()

    with django_capture_on_commit_callbacks(execute=True):
        answer = owner_client.post(reverse("runs:delete", args=[model.run.pk]))

    assert answer.url == reverse("runs:list")
    assert not bundle.exists() and not folder.exists()
    assert owner_client.get(reverse("runs:detail", args=[model.run.pk])).status_code == 404
