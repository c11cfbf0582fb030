"""The palette: every layer has a sentence, and is found by what people call it elsewhere."""

from __future__ import annotations

import pytest

from studio.networks.cards import palette, searchable
from training.layers import CATALOG

ITEMS = [item for family in palette(["numbers"]) for item in family.items]
# What the issue asks for, family by family, as PyTorch calls it where it has it.
WANTED = """
Linear Flatten Reshape Permute Dropout Dropout1d Dropout2d GaussianNoise Identity
ReLU LeakyReLU PReLU ELU SELU GELU SiLU Mish Sigmoid Tanh Softplus Hardswish Softmax GLU
Conv1d Conv2d Conv3d ConvTranspose1d ConvTranspose2d DepthwiseSeparableConv2d
MaxPool1d MaxPool2d MaxPool3d AvgPool1d AvgPool2d AvgPool3d
AdaptiveAvgPool1d AdaptiveAvgPool2d AdaptiveAvgPool3d AdaptiveMaxPool1d AdaptiveMaxPool2d AdaptiveMaxPool3d
GlobalAvgPool GlobalMaxPool Upsample
RNN LSTM GRU
MultiheadSelfAttention PositionalEncoding TransformerEncoderLayer ClassToken SequencePooling
BatchNorm1d BatchNorm2d BatchNorm3d LayerNorm GroupNorm InstanceNorm1d InstanceNorm2d InstanceNorm3d RMSNorm
Embedding CategoryEmbedding PeriodicEmbedding PiecewiseLinearEmbedding FeatureTokenizer BatchEnsembleLinear
Add Concatenate Multiply Average Subtract Maximum
ResidualMLP GatedResidual ConvNormActivation ResNetBasic ResNetBottleneck InvertedResidual
SqueezeExcite TemporalBlock
"""


def found(typed: str) -> set[str]:
    """As static/js/builder-palette.js filters: every word stands in what is searched."""
    words = searchable(typed).split()
    return {
        item.name
        for item in ITEMS
        if all(word in item.search or f"={word}" in item.squeezed for word in words)
    }


def test_every_layer_is_in_the_palette_once_with_its_sentence():
    assert set(WANTED.split()) <= set(CATALOG)
    assert sorted(item.name for item in ITEMS) == sorted(CATALOG)
    assert all(item.summary.endswith(".") for item in ITEMS)


@pytest.mark.parametrize("name", CATALOG)
def test_a_layer_is_found_by_its_name_and_its_other_names(name):
    for typed in (name, name.lower(), CATALOG[name].title, *CATALOG[name].also):
        assert name in found(typed), typed


@pytest.mark.parametrize(
    ("typed", "layer"),
    [
        ("Dense", "Linear"),
        ("fully connected", "Linear"),
        ("Conv2D", "Conv2d"),
        ("Conv2DTranspose", "ConvTranspose2d"),
        ("SeparableConv2D", "DepthwiseSeparableConv2d"),
        ("MaxPooling2D", "MaxPool2d"),
        ("AveragePooling1D", "AvgPool1d"),
        ("GlobalAveragePooling2D", "GlobalAvgPool"),
        ("GlobalMaxPooling1D", "GlobalMaxPool"),
        ("UpSampling2D", "Upsample"),
        ("SimpleRNN", "RNN"),
        ("bidirectional", "LSTM"),
        ("MultiHeadAttention", "MultiheadSelfAttention"),
        ("BatchNormalization", "BatchNorm2d"),
        ("batch normalization", "BatchNorm1d"),
        ("LayerNormalization", "LayerNorm"),
        ("SpatialDropout2D", "Dropout2d"),
        ("regularize", "Dropout"),
        ("Swish", "SiLU"),
        ("BERT", "TransformerEncoderLayer"),
        ("CLS", "ClassToken"),
        ("skip connection", "Add"),
        ("TabM", "BatchEnsembleLinear"),
        ("FT-Transformer", "FeatureTokenizer"),
        ("MBConv", "InvertedResidual"),
        ("TCN", "TemporalBlock"),
    ],
)
def test_the_usual_other_names_find_it(typed, layer):
    assert layer in found(typed)


def test_letters_that_meet_across_words_find_nothing():
    assert found("Dense") == {"Linear"}, "not the packed ensemble"
