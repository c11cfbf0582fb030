"""The numbers that Features makes of codes."""

from __future__ import annotations

import torch

from training.layers import Call, Shape
from training.layers.table import Features
from training.modules.tables import Features as Module


def test_small_columns_are_one_hot_and_unknown_is_all_zeros():
    module = Module([4, 3])

    output = module(torch.tensor([[0.5], [-1.0]]), torch.tensor([[2, 0], [3, 1]]))

    assert output.tolist() == [[0.5, 0, 1, 0, 0, 0], [-1.0, 0, 0, 1, 1, 0]]


def test_large_columns_get_a_vector_each_and_unknown_begins_at_zero():
    module = Module([4, 30, 40], one_hot_up_to=5, width=3)

    output = module(torch.tensor([[1, 0, 0], [1, 7, 39]]))

    assert output.shape == (2, 9)
    assert output[0].tolist() == [1, 0, 0, 0, 0, 0, 0, 0, 0]
    assert torch.equal(output[1, 3:6], module.embedding.weight[7])
    assert torch.equal(output[1, 6:], module.embedding.weight[30 + 39])


def test_a_column_at_the_limit_is_still_one_hot():
    categories = Shape((1,), "categories", sizes=(21,))

    assert Features().output(categories).dims == (20,)
    assert Features(one_hot_up_to=19).output(categories).dims == (8,)
    assert Features().construct(categories) == Call("Features", [21], one_hot_up_to=20, width=8)


def test_numbers_alone_pass_as_they_are():
    numbers = torch.randn(3, 4)

    assert torch.equal(Module([])(numbers), numbers)
