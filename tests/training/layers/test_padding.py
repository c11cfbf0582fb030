"""What follows a text does not change its result, and a text without words does no harm."""

from __future__ import annotations

import pytest
import torch

from training.build import construct
from training.layers import CATALOG, Shape

STEPS, SIZE = 9, 8
SHAPE = Shape((STEPS, SIZE), padded=0)
MASKING = [
    pytest.param(CATALOG[name](**settings), id=" ".join([name, *map(str, settings.values())]))
    for name, settings in [
        *[
            (name, {"answer": answer, "bidirectional": ways, "num_layers": 2})
            for name in ("RNN", "LSTM", "GRU")
            for answer in ("last step", "all steps")
            for ways in (False, True)
        ],
        ("MultiheadSelfAttention", {}),
        *[("SequencePooling", {"mode": mode}) for mode in ("mean", "max", "first", "last", "attention")],
    ]
]
every_masking_layer = pytest.mark.parametrize("layer", MASKING)
LENGTHS = torch.tensor([5, 3, 1, 0])


def padding_to(steps: int) -> torch.Tensor:
    return torch.arange(steps) >= LENGTHS[:, None]


def texts(steps: int) -> torch.Tensor:
    """The same four texts, the last one empty, with noise where they are over."""
    x = torch.randn(4, STEPS, SIZE, generator=torch.Generator().manual_seed(1))
    noise = torch.randn(4, steps, SIZE)
    x = torch.nn.functional.pad(x[:, :steps], (0, 0, 0, max(0, steps - STEPS)))
    over = padding_to(steps).clone()
    over[3, 0] = False  # the one place that stands for an empty text
    return torch.where(over.unsqueeze(2), noise, x)


def module_of(layer):
    torch.manual_seed(2)
    return construct(layer.construct(SHAPE)).eval()


def real(output: torch.Tensor) -> list[torch.Tensor]:
    """Vectors, or those of the steps that are real."""
    return [
        each[: max(1, length)] if each.dim() == 2 else each
        for each, length in zip(output, LENGTHS, strict=True)
    ]


@every_masking_layer
def test_a_texts_result_does_not_depend_on_how_much_padding_follows(layer):
    module = module_of(layer)

    short, long = module(texts(5), padding_to(5)), module(texts(9), padding_to(9))

    for one, other in zip(real(short), real(long), strict=True):
        torch.testing.assert_close(one, other)


@every_masking_layer
def test_a_text_alone_gives_what_it_gives_among_others(layer):
    module = module_of(layer)
    together = real(module(texts(9), padding_to(9)))

    for row, length in enumerate(LENGTHS.tolist()[:3]):
        alone = module(texts(9)[row : row + 1, :length])[0]
        torch.testing.assert_close(alone, together[row])


@every_masking_layer
def test_an_empty_text_gives_finite_values_and_gradients(layer):
    module, x = module_of(layer).train(), texts(9).requires_grad_()

    output = module(x, torch.ones(4, 9, dtype=torch.bool))
    output.square().sum().backward()

    assert output.isfinite().all() and x.grad.isfinite().all()
    assert all(weight.grad.isfinite().all() for weight in module.parameters())


@every_masking_layer
def test_a_class_token_in_front_is_never_padding(layer):
    module, token = module_of(layer), torch.ones(4, 1, SIZE)
    with_token = torch.cat([token, texts(9)], dim=1)
    padding = torch.cat([torch.zeros(4, 1, dtype=torch.bool), padding_to(9)], dim=1)

    torch.testing.assert_close(module(with_token, padding_to(9)), module(with_token, padding))


def test_every_layer_that_masks_is_tested_here():
    assert {param.values[0].name for param in MASKING} == {
        name for name, layer in CATALOG.items() if layer.masks and layer.family != "pooling"
    }


def test_a_temporal_block_does_not_see_what_follows():
    conv = construct(CATALOG["CausalConv1d"](kernel_size=3, dilation=2).construct(SHAPE))

    torch.testing.assert_close(conv(texts(9))[0, :5], conv(texts(5))[0])
