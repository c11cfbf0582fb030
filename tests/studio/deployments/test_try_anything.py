"""Texts, pictures and windows: the form of one row, what is sent, and what is said of it."""

from __future__ import annotations

import base64
import io
import json

import pytest
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.datastructures import MultiValueDict
from PIL import Image

from studio.deployments import rows, services, tryit
from studio.deployments.scoring import scored_csv
from training.bundle.runtime import Bundle
from training.errors import SettingError

SALES = {"name": "sales", "type": "number", "input": "numbers", "at": 0}
SHOP = {"name": "shop", "type": "category"}


def bundle_with(features, target, columns=(), **state):
    bundle = Bundle.__new__(Bundle)
    bundle._features = features
    bundle.reading = {"delimiter": ","}
    bundle.state = {"columns": list(columns), "target": target, **state}
    return bundle


@pytest.fixture
def mixed():
    """A text and a picture."""
    features = [{"name": "note", "type": "text", "typical": "all fine"},
                {"name": "photo", "type": "picture", "typical": None}]  # fmt: skip
    return bundle_with(
        features, {"task": "multiclass", "name": "kind", "names": ["kind"], "classes": ["a", "b"]}
    )


@pytest.fixture
def forecast():
    """The next two days of sales, from three."""
    features = [{"name": "sales", "type": "number", "typical": 4.0, "whole": True}]
    target = {"task": "forecast", "name": "sales", "names": ["sales +1", "sales +2"], "classes": None}
    return bundle_with(features, target, [SALES], series={"window": 3, "group": SHOP, "time": None})


def test_a_text_is_a_text_area_and_a_picture_is_a_file(mixed):
    text, picture = (
        render_to_string("deployments/_field.html", {"field": f}) for f in tryit.fields_of(mixed)
    )

    assert "<textarea" in text and "all fine</textarea>" in text
    assert 'type="file"' in picture and "image/png" in picture


def test_an_uploaded_picture_is_sent_as_its_file_in_base64(mixed, tmp_path):
    (tmp_path / "photo").write_bytes(b"\x89PNG")
    upload = UploadedFile(name="photo.png", size=4)
    upload.path = tmp_path / "photo"

    fields = tryit.filled(tryit.fields_of(mixed), QueryDict("f0=hello"), MultiValueDict({"f1": [upload]}))

    assert tryit.rows_of(fields, mixed) == [{"note": "hello", "photo": base64.b64encode(b"\x89PNG").decode()}]
    (_, photo) = tryit.refused(
        fields, [{"column": "photo", "text": "iVBO", "what": "is no picture", "row": 1}]
    )
    assert photo.error.startswith("It is no picture that can be opened")


def test_a_forecast_asks_for_a_window_of_rows(forecast):
    (field,) = tryit.fields_of(forecast)

    assert field.value == "sales,shop\n4,\n4,\n4,\n"
    assert tryit.rows_of([field], forecast) == [{"sales": "4", "shop": ""}] * 3
    (refused,) = tryit.refused([field], [{"column": "sales", "text": "x", "what": "is no number", "row": 2}])
    assert refused.error == "Row 2, sales: “x” is no number."


def test_rows_of_a_forecast_without_its_group_are_refused(forecast):
    (field,) = tryit.filled(tryit.fields_of(forecast), QueryDict("rows=sales%0A1%0A2"), MultiValueDict())

    with pytest.raises(SettingError, match="The column “shop” is missing"):
        tryit.rows_of([field], forecast)


@pytest.mark.parametrize(
    ("answer", "said", "names"),
    [
        ({"sales +1": 1.5, "sales +2": None}, "2 numbers", ["sales +1", "sales +2"]),
        (["red", "small"], "red, small", []),
        ([], "no label", []),
        (2.5, "2.5", []),
    ],
)
def test_what_is_predicted_is_said_in_words(answer, said, names):
    assert tryit.said({"prediction": answer}) == said
    assert [one.name for one in tryit.answers_of({"prediction": answer})] == names


def test_rows_without_a_forecast_stay_in_a_scored_file_and_are_counted():
    given = [{"sales": "1"}, {"sales": "2"}, {"sales": "3"}]
    found = [{"row": 3, "prediction": {"sales +1": 4.0, "sales +2": 5.0}}]

    assert scored_csv(given, found).splitlines() == [
        "sales,prediction of sales +1,prediction of sales +2", "1,,", "2,,", "3,4.0,5.0",
    ]  # fmt: skip
    assert services.unanswered(3, found) == [1, 2]
    assert services.unanswered(1, [{"prediction": "a"}]) == []


def test_texts_and_pictures_may_be_longer_than_other_cells(mixed):
    body = json.dumps({"rows": [{"note": "x" * 20_000}]}).encode()

    assert rows.from_json(body, services.long_columns(mixed))[0]["note"] == "x" * 20_000
    with pytest.raises(SettingError, match=r"20,000 characters"):
        rows.from_json(body)


def flat_png(side: int) -> str:
    """A picture of one colour: hardly a kilobyte in base64, whatever its sides."""
    file = io.BytesIO()
    Image.new("1", (side, side)).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def test_small_files_with_many_pixels_are_refused_before_they_are_opened(monkeypatch):
    target = {"task": "multiclass", "name": "kind", "names": ["kind"], "classes": ["a", "b"]}
    photo = {"name": "photo", "type": "picture", "input": "picture", "at": 0}
    bundle = bundle_with([photo], target, [photo])
    monkeypatch.setattr(services.predictor, "bundle_of", lambda model: bundle)
    some = {"photo": flat_png(5_000)}

    assert services.cell_problems(None, [some] * 4) == []
    with pytest.raises(SettingError) as caught:
        services.cell_problems(None, [some, {"photo": None}, *[some] * 4])

    assert caught.value.message == "With row 6 the pictures have more than 100 million pixels together."
    assert caught.value.hint == "Send fewer rows at a time, or smaller pictures."
