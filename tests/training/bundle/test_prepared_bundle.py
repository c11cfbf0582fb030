"""Bundles of a recipe with preparation: hashed columns, with the project's key and without."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import zipfile

import numpy as np
import pytest

from training.bundle.check import check_bundle
from training.bundle.export import write
from training.bundle.runtime import Bundle
from training.encode import encode_table
from training.encode.preparation import fingerprint
from training.errors import EngineError
from training.evaluate import report
from training.fit import fit
from training.recipe import Recipe
from training.start import draft
from training.table import ingest
from training.weights import trained

KEY = "a1" * 32


@pytest.fixture(scope="module", params=[True, False], ids=["with the key", "without it"])
def packed(request, tmp_path_factory):
    """(folder, recipe, encoded, rows) of a model whose e-mail addresses and card numbers are hashed."""
    folder = tmp_path_factory.mktemp("prepared")
    rows = [
        {"email": f"p{row % 12}@example.org", "card": str(4_000_000_000_000_000 + row % 9),
         "age": "" if row % 5 == 0 else str(20 + row % 50), "y": ["no", "yes"][row % 3 == 0]}
        for row in range(150)
    ]  # fmt: skip
    with (folder / "people.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    info = ingest(folder / "people.csv", folder, file_name="people.csv")
    document = draft(info, dataset_version=1)
    document["data"] |= {
        "target": ["y"],
        "task": "binary",
        "roles": {"email": "feature", "card": "feature", "age": "feature", "y": "target"},
        "steps": [
            {"do": "hash", "column": "email", "key_in_bundle": request.param},
            {"do": "hash", "column": "card", "key_in_bundle": request.param, "length": 8},
            {"do": "bin", "column": "age", "bins": 3},
        ],
    }
    document["fit"] |= {"epochs": 1, "threads": 1}
    recipe, table = Recipe.parse(document), folder / "table.parquet"
    encoded = encode_table(table, recipe.data, info, key=KEY)
    list(fit(recipe, encoded, folder / "run", control=lambda: ""))
    judged = report(recipe, encoded, folder / "run")
    write(
        recipe, encoded, folder / "run", judged, folder / "bundle.zip",
        table=table, info=info, name="Run 1", key=KEY,
    )  # fmt: skip
    return folder, recipe, encoded, rows, request.param


def test_what_the_bundle_predicts_is_the_same_hashed_here_or_there(packed):
    folder, _, _, rows, has_key = packed
    bundle = Bundle(folder / "bundle.zip")
    sent = rows[:20]
    if not has_key:
        sent = [
            {**row, "email": fingerprint(row["email"], KEY, 16), "card": fingerprint(row["card"], KEY, 8)}
            for row in sent
        ]

    assert len(bundle.predict(sent)) == 20
    if not has_key:
        with pytest.raises(ValueError, match=r"row 1, column email: “p0@example.org” is not hashed"):
            bundle.predict(rows[:1])


def test_the_key_and_raw_values_are_only_where_people_agreed(packed):
    folder, _, _, _, has_key = packed
    with zipfile.ZipFile(folder / "bundle.zip") as archive:
        texts = {
            name: archive.read(name).decode()
            for name in archive.namelist()
            if name.endswith((".json", ".md"))
        }

    assert (KEY in texts["preprocessing.json"]) == has_key
    assert all(KEY not in text for name, text in texts.items() if name != "preprocessing.json")
    assert all("@example.org" not in text and "40000000000" not in text for text in texts.values())
    assert ("raw values are refused: email (16 digits), card (8 digits)" in texts["MODEL_CARD.md"]) != has_key
    types = [feature["type"] for feature in json.loads(texts["preprocessing.json"])["features"]]
    assert types == (["category", "number", "number"] if has_key else ["hash", "hash", "number"])


def test_a_check_with_another_key_finds_the_bundle_wrong(packed):
    folder, recipe, encoded, _, has_key = packed
    parts = trained(recipe, encoded.state, folder / "run")
    bundle, table = Bundle(folder / "bundle.zip"), folder / "table.parquet"

    assert check_bundle(bundle, parts, encoded, table, KEY)["rows"] == 150
    if not has_key:
        with pytest.raises(EngineError, match="preprocessing disagrees"):
            check_bundle(bundle, parts, encoded, table, "b2" * 32)


def test_predict_py_prepares_by_itself(packed):
    folder, _, _, rows, has_key = packed
    if not has_key:
        rows = [{**row, "email": "", "card": ""} for row in rows]
    with zipfile.ZipFile(folder / "bundle.zip") as archive:
        archive.extractall(folder / "unzipped")
    with (folder / "rows.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)

    done = subprocess.run(
        [sys.executable, str(folder / "unzipped" / "predict.py"), str(folder / "rows.csv")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip

    shares = [float(line.split(",")[1]) for line in done.stdout.splitlines()[1:]]
    here = [each["probabilities"]["no"] for each in Bundle(folder / "bundle.zip").predict(rows)]
    assert np.allclose(shares, here)
