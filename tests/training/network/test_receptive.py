"""A picture's places that are pooled should have seen the picture."""

from __future__ import annotations

import pytest

from training.layers import CATALOG, Shape
from training.network import Head, check

HEAD = Head("Output", CATALOG["Linear"].read({"units": 3}, "head"))
CONV, POOL = {"layer": "Conv2d", "units": 4, "padding": "same"}, {"layer": "MaxPool2d"}
GLOBAL, FLAT = {"layer": "GlobalAvgPool"}, {"layer": "Flatten"}
ONE = {"layer": "AdaptiveAvgPool2d", "size": 1}


def seen(*layers):
    """What the warnings say of pixels: (seen, of) or None."""
    nodes = [{"id": f"n{number}", **each} for number, each in enumerate([{"layer": "Pixels"}, *layers])]
    found = check(nodes, {"picture": Shape((3, 28, 28), "picture")}, HEAD)
    assert found.ok, found.problems
    said = [each.message for each in found.warnings if "pixels in a row" in each.message]
    return [int(word) for word in said[0].replace("'s", "").split() if word.isdigit()] if said else None


@pytest.mark.parametrize(
    ("layers", "field"),
    [
        pytest.param([CONV, GLOBAL], [3, 28], id="one convolution"),
        pytest.param([CONV, POOL, CONV, GLOBAL], [8, 28], id="pooling doubles the step"),
        pytest.param([CONV | {"dilation": 4}, CONV | {"stride": 2}, GLOBAL], [11, 28], id="dilation"),
        pytest.param([CONV, ONE, FLAT], [3, 28], id="pooled to one place"),
        pytest.param([{"layer": "ResNetBasic"}, GLOBAL], [5, 28], id="block"),
        pytest.param([CONV, {"layer": "SqueezeExcite"}, GLOBAL], [3, 28], id="a gate is no end"),
        pytest.param([CONV, FLAT], None, id="flattened: the next layer sees all"),
        pytest.param([CONV | {"kernel_size": 29}, GLOBAL], None, id="a large window"),
        pytest.param([CONV, POOL, CONV, POOL, CONV, POOL, CONV, GLOBAL], None, id="deep enough"),
    ],
)  # fmt: skip
def test_a_network_that_sees_parts_only_is_warned_about(layers, field):
    assert seen(*layers) == field
