"""Writes a bundle: one zip with all that predicting needs, checked before it is kept.

Nothing in it is pickled, names a path of this machine or holds a row of the data. The same
run gives the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import safetensors.torch
import torch

import training.encode
from training.assembly import Assembled
from training.batches import rows_of
from training.bundle.card import model_card
from training.bundle.check import check_bundle
from training.bundle.form import features_of
from training.bundle.onnx_model import onnx_bytes
from training.bundle.runtime import Bundle
from training.disk import disk_full, is_full
from training.encode import Encoded
from training.errors import EngineError
from training.network import code
from training.network.code import module_sources
from training.recipe import Recipe
from training.weights import trained

REQUIREMENTS = "numpy>=1.26,<3\nonnxruntime>=1.20,<2\n"
OPENS_PICTURES = "pillow>=11,<14\n"  # beside those, where a column holds files of pictures

_HEADER = '''"""The network in plain PyTorch, as it was trained.

    from safetensors.torch import load_file

    network = Network()
    network.load_state_dict(load_file("weights.safetensors"))
    network.eval()
    predictions = decode(network(*arrays))
"""

'''
_LEFT_OUT = (
    "scatter",
    "scatters",
    "band",
    "forecast",
    "residuals",
    "roc",
    "precision_recall",
)  # values of single rows, and what is drawn
_DATE = (1980, 1, 1, 0, 0, 0)


def write(
    recipe: Recipe,
    encoded: Encoded,
    folder: Path,
    report: dict[str, Any],
    out: Path,
    *,
    table: Path,
    info: dict[str, Any],
    name: str,
    key: str = "",
) -> dict[str, Any]:
    """Write the bundle of a run's best weights to ``out``.

    folder: the run's checkpoints; table, info: of the dataset version; name: for the card; key: what
    the rows of the check are hashed with where the bundle expects hashed ones (it has no key itself).
    Answers ``{"bytes", "sha256", "files", "rows", "difference", "unit"}``. Raises EngineError, and
    leaves no file, when the bundle does not predict what the trained network predicts.
    """
    parts = trained(recipe, encoded.state, folder)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out.parent) as place:
            room = Path(place)
            _fill(room, parts, encoded, report, table, info)
            checked = check_bundle(Bundle(room), parts, encoded, table, key)
            features = json.loads((room / "preprocessing.json").read_text())["features"]
            parameters = sum(weight.numel() for weight in parts.model.parameters())
            (room / "MODEL_CARD.md").write_text(
                model_card(name, report, features, checked, parameters), encoding="utf-8"
            )
            return {**_zip(room, out), **checked}
    except OSError as error:
        if is_full(error):
            size = 3 * sum(value.nbytes for value in parts.model.state_dict().values())  # twice, and the zip
            hint = "Weights and report are kept. Free some space, then try again."
            raise disk_full("the download", out.parent, needed=size, hint=hint) from error
        raise EngineError(
            f"The bundle could not be written: {error.strerror or error}.",
            hint="Weights and report are kept. Look after the disk, then try again.",
        ) from error
    finally:
        torch.set_num_threads(threads)


def _fill(
    room: Path, parts: Assembled, encoded: Encoded, report: dict[str, Any], table: Path, info: dict[str, Any]
) -> None:
    weights = {name: value.contiguous() for name, value in parts.model.state_dict().items()}
    (room / "weights.safetensors").write_bytes(safetensors.torch.save(weights))
    (room / "model.onnx").write_bytes(_onnx(parts, encoded))
    (room / "model.py").write_text(model_source(parts), encoding="utf-8")
    has_files = any(column["input"] == "picture" for column in encoded.state["columns"])
    needed = REQUIREMENTS + (OPENS_PICTURES if has_files else "")
    (room / "requirements.txt").write_text(needed, encoding="utf-8")
    _json(
        room / "preprocessing.json",
        {
            "state": encoded.state,
            "features": features_of(encoded.state, info, table),
            "levels": list(parts.objective.levels),
            "reading": info.get("reading") or {},
        },
    )
    _json(room / "recipe.json", _shareable(parts.recipe))
    _json(room / "metrics.json", {key: value for key, value in report.items() if key not in _LEFT_OUT})
    here, encode = Path(__file__).parent, Path(training.encode.__file__).parent
    copied = (here / "predict.py", here / "runtime.py", *(encode / name for name in training.encode.COPIED))
    for source in copied:
        (room / source.name).write_bytes(source.read_bytes())


def _onnx(parts: Assembled, encoded: Encoded) -> bytes:
    first = (encoded.parts >= 0).cumsum() <= 2
    sample = rows_of(encoded.arrays, first, parts.arrays, "cpu", parts.prepare_target).inputs
    # The exporter takes a size of 1 for a constant, and a table may have one row only.
    return onnx_bytes(parts, tuple(torch.cat([array, array]) for array in sample))


def model_source(parts: Assembled) -> str:
    """model.py: the network and its decoding. Nothing in it was typed by people, apart from node ids."""
    call = parts.objective.decode(parts.state["target"])
    _, classes = module_sources([call.name] if "." not in call.name else [])
    decoding = "\n\n\n".join([*classes, f"decode = {call}  # scores to predictions"])
    return f"{_HEADER}{code(parts.checked)}\n\n{decoding}\n"


def _shareable(recipe: Recipe) -> dict[str, Any]:
    document = recipe.as_dict()
    if document["data"].get("table"):
        document["data"]["table"] = Path(document["data"]["table"]).name
    return document


def _json(path: Path, document: Any) -> None:
    path.write_text(
        json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8"
    )


def _zip(room: Path, out: Path) -> dict[str, Any]:
    """Pack the folder under a temporary name and rename it: a half bundle is never found."""
    partial = out.with_name(out.name + ".writing")
    files = sorted(path.name for path in room.iterdir())
    try:
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            for name in files:
                entry = zipfile.ZipInfo(name, _DATE)
                entry.external_attr = 0o644 << 16
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.create_system = 3
                archive.writestr(entry, (room / name).read_bytes())
        content = partial.read_bytes()
        partial.replace(out)
    finally:
        partial.unlink(missing_ok=True)
    return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest(), "files": files}
