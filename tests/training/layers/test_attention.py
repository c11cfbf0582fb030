"""Attention against PyTorch's own, and the Transformer block that is made of it."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from training.build import construct
from training.layers import CATALOG, Misfit, Shape
from training.modules.attention import MultiheadSelfAttention, PositionalEncoding

X = torch.randn(3, 7, 8, generator=torch.Generator().manual_seed(1))
PADDING = torch.arange(7) >= torch.tensor([7, 4, 1])[:, None]


def test_it_gives_what_pytorchs_attention_gives():
    ours, theirs = MultiheadSelfAttention(8, 2), nn.MultiheadAttention(8, 2, batch_first=True)
    theirs.in_proj_weight.data.copy_(ours.in_proj.weight.data)
    theirs.in_proj_bias.data.copy_(ours.in_proj.bias.data)
    theirs.out_proj.load_state_dict(ours.out_proj.state_dict())

    torch.testing.assert_close(ours(X, PADDING), theirs(X, X, X, key_padding_mask=PADDING)[0])


def by_hand(block, x: torch.Tensor, weights: dict[str, nn.Module]) -> torch.Tensor:
    values = {"in": x}
    for inner in block.walked(Shape((7, 8))):
        taken = [values[source] for source in inner.sources]
        call = inner.layer.construct(*inner.shapes)
        values[inner.id] = sum(taken) if call.is_function else weights.get(inner.id, construct(call))(*taken)
    return values[inner.id]


@pytest.mark.parametrize("norm_first", [True, False])
def test_the_transformer_block_gives_what_pytorchs_gives(norm_first):
    theirs = nn.TransformerEncoderLayer(8, 2, 16, 0.0, batch_first=True, norm_first=norm_first)
    attention = MultiheadSelfAttention(8, 2)
    attention.in_proj.weight.data.copy_(theirs.self_attn.in_proj_weight.data)
    attention.in_proj.bias.data.copy_(theirs.self_attn.in_proj_bias.data)
    attention.out_proj = theirs.self_attn.out_proj
    weights = {
        "attention": attention, "widen": theirs.linear1, "narrow": theirs.linear2,
        "norm_1": theirs.norm1, "norm_2": theirs.norm2,
    }  # fmt: skip
    block = CATALOG["TransformerEncoderLayer"](
        num_heads=2, dim_feedforward=16, dropout=0.0, norm_first=norm_first
    )

    torch.testing.assert_close(by_hand(block, X, weights), theirs(X))


@pytest.mark.parametrize("name", ["MultiheadSelfAttention", "TransformerEncoderLayer"])
def test_heads_that_do_not_divide_a_step_are_refused_with_a_remedy(name):
    with pytest.raises(Misfit) as caught:
        CATALOG[name](num_heads=4).output(Shape((7, 6)))

    assert caught.value.message == (
        "has 4 heads, which must divide the size of a step, but (B, 7, 6) ends in 6."
    )
    assert caught.value.remedies == (("set", "num_heads", 2), ("insert", "Linear", {"units": 8}))


@pytest.mark.parametrize("mode", ["sinusoidal", "learned"])
@pytest.mark.parametrize("size", [1, 7, 8])
def test_every_place_has_a_vector_of_its_own(mode, size):
    table = PositionalEncoding(5, size, mode)(torch.zeros(1, 5, size))[0]

    assert len(table.unique(dim=0)) == 5


def test_the_sinusoid_is_the_papers():
    table = PositionalEncoding(50, 8)(torch.zeros(1, 50, 8))[0]

    assert table[3, 4].item() == pytest.approx(torch.tensor(3 / 10_000 ** (4 / 8)).sin().item())
    assert table[3, 5].item() == pytest.approx(torch.tensor(3 / 10_000 ** (4 / 8)).cos().item())


def test_a_class_token_lengthens_a_text_that_stays_padded():
    assert CATALOG["ClassToken"]().output(Shape((20, 8), padded=0)) == Shape((21, 8), padded=0)
