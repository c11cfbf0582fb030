"""Cells become numbers, in one place.

reading.py, dealing.py, split.py    a table's columns; its rows to training, validation, test
learn.py, targets.py, vocabulary.py training rows -> state, plain JSON
encoded.py, series.py               table + recipe -> Encoded

COPIED are the files that bundles hold too: text of a cell -> value -> arrays.
"""

from training.encode.apply import apply, apply_target
from training.encode.cells import CellError, columns_from_rows, target_from_rows
from training.encode.encoded import Encoded, encode_table
from training.encode.learn import learn
from training.encode.split import split

COPIED = ("apply.py", "cells.py", "pictures.py", "preparation.py", "texts.py", "windows.py")

__all__ = [
    "COPIED",
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
