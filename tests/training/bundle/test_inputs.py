"""Bundles of texts, pictures, windows, several numbers and several labels: they predict what was trained."""

from __future__ import annotations

import base64
import csv
import io
import random
import subprocess
import sys
import zipfile

import numpy as np
import pytest
from PIL import Image

from training.bundle.export import write
from training.bundle.runtime import Bundle
from training.encode import encode_table
from training.evaluate import report
from training.fit import fit
from training.recipe import Recipe
from training.table import ingest

LINEAR = {"id": "linear", "layer": "Linear", "units": 8}
TEXT = [
    {"id": "embedding", "layer": "Embedding", "inputs": ["text"]},
    {"id": "gru", "layer": "GRU", "hidden_size": 8},
]
PICTURE = [
    {"id": "pixels", "layer": "Pixels", "inputs": ["picture"]},
    {"id": "flat", "layer": "Flatten"},
    LINEAR,
]
SERIES = [{"id": "gru", "layer": "GRU", "inputs": ["series"], "hidden_size": 8}]
TABLE = [{"id": "features", "layer": "Features"}, LINEAR]


def csv_of(**columns):
    out = io.StringIO(newline="")
    lines = csv.writer(out)
    lines.writerow(columns)
    lines.writerows(zip(*columns.values(), strict=True))
    return out.getvalue().encode()


def messages():
    chance = random.Random(1)
    kinds = {"late": "where is my parcel it is late", "broken": "the screen came broken please help"}
    rows = [
        (kind, " ".join(chance.sample(words.split(), 5))) for kind, words in kinds.items() for _ in range(40)
    ]
    return csv_of(message=[text for _, text in rows], kind=[kind for kind, _ in rows])


def shops():
    days = [(shop, day) for day in range(60) for shop in "ab"]
    return csv_of(day=[day for _, day in days], shop=[shop for shop, _ in days],
                  price=[day % 7 for _, day in days],
                  sales=[day % 5 + (shop == "a") for shop, day in days])  # fmt: skip


def photos():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for place in range(60):
            shade = io.BytesIO()
            Image.new("RGB", (9, 7), (place, 90, 255 * (place % 2))).save(shade, "PNG")
            archive.writestr(f"{'blue' if place % 2 else 'green'}/{place}.png", shade.getvalue())
    return out.getvalue()


def pixels():
    chance = np.random.default_rng(2)
    values = chance.integers(0, 17, (60, 64))
    return csv_of(label=["dark", "light"] * 30, **{f"pixel{at}": values[:, at] for at in range(64)})


def tagged():
    x = list(range(90))
    return csv_of(x=x, tags=["red;small", "blue", "red"] * 30)


ROLES = {"day": "time", "shop": "group", "price": "feature", "sales": "target"}
CASES = {
    "text": (messages(), {"task": "binary", "target": "kind",
                          "roles": {"message": "feature", "kind": "target"}}, TEXT),
    "picture": (photos(), {"task": "binary", "target": "label",
                           "roles": {"picture": "feature", "label": "target"},
                           "encode": {"picture": {"size": 8}}}, PICTURE),
    "pixels": (pixels(), {"task": "binary", "target": "label",
                          "roles": {"label": "target"} | {f"pixel{at}": "feature" for at in range(64)},
                          "encode": {"picture": {"size": 8, "channels": 1, "pixels": True}}}, PICTURE),
    "forecast": (shops(), {"task": "forecast", "target": "sales", "roles": ROLES,
                           "series": {"window": 4, "horizon": 2}}, SERIES),
    "labels": (tagged(), {"task": "multilabel", "target": "tags",
                           "roles": {"x": "feature", "tags": "target"}}, TABLE),
}  # fmt: skip


@pytest.fixture(scope="module", params=CASES)
def packed(request, tmp_path_factory):
    """(case, the bundle, the encoded arrays, the rows as they would be sent)."""
    content, data, nodes = CASES[request.param]
    folder = tmp_path_factory.mktemp(request.param.replace(" ", "_"))
    source = folder / ("data.zip" if request.param == "picture" else "data.csv")
    source.write_bytes(content)
    info = ingest(source, folder, file_name=source.name)
    recipe = Recipe.parse({"data": data, "network": {"main": nodes}, "fit": {"epochs": 2, "threads": 1}})
    table = folder / "table.parquet"
    encoded = encode_table(table, recipe.data, info)
    list(fit(recipe, encoded, folder / "run", control=lambda: ""))
    judged = report(recipe, encoded, folder / "run")
    told = write(recipe, encoded, folder / "run", judged, folder / "b.zip", table=table, info=info, name="x")
    assert told["difference"] < 1e-4
    if request.param == "picture":
        with zipfile.ZipFile(source) as archive:
            names = sorted(archive.namelist())
            rows = [{"picture": base64.b64encode(archive.read(name)).decode()} for name in names]
    else:
        rows = list(csv.DictReader(io.StringIO(content.decode())))
    return request.param, folder / "b.zip", encoded, rows


def test_what_is_said_has_the_form_of_the_task(packed):
    case, path, encoded, rows = packed
    bundle = Bundle(path)

    found = bundle.predict(rows)

    first = found[-1]["prediction"]
    if case == "forecast":
        assert list(first) == ["sales +1", "sales +2"]
        assert [each["row"] for each in found] == list(range(7, 121))
    elif case == "labels":
        assert set(first) <= set(bundle.classes) == {"blue", "red", "small"}
        assert first == [label for label, share in found[-1]["probabilities"].items() if share > 0.5]
    else:
        assert first in bundle.classes
        assert len(found) == len(rows)


def test_predict_py_says_the_same_of_a_csv(packed, tmp_path):
    case, path, _, rows = packed
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path)
    with (tmp_path / "rows.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)

    done = subprocess.run(
        [sys.executable, "predict.py", "rows.csv"], cwd=tmp_path, capture_output=True, text=True, check=True
    )

    said = Bundle(path).predict(rows)
    assert len(done.stdout.splitlines()) == len(said) + 1
    assert ("6 of 120 rows end no whole window" in done.stderr) == (case == "forecast")
    assert ("pillow" in (tmp_path / "requirements.txt").read_text()) == (case == "picture")
