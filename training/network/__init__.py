"""Networks: nodes as people draw them -> a checked graph with shapes, counts, errors, fixes and code.

    parts.py     what a checked network consists of
    inputs.py    input shapes and heads, from data and task
    reading.py   any JSON -> drawn nodes, structural problems
    fitting.py   do layers fit what reaches them; fixes when not
    check.py     nodes -> Checked
    advice.py    warnings
    edits.py     edits as data
    graph.py     the diagram as JSON
    code.py      the PyTorch source

A node is ``{"id", "layer", "inputs", …fields}``; without ``inputs`` it takes the node above it, the
first one all of the data's inputs.
"""

from training.network.check import check
from training.network.code import code
from training.network.edits import apply_edits
from training.network.graph import graph
from training.network.inputs import head_for, inputs_about, inputs_of
from training.network.parts import HEAD, Card, Checked, Head, Problem, Step

__all__ = [
    "HEAD", "Card", "Checked", "Head", "Problem", "Step", "apply_edits", "check", "code", "graph", "head_for",
    "inputs_about", "inputs_of",
]  # fmt: skip
