"""Report, bundle and predictions over REST."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from studio.accounts.tokens import make_key
from studio.datasets import files
from studio.deployments import predictor, rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def keyed(owner) -> Client:
    """A program with a key of ``owner``."""
    return Client(headers={"Authorization": f"Bearer {make_key(owner, 'test')[1]}"})


@pytest.fixture
def row(model) -> dict:
    return {feature["name"]: feature["typical"] for feature in predictor.bundle_of(model).features}


def predict(client: Client, model, body, content_type: str = "application/json"):
    body = body if isinstance(body, bytes | str) else json.dumps(body)
    return client.post(f"/api/v1/runs/{model.run.pk}/predict", body, content_type=content_type)


def test_report_and_bundle_are_those_of_the_pages(keyed, model):
    assert keyed.get(f"/api/v1/runs/{model.run.pk}/report").json() == model.report
    bundle = keyed.get(f"/api/v1/runs/{model.run.pk}/bundle")
    assert b"".join(bundle.streaming_content) == files.local(model.bundle).read_bytes()


def test_rows_get_their_predictions_in_order(keyed, model, row):
    sent = [row, row | {"bill_length_mm": 60, "island": "Biscoe"}, row | {"sex": None}]

    answer = predict(keyed, model, {"rows": sent}).json()

    assert answer == {"run": model.run.pk, "predictions": predictor.bundle_of(model).predict(sent)}


def test_a_csv_body_gets_the_predictions_that_json_gets(keyed, model, row):
    text = ",".join(row) + "\n" + ",".join(str(value) for value in row.values()) + "\n"

    by_csv = predict(keyed, model, text.encode(), "text/csv").json()

    assert by_csv == predict(keyed, model, {"rows": [row]}).json()


def test_the_target_may_come_along(keyed, model, row):
    assert predict(keyed, model, {"rows": [row | {"species": "Adelie"}]}).status_code == 200


@pytest.mark.parametrize(
    ("change", "where", "sentence"),
    [
        pytest.param(
            {"bill_lenght_mm": 3}, "rows[0].bill_lenght_mm", "does not know the column", id="unknown"
        ),
        pytest.param({"bill_length_mm": "long"}, "rows[0].bill_length_mm", "“long” is no number.", id="text"),
        pytest.param({"bill_length_mm": [1]}, "rows[0].bill_length_mm", "A cell has to be", id="list"),
        pytest.param({"bill_length_mm": float("nan")}, "rows[0].bill_length_mm", "NaN is not", id="NaN"),
        pytest.param({"bill_length_mm": 10**40}, "rows[0].bill_length_mm", "has 41 digits", id="huge"),
    ],
)
def test_a_cell_that_is_wrong_is_refused_with_its_place(keyed, model, row, change, where, sentence):
    answer = predict(keyed, model, {"rows": [row | change]})

    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["where"] == where
    assert sentence in answer.json()["detail"]


def test_a_row_without_a_feature_is_refused_by_its_name(keyed, model, row):
    del row["island"]

    assert predict(keyed, model, {"rows": [row]}).json()["where"] == "rows[0].island"


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        pytest.param(b"[" * 100_000, "application/json", 422, id="nested 100,000 deep"),
        pytest.param(b'{"rows": [{"a": 1, "a": 2}]}', "application/json", 422, id="a key twice"),
        pytest.param(b'{"rows": [{"a": 1e400}]}', "application/json", 422, id="1e400"),
        pytest.param(b"x" * (rows.MAX_BYTES + 1), "application/json", 413, id="too large"),
        pytest.param(b"\x00\x01", "text/csv", 422, id="binary as CSV"),
        pytest.param(b"{}", "application/xml", 415, id="XML"),
    ],
)
def test_bodies_that_attack_are_refused(keyed, model, body, kind, status):
    answer = predict(keyed, model, body, kind)

    assert answer.status_code == status
    assert "Traceback" not in answer.content.decode()


def test_a_model_that_is_not_there_yet_is_a_conflict(keyed, model):
    type(model).objects.filter(pk=model.pk).update(bundle="", report={}, state=model.State.RUNNING)

    for answer in (
        predict(keyed, model, {"rows": [{}]}),
        keyed.get(f"/api/v1/runs/{model.run.pk}/report"),
        keyed.get(f"/api/v1/runs/{model.run.pk}/bundle"),
    ):
        assert answer.status_code == 409
        assert answer.json()["detail"] and answer.json()["hint"]


def test_a_failed_model_says_why(keyed, model):
    type(model).objects.filter(pk=model.pk).update(
        bundle="", state=model.State.FAILED, message="The weights cannot be read."
    )

    answer = predict(keyed, model, {"rows": [{}]})

    assert answer.status_code == 409
    assert answer.json()["detail"] == "The weights cannot be read."


def test_strangers_and_the_keyless_get_nothing(stranger, anonymous, model, row):
    key = make_key(stranger, "test")[1]
    other = Client(headers={"Authorization": f"Bearer {key}"})

    assert predict(other, model, {"rows": [row]}).status_code == 404
    assert predict(anonymous, model, {"rows": [row]}).status_code == 401
    for name in ("report", "bundle"):
        assert other.get(f"/api/v1/runs/{model.run.pk}/{name}").status_code == 404
        assert anonymous.get(f"/api/v1/runs/{model.run.pk}/{name}").status_code == 401
