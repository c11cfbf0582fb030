"""Every kind of answer from the table to the bundle, which says what the site says."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from training.batches import rows_of
from training.bundle.export import write
from training.bundle.predict import predict_file
from training.bundle.runtime import Bundle
from training.encode import encode_table
from training.evaluate import report
from training.fit import fit
from training.judging import predictions_of, scores_on
from training.recipe import Recipe
from training.table import ingest
from training.weights import trained

TABLE = [{"id": "features", "layer": "Features"}, {"id": "linear", "layer": "Linear", "units": 8},
         {"id": "relu", "layer": "ReLU"}]  # fmt: skip
SERIES = [{"id": "gru", "layer": "GRU", "inputs": ["series"], "hidden_size": 8}]


def table():
    chance = np.random.default_rng(4)
    x, z = chance.normal(size=(2, 240)).round(3)
    marks = {"red": x > 0, "blue": z > 0, "odd": x * z > 1}
    tags = [";".join(name for name in marks if marks[name][row]) for row in range(240)]
    return {"x": x, "z": z, "low": (3 * x + z).round(3), "high": (1000 - 500 * z).round(1),
            "visits": chance.poisson(np.exp(x)), "tags": tags,
            "kind": np.where(x > z, "yes", "no")}  # fmt: skip


def series():
    days = np.arange(150)
    return {"day": days, "sales": (10 + 5 * np.sin(days / 3)).round(3), "cost": (days % 7) * 100}


def data_of(task, *targets, **more):
    features = dict.fromkeys(("x", "z"), "feature") if task != "forecast" else {"day": "time"}
    return {
        "task": task,
        "target": list(targets),
        "roles": features | dict.fromkeys(targets, "target"),
    } | more


WINDOWS = {"series": {"window": 5, "horizon": 3}}
CASES = {
    "one number": (data_of("regression", "low"), {"name": "auto"}),
    "several numbers": (data_of("regression", "low", "high"), {"name": "LogCosh"}),
    "counts": (data_of("regression", "visits"), {"name": "Poisson"}),
    "a range": (data_of("regression", "low"), {"name": "Quantile", "low": 0.1, "high": 0.9}),
    "labels": (data_of("multilabel", "tags"), {"name": "auto", "class_weight": "balanced"}),
    "two classes": (data_of("binary", "kind"), {"name": "BinaryFocal", "class_weight": "balanced"}),
    "forecast": (data_of("forecast", "sales", **WINDOWS), {"name": "Huber"}),
    "forecast ranges": (data_of("forecast", "sales", "cost", **WINDOWS), {"name": "Quantile"}),
}  # fmt: skip


class Made:
    """A run of a case, with its report and bundle."""

    def __init__(self, name, folder):
        data, objective = CASES[name]
        is_forecast = data["task"] == "forecast"
        columns = series() if is_forecast else table()
        source = folder / "data.csv"
        with source.open("w", newline="") as file:
            lines = csv.writer(file)
            lines.writerow(columns)
            lines.writerows(zip(*columns.values(), strict=True))
        info = ingest(source, folder, file_name=source.name)
        self.source, self.objective = source, objective
        self.recipe = Recipe.parse({
            "data": data, "network": {"main": SERIES if is_forecast else TABLE},
            "fit": {"epochs": 30, "batch_size": 32, "threads": 1, "objective": objective,
                    "optimizer": {"name": "Adam", "lr": 0.02}},
        })  # fmt: skip
        parquet, self.run = folder / "table.parquet", folder / "run"
        self.encoded = encode_table(parquet, self.recipe.data, info)
        list(fit(self.recipe, self.encoded, self.run, control=lambda: ""))
        self.report = report(self.recipe, self.encoded, self.run)
        self.bundle = folder / "bundle.zip"
        self.told = write(self.recipe, self.encoded, self.run, self.report, self.bundle,
                          table=parquet, info=info, name="Run 1")  # fmt: skip

    def rows(self):
        with self.source.open(newline="") as file:
            return list(csv.DictReader(file))

    def said_by_the_site(self):
        """The network's predictions for each entry of the arrays."""
        parts = trained(self.recipe, self.encoded.state, self.run)
        everything = np.ones(len(self.encoded.parts), dtype=bool)
        rows = rows_of(self.encoded.arrays, everything, parts.arrays, "cpu", parts.prepare_target)
        return predictions_of(parts, scores_on(parts, rows))


