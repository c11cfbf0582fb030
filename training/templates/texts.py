"""Networks for texts alone; those for texts and series stand in sequences.py."""

from __future__ import annotations

from training.templates.given import Given, Nodes, joined, node
from training.templates.template import Template

_READS = ("text",)
_WINDOWS = (1, 3, 5)  # odd ones have a middle


def text_cnn(given: Given) -> Nodes:
    """Filters over one, three and five words, of which each keeps its strongest answer.

    Kim, Convolutional neural networks for sentence classification (arXiv 1408.5882), with these
    widths for its 3, 4 and 5, and dropout on the words.
    """
    trunk = [
        node("embedding", "Embedding", width=given.sized(16, 64)),
        node("dropout", "Dropout", p=0.2),
        node("turned", "Permute"),
    ]
    for window in _WINDOWS:
        size = {"kernel_size": window, "padding": "same"}
        trunk += [
            node(f"conv_{window}", "Conv1d", units=64, **size, inputs=["turned"]),
            node(f"relu_{window}", "ReLU"),
            node(f"strongest_{window}", "GlobalMaxPool"),
        ]
    found = [f"strongest_{window}" for window in _WINDOWS]
    return joined(given, [*trunk, node("found", "Concatenate", inputs=found)], "text")


def word_mean(given: Given) -> Nodes:
    """The mean of the words' vectors, and a layer that bends it (arXiv 1607.01759, with a hidden layer)."""
    trunk = [
        node("embedding", "Embedding", width=given.sized(16, 64)),
        node("mean", "SequencePooling", mode="mean"),
        node("linear_1", "Linear", units=64),
        node("relu_1", "ReLU"),
    ]
    return joined(given, trunk, "text")


TEMPLATES = (
    Template("text_cnn", "Text CNN", "Looks for telling words and phrases: a good start.", text_cnn, _READS),
    Template("word_mean", "Word mean", "The mean of all words, whatever their order.", word_mean, _READS),
)
