"""Cells become numbers, in one place.

cells.py    text of a cell -> value          (copied into bundles)
apply.py    state + columns -> arrays        (copied into bundles)
split.py    rows -> training, validation, test
learn.py    training rows -> state, plain JSON
encoded.py  table + recipe -> Encoded
"""

from training.encode.apply import apply, apply_target
from training.encode.cells import CellError, columns_from_rows, target_from_rows
from training.encode.encoded import Encoded, encode_table
from training.encode.learn import learn
from training.encode.split import split

__all__ = [
    "CellError",
    "Encoded",
    "apply",
    "apply_target",
    "columns_from_rows",
    "encode_table",
    "learn",
    "split",
    "target_from_rows",
]
