"""Networks that read step by step: a series over time, or the words of a text."""

from __future__ import annotations

from training.templates.given import Given, Node, Nodes, joined, node
from training.templates.template import Template

_READS = ("series", "text")
_MOST_STEPS = 1_024  # for attention, whose work grows with the square
_SHORT = 16  # a series of this length is not pooled again


def _read(given: Given) -> str:
    """What a network for sequences is about, when both are there: the series."""
    return next(name for name in _READS if name in given.inputs)


def _vectors(given: Given) -> Nodes:
    """A vector a step: of a text its words'; a series has them already."""
    return [node("embedding", "Embedding", width=given.sized(16, 64))] if _read(given) == "text" else []


def lstm(given: Given) -> Nodes:
    """A long short-term memory (Hochreiter and Schmidhuber, 1997); texts are read both ways."""
    return _recurrent(given, "LSTM")


def gru(given: Given) -> Nodes:
    """A gated recurrent unit (arXiv 1406.1078); texts are read both ways."""
    return _recurrent(given, "GRU")


def _recurrent(given: Given, layer: str) -> Nodes:
    reads = _read(given)
    ways = {"bidirectional": True} if reads == "text" else {}
    return joined(
        given,
        [*_vectors(given), node(layer.lower(), layer, hidden_size=64, **ways)],
        reads,
    )


def conv1d(given: Given) -> Nodes:
    """Filters along the steps, two layers or more.

    A series is pooled until few steps are left, which keep their order: what was last matters most.
    Of a text each filter keeps its strongest answer, wherever it stands.
    """
    reads = _read(given)
    if reads == "text":
        end = [node("strongest", "GlobalMaxPool")]
        return joined(given, [*_vectors(given), node("turned", "Permute"), *_two(), *end], reads)
    steps, stage = given.inputs[reads].dims[0], 1
    trunk = [node("turned", "Permute"), *_filters(1)]
    while stage < 2 or steps > _SHORT:
        if steps > _SHORT // 2:
            trunk.append(node(f"pool_{stage}", "MaxPool1d"))
            steps //= 2
        stage += 1
        trunk += _filters(stage)
    trunk += [node("flatten", "Flatten"), node("linear_1", "Linear", units=64), node("relu", "ReLU")]
    return joined(given, trunk, reads)


def _two() -> Nodes:
    return [*_filters(1), *_filters(2)]


def _filters(stage: int) -> Nodes:
    size = {"kernel_size": 3, "padding": "same"}
    return [node(f"conv_{stage}", "Conv1d", units=64, **size), node(f"relu_{stage}", "ReLU")]


def transformer(given: Given) -> Nodes:
    """Two encoder blocks of a Transformer (arXiv 1706.03762), norm first (2002.04745).

    A text is the mean of its words; a series is what its last step has gathered.
    """
    reads = _read(given)
    trunk = [
        *_vectors(given),
        node("steps", "Linear", units=64),
        node("position", "PositionalEncoding"),
        *encoder_blocks(2),
    ]
    end = node("pooled", "SequencePooling", mode="mean" if reads == "text" else "last")
    return joined(given, [*trunk, node("norm", "LayerNorm"), end], reads)


def encoder_blocks(count: int) -> list[Node]:
    """Encoder blocks for vectors of 64 numbers."""
    return [
        node(f"block_{number}", "TransformerEncoderLayer", num_heads=4, dim_feedforward=128, norm_first=True)
        for number in range(1, count + 1)
    ]


def _too_long(given: Given) -> str:
    steps = given.inputs[_read(given)].dims[0]
    return "" if steps <= _MOST_STEPS else f"Needs {_MOST_STEPS:,} steps or fewer: each looks at all others."


TEMPLATES = (
    Template("gru", "GRU", "Reads step by step, keeping what matters: a good start for series.", gru, _READS),
    Template("lstm", "LSTM", "Like a GRU with one more gate, for longer memories.", lstm, _READS),
    Template("conv1d", "1-D CNN", "Filters along the steps: fast, good at short patterns.", conv1d, _READS),
    Template(
        "transformer", "Transformer encoder", "Each step looks at all others; wants many rows.",
        transformer, _READS, _too_long,
    ),
)  # fmt: skip