@pytest.fixture(scope="module", params=CASES)
def made(request, tmp_path_factory):
    return Made(request.param, tmp_path_factory.mktemp(request.param.replace(" ", "_")))


def numbers_in(answer):
    """What a bundle answered, as an array of the form that the site has."""
    if "probabilities" in answer:
        return list(answer["probabilities"].values())
    kinds = [answer[kind] for kind in ("low", "prediction", "high") if kind in answer]
    values = [list(kind.values()) if isinstance(kind, dict) else [kind] for kind in kinds]
    return np.array(values).T.squeeze(1) if len(values) == 1 else np.array(values).T


def test_the_bundle_says_what_the_site_says(made):
    bundle, rows = Bundle(made.bundle), made.rows()

    found = bundle.predict(rows)

    place = {row: at for at, row in enumerate(made.encoded.rows.tolist())}
    numbered = ((one.get("row", number) - 1, one) for number, one in enumerate(found, start=1))
    both = [(one, place[row]) for row, one in numbered if row in place]
    assert len(both) == len(made.encoded.parts)
    said = made.said_by_the_site()
    for one, at in both:
        np.testing.assert_allclose(numbers_in(one), said[at], rtol=1e-4, atol=1e-4)


def test_the_report_is_plain_json_and_beats_the_trivial_answer(made):
    json.dumps(made.report, allow_nan=False)

    head = made.report["headline"]
    metric = next(each for each in made.report["metrics"] if each["name"] == head["metric"])
    assert metric["value"] == head["value"]
    better = np.less if metric["better"] == "lower" else np.greater
    assert better(head["value"], head["baseline"])


def test_predict_py_writes_a_column_for_each_thing_that_is_said(made, tmp_path):
    bundle, out = Bundle(made.bundle), io.StringIO()

    predict_file(bundle, made.source, out)

    lines = list(csv.DictReader(io.StringIO(out.getvalue())))
    several = len(bundle.outputs) > 1
    kinds = ["prediction", "low", "high"] if bundle.levels else ["prediction"]
    expected = [f"{kind} of {name}" if several else kind for kind in kinds for name in bundle.outputs]
    chances = [f"probability of {name}" for name in bundle.classes]
    row = ["row"] if bundle.task == "forecast" else []
    assert list(lines[0]) == [*row, *expected, *chances]
    assert len(lines) == len(bundle.predict(made.rows()))


def test_model_py_is_the_same_network_in_plain_pytorch(made, tmp_path):
    with zipfile.ZipFile(made.bundle) as archive:
        archive.extract("weights.safetensors", tmp_path)
        room: dict[str, Any] = {}
        exec(archive.read("model.py"), room)
    array = "series" if made.recipe.data.task == "forecast" else "numbers"
    network = room["Network"]()
    network.load_state_dict(load_file(tmp_path / "weights.safetensors"))

    with torch.inference_mode():
        said = room["decode"](network.eval()(torch.from_numpy(made.encoded.arrays[array][:20])))

    np.testing.assert_allclose(said.numpy(), made.said_by_the_site()[:20], rtol=1e-5, atol=1e-5)


def test_the_card_and_the_metrics_hold_no_row_of_the_data(made):
    with zipfile.ZipFile(made.bundle) as archive:
        card = archive.read("MODEL_CARD.md").decode()
        kept = json.loads(archive.read("metrics.json"))

    assert made.report["headline"]["title"] in card
    assert not {"scatter", "scatters", "band", "forecast"} & set(kept)
    if made.report["per_output"]:
        assert "| number | RMSE | MAE | R² |" in card
    assert ("| label | test rows |" in card) == (made.recipe.data.task == "multilabel")
