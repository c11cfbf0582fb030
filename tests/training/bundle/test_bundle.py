"""What is in a bundle, and that it predicts what was trained."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import safetensors.torch
import torch

from training.batches import rows_of
from training.bundle import check as checking
from training.bundle.export import write
from training.bundle.runtime import Bundle
from training.encode import COPIED, apply, columns_from_rows
from training.errors import EngineError
from training.judging import predictions_of, scores_on
from training.weights import trained

FILES = sorted([
    *COPIED, "MODEL_CARD.md", "metrics.json", "model.onnx", "model.py", "predict.py", "preprocessing.json",
    "recipe.json", "requirements.txt", "runtime.py", "weights.safetensors",
])  # fmt: skip

# Only what requirements.txt names, and what that needs to be imported, may be found.
ALONE = """
import importlib.abc, runpy, sys

class Refuse(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"torch", "training", "polars", "pydantic", "onnx", "safetensors"}:
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Refuse())
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def trained_predictions(made):
    parts = trained(made.recipe, made.encoded.state, made.checkpoints)
    everything = np.ones(len(made.encoded.parts), dtype=bool)
    rows = rows_of(made.encoded.arrays, everything, parts.arrays, "cpu", parts.prepare_target)
    return predictions_of(parts, scores_on(parts, rows))


def predict_alone(folder, *arguments):
    place = {**os.environ, "PYTHONPATH": "", "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, "-c", ALONE, str(folder / "predict.py"), *arguments],
        cwd=folder, env=place, capture_output=True, text=True, timeout=120,
    )  # fmt: skip


def test_a_bundle_holds_what_it_should_and_says_how_it_was_checked(made):
    with zipfile.ZipFile(made.bundle) as archive:
        assert archive.namelist() == FILES == made.told["files"]
        card = archive.read("MODEL_CARD.md").decode()

    assert made.told["rows"] == min(1_000, len(made.encoded.parts))
    assert made.told["difference"] < 1e-5
    assert f"{made.told['difference']:.1e} ({made.told['unit']})" in card
    assert made.bundle.stat().st_size == made.told["bytes"]


def test_the_bundle_predicts_what_was_trained(made):
    predictions = Bundle(made.bundle).predict([made.rows()[at] for at in made.encoded.rows])
    expected = trained_predictions(made)

    if made.recipe.data.task == "regression":
        said = [each["prediction"] for each in predictions]
        np.testing.assert_allclose(said, expected[:, 0], rtol=1e-4)
        return
    classes = made.encoded.state["target"]["classes"]
    said = [list(each["probabilities"].values()) for each in predictions]
    np.testing.assert_allclose(said, expected, atol=1e-5)
    assert [each["prediction"] for each in predictions] == [classes[at] for at in np.argmax(said, axis=1)]


def test_the_arrays_that_a_bundle_makes_of_the_file_are_the_ones_that_were_trained_on(made):
    rows = [made.rows()[at] for at in made.encoded.rows]
    state = Bundle(made.bundle).state

    again = apply(state, columns_from_rows(state, rows))

    for name, array in again.items():
        assert np.array_equal(array, made.encoded.arrays[name])


def test_predict_py_needs_numpy_and_onnxruntime_only_and_says_the_same(made, tmp_path):
    folder = made.unzipped(tmp_path)

    done = predict_alone(folder, str(made.source))

    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    expected = Bundle(made.bundle).predict(made.rows())
    assert lines[0].startswith("prediction")
    assert len(lines) == len(expected) + 1
    for line, row in zip(lines[1:], expected, strict=True):
        cells = line.split(",")
        assert cells[0] == str(row["prediction"])
        assert [float(cell) for cell in cells[1:]] == list(row.get("probabilities", {}).values())


def test_predict_py_writes_a_file_when_asked(penguins, tmp_path):
    folder = penguins.unzipped(tmp_path)

    done = predict_alone(folder, str(penguins.source), "out.csv")

    assert (done.returncode, done.stdout) == (0, "")
    assert len((folder / "out.csv").read_text().splitlines()) == len(penguins.rows()) + 1


def test_predict_py_explains_a_missing_column(penguins, tmp_path):
    folder = penguins.unzipped(tmp_path)
    (folder / "rows.csv").write_text("island,year\nDream,2007\n")

    done = predict_alone(folder, "rows.csv")

    assert done.returncode == 2
    assert done.stderr.startswith("The rows lack the columns bill_length_mm, ")
    assert "Traceback" not in done.stderr


def test_model_py_is_plain_pytorch_that_predicts_the_same(made, tmp_path):
    folder = made.unzipped(tmp_path)
    source = (folder / "model.py").read_text()
    assert "training" not in source and "strata" not in source.lower()
    check = """
import numpy, sys
from safetensors.torch import load_file
from model import Network, decode
import torch
network = Network()
network.load_state_dict(load_file("weights.safetensors"))
network.eval()
arrays = [torch.from_numpy(numpy.load(name)) for name in sys.argv[1:]]
with torch.inference_mode():
    numpy.save("said.npy", decode(network(*arrays)).numpy())
"""
    arrays = trained(made.recipe, made.encoded.state, made.checkpoints).arrays
    for name in arrays:
        np.save(folder / f"{name}.npy", np.ascontiguousarray(made.encoded.arrays[name]))
    subprocess.run([sys.executable, "-c", check, *(f"{name}.npy" for name in arrays)], cwd=folder, check=True)

    np.testing.assert_allclose(np.load(folder / "said.npy"), trained_predictions(made), rtol=1e-5, atol=1e-6)


