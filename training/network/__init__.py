"""Networks: nodes as people draw them -> a checked graph with shapes, counts, errors, fixes and code.

    parts.py     what a checked network consists of
    inputs.py    input shapes and heads, from data and task
    reading.py   any JSON -> drawn nodes, structural problems
    wiring.py    names that nodes take and that are not there
    fitting.py   do layers fit what reaches them; fixes when not
    bridging.py  layers that make of a shape what another layer takes
    merging.py   merges whose inputs differ
    placing.py   where a node stands, and edits that put layers on its wires
    blocks.py    the layers that a block holds
    totals.py    what a network costs, and what costs too much
    completing.py  fixes that mend a card fully
    check.py     nodes -> Checked
    advice.py    warnings
    receptive.py  how much of a picture is seen
    edits.py     edits as data
    plain.py     JSON copied to a depth
    clipboard.py  cards copied and pasted
    graph.py     the diagram as JSON
    code.py      the PyTorch source

A node is ``{"id", "layer", "inputs", …fields}``; without ``inputs`` it takes the node above it, the
first one all of the data's inputs.
"""

from training.network.check import check
from training.network.clipboard import copied
from training.network.code import code
from training.network.edits import apply_edits
from training.network.graph import graph
from training.network.inputs import head_for, inputs_about, inputs_of
from training.network.parts import HEAD, Card, Checked, Head, Problem, Step

__all__ = [
    "HEAD", "Card", "Checked", "Head", "Problem", "Step", "apply_edits", "check", "code", "copied", "graph",
    "head_for", "inputs_about", "inputs_of",
]  # fmt: skip
