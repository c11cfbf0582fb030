"""apply.py and its siblings work in a bundle: copied beside each other, with numpy and nothing of Strata."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np

from training.encode import COPIED, encode_table

ROOM = Path(__file__).parents[3] / "training" / "encode"

SCRIPT = """
import csv, json, sys
import numpy as np
sys.path.insert(0, sys.argv[1])
import apply, cells
state = json.load(open(sys.argv[2], encoding="utf-8"))
rows = list(csv.DictReader(open(sys.argv[3], encoding="utf-8", newline="")))
arrays = apply.apply(state, cells.columns_from_rows(state, rows))
np.savez(sys.argv[4], **arrays)
assert not {name.split(".")[0] for name in sys.modules} & {"training", "polars", "torch", "pydantic"}
"""


def test_a_bundle_s_files_make_the_arrays_of_training(sample, tmp_path):
    encoded = encode_table(sample.table, sample.data(), sample.info)
    for name in COPIED:
        shutil.copy(ROOM / name, tmp_path / name)
    (tmp_path / "state.json").write_text(json.dumps(encoded.state), encoding="utf-8")

    out = tmp_path / "arrays.npz"
    given = [str(tmp_path), str(tmp_path / "state.json"), str(sample.source), str(out)]
    subprocess.run([sys.executable, "-c", SCRIPT, *given], check=True, cwd=tmp_path)

    with np.load(out) as arrays:
        for name in arrays.files:
            assert np.array_equal(arrays[name][encoded.rows], encoded.arrays[name])
