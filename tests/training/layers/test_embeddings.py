"""Vectors for words, categories, numbers and columns; members of an ensemble; RealMLP's parts."""

from __future__ import annotations

import pytest
import torch

from training.build import construct
from training.layers import CATALOG, Shape
from training.modules.embeddings import CategoryEmbedding, FeatureTokenizer, PiecewiseLinearEmbedding
from training.modules.ensemble import BatchEnsembleLinear, Ensemble, MemberLinear
from training.modules.realmlp import NTKLinear, ParametricActivation

NUMBERS = torch.randn(200, 3, generator=torch.Generator().manual_seed(1)) * torch.tensor([1.0, 50.0, 0.0])


def test_padding_is_zeros_and_a_text_stays_padded():
    text = Shape((6,), "tokens", sizes=(30,), padded=0)
    layer = CATALOG["Embedding"](width=4)

    assert layer.output(text) == Shape((6, 4), padded=0)
    assert not construct(layer.construct(text))(torch.tensor([[5, 3, 0]]))[0, 2].any()


def test_each_column_has_vectors_of_its_own_and_unknown_begins_at_zero():
    module = CategoryEmbedding([4, 9], 3, flat=False)

    output = module(torch.tensor([[0, 2], [2, 0]]))

    assert output.shape == (2, 2, 3)
    assert not output[0, 0].any() and not output[1, 1].any()
    assert torch.equal(output[0, 1], module.embedding.weight[4 + 2])


def encoded(module: PiecewiseLinearEmbedding, x: torch.Tensor) -> torch.Tensor:
    """The bins themselves: without mixing."""
    module.weight.data.copy_(torch.eye(module.left.shape[1]).expand_as(module.weight))
    module.bias.data.zero_()
    return module(x)


def test_bins_hold_like_shares_of_the_training_rows():
    module = PiecewiseLinearEmbedding(3, 4, bins=4, activation=False, flat=False)

    module.prepare(NUMBERS)
    ways = encoded(module, NUMBERS)

    passed = (ways[:, :2, :3] >= 1).float().mean(dim=0)
    assert passed == pytest.approx(torch.tensor([[0.75, 0.5, 0.25]] * 2), abs=0.02)
    assert not ways[:, 2].any()  # a constant column says nothing


def test_bins_follow_the_papers_formula_also_outside_and_where_quantiles_coincide():
    module = PiecewiseLinearEmbedding(1, 3, bins=3, activation=False, flat=False)
    module.prepare(torch.tensor([[0.0], [0.0], [1.0], [3.0]]))

    ways = encoded(module, torch.tensor([[-1.0], [0.5], [2.0], [5.0]]))

    assert ways[:, 0].tolist() == [[0, -1, 0], [0, 0.5, 0], [0, 1, 0.5], [0, 1, 2]]


def test_what_was_prepared_is_saved_with_the_weights():
    one, other = PiecewiseLinearEmbedding(3, 2, bins=4), PiecewiseLinearEmbedding(3, 2, bins=4)
    one.prepare(NUMBERS)

    other.load_state_dict(one.state_dict())

    assert torch.equal(one(NUMBERS), other(NUMBERS))


@pytest.mark.parametrize("rows", [1, 2, 10_000])
def test_bins_can_be_learned_from_few_and_from_many_rows(rows):
    module = PiecewiseLinearEmbedding(500, 1, bins=64)

    module.prepare(torch.randn(rows, 500))

    assert module(torch.randn(4, 500)).isfinite().all()


def test_the_tokenizer_puts_its_token_first_then_numbers_then_categories():
    module = FeatureTokenizer(2, [3], 4)
    numbers, codes = torch.tensor([[0.0, 2.0]]), torch.tensor([[1]])

    tokens = module(numbers, codes)[0]

    assert torch.equal(tokens, module(codes, numbers)[0])
    assert torch.equal(tokens[0], module.token[0])
    assert torch.equal(tokens[1], module.shift[0])
    assert torch.equal(tokens[3], module.embedding.weight[1])


def test_members_see_the_row_by_signs_and_share_what_is_not_their_own():
    x = torch.randn(5, 6)
    members = Ensemble(6, 4)(x)
    shared, own = BatchEnsembleLinear(4, 6, 3), MemberLinear(4, 6, 3)

    assert torch.equal(members.abs(), x.abs().unsqueeze(1).expand(-1, 4, -1))
    torch.testing.assert_close(shared(members)[:, 2], members[:, 2] @ shared.weight.T + shared.bias[2])
    torch.testing.assert_close(own(members)[:, 2], members[:, 2] @ own.weight[2] + own.bias[2])


def test_one_member_does_not_move_another():
    module, x = BatchEnsembleLinear(3, 4, 2), torch.randn(5, 3, 4)
    before = module(x)

    with torch.no_grad():
        module.scale_in[0] *= 2

    assert not torch.equal(module(x)[:, 0], before[:, 0])
    assert torch.equal(module(x)[:, 1:], before[:, 1:])


def test_an_ntk_linear_gives_values_of_one_size_at_any_width():
    torch.manual_seed(0)
    sizes = [NTKLinear(width, 400, bias=False)(torch.randn(50, width)).std().item() for width in (4, 2_000)]

    assert sizes == pytest.approx([1, 1], abs=0.2)


def test_a_parametric_activation_begins_as_the_activation_and_can_become_straight():
    module, x = ParametricActivation(4, "ReLU"), torch.randn(3, 4)

    torch.testing.assert_close(module(x), x.relu())
    module.share.data.zero_()
    assert torch.equal(module(x), x)
