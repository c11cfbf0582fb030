"""Networks for pictures. They go by the picture's size: small ones are not pooled to nothing."""

from __future__ import annotations

from training.templates.given import Given, Nodes, first_stride, joined, node
from training.templates.template import Template

_READS = ("picture",)
_SMALLEST = 8  # a side below this is not halved again


def _side(given: Given) -> int:
    """The shorter side of the picture, in pixels."""
    return min(given.inputs["picture"].dims[1:])


def cnn(given: Given) -> Nodes:
    """Convolution and pooling in turn, then a dense layer: at 28 × 28 pixels the usual network for MNIST.

    conv32, pool, conv64, pool, conv64, dense64, as in TensorFlow's tutorial for pictures, with padding.
    Larger pictures take more stages, smaller ones fewer pools, and few rows half the filters.
    """
    stride = first_stride(given.inputs["picture"], 64)
    side, stage = -(-_side(given) // stride), 1
    first, next_ones = given.sized(16, 32), given.sized(32, 64)
    trunk = [node("pixels", "Pixels"), *_convolved(1, first, stride)]
    while stage < 3 or side > _SMALLEST:
        if side >= _SMALLEST:
            trunk.append(node(f"pool_{stage}", "MaxPool2d"))
            side //= 2
        stage += 1
        trunk += _convolved(stage, next_ones)
    trunk += [node("flatten", "Flatten"), node("linear_1", "Linear", units=next_ones), node("relu", "ReLU")]
    return joined(given, trunk, "picture")


def _convolved(stage: int, units: int, stride: int = 1) -> Nodes:
    return [
        node(f"conv_{stage}", "Conv2d", units=units, padding="same", **_strided(stride)),
        node(f"relu_{stage}", "ReLU"),
    ]


def _strided(stride: int) -> dict[str, int]:
    """A stride, where there is one, and a kernel that leaves no pixel out."""
    return {"stride": stride, "kernel_size": 2 * (stride // 2) + 3} if stride > 1 else {}


def lenet(given: Given) -> Nodes:
    """LeNet-5 (LeCun et al., Gradient-based learning applied to document recognition, 1998).

    With ReLU for tanh, and all maps joined to all; at 28 or 32 pixels its sizes are the paper's.
    Smaller pictures keep what they have, larger ones are pooled in larger windows.
    """
    stride = first_stride(given.inputs["picture"], 128)
    side = _side(given) // stride
    first = max(1, side // 14)
    second = max(1, min(2, side // first // 5))
    fits = side // first >= 10
    trunk = [
        node("pixels", "Pixels"),
        node("conv_1", "Conv2d", units=6, padding="same", **({"kernel_size": 5} | _strided(stride))),
        node("relu_1", "ReLU"),
        *_averaged("pool_1", first),
        node("conv_2", "Conv2d", units=16, kernel_size=5, padding="valid" if fits else "same"),
        node("relu_2", "ReLU"),
        *_averaged("pool_2", second),
        node("flatten", "Flatten"),
        node("linear_1", "Linear", units=120),
        node("relu_3", "ReLU"),
        node("linear_2", "Linear", units=84),
        node("relu_4", "ReLU"),
    ]
    return joined(given, trunk, "picture")


def _averaged(id: str, window: int) -> Nodes:
    return [node(id, "AvgPool2d", kernel_size=window)] if window > 1 else []


def resnet(given: Given) -> Nodes:
    """A small residual network: a first convolution, residual blocks, the mean over all places.

    The stages of the CIFAR networks of arXiv 1512.03385, twice as wide, with a block each; the last
    one has more, until what it sees is as large as the picture.
    """
    stride = first_stride(given.inputs["picture"], 32)
    side, sees, step = -(-_side(given) // stride), 0, 1
    trunk = [node("pixels", "Pixels"), node("stem", "ConvNormActivation", units=32, stride=stride)]
    while len(trunk) < 5 or sees < side:
        number = len(trunk) - 1
        halves = {"stride": 2} if number in (2, 3) else {}
        trunk.append(node(f"block_{number}", "ResNetBasic", units=min(128, 16 << number), **halves))
        sees += 2 * step
        step *= halves.get("stride", 1)
        sees += 2 * step
    return joined(given, [*trunk, node("pool", "GlobalAvgPool")], "picture")


TEMPLATES = (
    Template("cnn", "CNN", "Convolutions and pooling in turn: a good start for pictures.", cnn, _READS),
    Template(
        "resnet", "Small ResNet", "Residual blocks, for pictures that a CNN finds hard.", resnet, _READS
    ),
    Template("lenet", "LeNet", "The small classic for digits and signs: quick to train.", lenet, _READS),
)