def test_the_onnx_model_takes_named_arrays_and_any_number_of_rows(made):
    with zipfile.ZipFile(made.bundle) as archive:
        content = archive.read("model.onnx")
    model = onnx.load_from_string(content)
    onnx.checker.check_model(model)
    assert next(each.version for each in model.opset_import if each.domain == "") == 20

    session = onnxruntime.InferenceSession(content)
    names = [each.name for each in session.get_inputs()]
    assert set(names) <= {"numbers", "categories"}
    outputs = [each.name for each in session.get_outputs()]
    is_number = made.recipe.data.task == "regression"
    assert outputs == (["prediction"] if is_number else ["probabilities", "prediction"])
    for rows in (1, 2, 7):
        said = session.run(None, {name: np.asarray(made.encoded.arrays[name][:rows]) for name in names})
        assert all(len(each) == rows for each in said)


def test_the_weights_are_the_best_ones(penguins):
    with zipfile.ZipFile(penguins.bundle) as archive:
        weights = safetensors.torch.load(archive.read("weights.safetensors"))

    best = trained(penguins.recipe, penguins.encoded.state, penguins.checkpoints).model.state_dict()
    assert all(torch.equal(weights[name], value) for name, value in best.items())


def test_nothing_in_a_bundle_is_pickled_or_names_a_path_or_a_row(made):
    with zipfile.ZipFile(made.bundle) as archive:
        for name in archive.namelist():
            content = archive.read(name)
            assert not content.startswith((b"\x80\x02", b"\x80\x04", b"\x80\x05"))
            for path in (
                b"site-packages",
                str(made.bundle.parent).encode(),
                str(Path.cwd()).encode(),
                b"/usr/lib",
            ):
                assert path not in content, name
    for line in made.source.read_bytes().splitlines()[1:]:
        assert not any(line in zipfile.ZipFile(made.bundle).read(name) for name in FILES)


def test_the_same_run_gives_the_same_bytes(penguins, tmp_path):
    again = write(
        penguins.recipe,
        penguins.encoded,
        penguins.checkpoints,
        penguins.report,
        tmp_path / "again.zip",
        table=penguins.table,
        info=penguins.info,
        name="Run 1 of <b>Ann|Bob</b>",
    )

    assert (tmp_path / "again.zip").read_bytes() == penguins.bundle.read_bytes()
    assert again["sha256"] == penguins.told["sha256"]


def test_what_people_typed_is_no_markup_in_the_card(penguins):
    with zipfile.ZipFile(penguins.bundle) as archive:
        card = archive.read("MODEL_CARD.md").decode()

    assert "<b>" not in card
    assert card.startswith("# Run 1 of \\<b\\>Ann\\|Bob\\</b\\>\n")


def test_an_export_that_predicts_something_else_is_an_error_and_leaves_no_file(
    penguins, tmp_path, monkeypatch
):
    honest = Bundle.run
    monkeypatch.setattr(Bundle, "run", lambda self, arrays: honest(self, arrays) + 0.01)

    with pytest.raises(
        EngineError, match=r"^The exported model disagrees with the trained one: the largest difference"
    ):
        write(
            penguins.recipe,
            penguins.encoded,
            penguins.checkpoints,
            penguins.report,
            tmp_path / "bad.zip",
            table=penguins.table,
            info=penguins.info,
            name="x",
        )
    assert not list(tmp_path.iterdir())


def test_preprocessing_that_disagrees_is_an_error_and_leaves_no_file(penguins, tmp_path, monkeypatch):
    honest = checking.apply

    def slightly_off(state, columns, windows=None):
        arrays = honest(state, columns, windows)
        arrays["numbers"][3, 1] = np.nextafter(arrays["numbers"][3, 1], np.float32(np.inf))
        return arrays

    monkeypatch.setattr(checking, "apply", slightly_off)

    with pytest.raises(EngineError, match=r"^The bundle's preprocessing disagrees .* in numbers, column 2."):
        write(
            penguins.recipe,
            penguins.encoded,
            penguins.checkpoints,
            penguins.report,
            tmp_path / "bad.zip",
            table=penguins.table,
            info=penguins.info,
            name="x",
        )
    assert not list(tmp_path.iterdir())


def test_the_figures_of_a_bundle_are_the_reports(made):
    with zipfile.ZipFile(made.bundle) as archive:
        figures = json.load(io.BytesIO(archive.read("metrics.json")))

    assert figures["metrics"] == made.report["metrics"]
    assert "scatter" not in figures
