"""Recurrent layers against PyTorch's own."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from training.layers import CATALOG, Shape
from training.modules.recurrent import Recurrent

LENGTHS = torch.tensor([7, 4, 1])
X = torch.randn(3, 7, 5, generator=torch.Generator().manual_seed(1))
PADDING = torch.arange(7) >= LENGTHS[:, None]


def pair(kind: str, ways: int, **options: object) -> tuple[Recurrent, nn.Module]:
    """Ours and PyTorch's, with the same weights."""
    ours = Recurrent(kind, 5, 6, num_layers=2, bidirectional=ways == 2, **options)
    theirs = getattr(nn, kind)(5, 6, num_layers=2, bidirectional=ways == 2, batch_first=True)
    for (_, target), source in zip(theirs.named_parameters(), ours.parameters(), strict=True):
        target.data.copy_(source.data)
    return ours, theirs


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
@pytest.mark.parametrize("ways", [1, 2])
def test_it_gives_what_pytorch_gives_for_packed_sequences(kind, ways):
    ours, theirs = pair(kind, ways, whole=True)
    packed = nn.utils.rnn.pack_padded_sequence(X, LENGTHS, batch_first=True)

    steps, state = theirs(packed)
    wanted, _ = nn.utils.rnn.pad_packed_sequence(steps, batch_first=True)
    state = state[0] if kind == "LSTM" else state

    torch.testing.assert_close(ours(X, PADDING), wanted)
    ours.whole = False
    torch.testing.assert_close(ours(X, PADDING), state[-ways:].transpose(0, 1).flatten(1))


@pytest.mark.parametrize("ways", [1, 2])
def test_a_series_without_padding_is_read_to_its_end(ways):
    ours, theirs = pair("LSTM", ways, whole=True)

    torch.testing.assert_close(ours(X), theirs(X)[0])


def test_all_steps_of_a_text_stay_padded_and_the_last_state_is_plain():
    text = Shape((20, 8), padded=0)

    assert CATALOG["GRU"](answer="all steps", bidirectional=True).output(text) == Shape((20, 128), padded=0)
    assert CATALOG["GRU"]().output(text) == Shape((64,))


def test_dropout_between_layers_acts_while_training_only():
    module = Recurrent("GRU", 5, 6, num_layers=2, dropout=0.5)

    assert not torch.equal(module(X), module(X))
    assert torch.equal(module.eval()(X), module(X))
