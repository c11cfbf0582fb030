"""Pooling that PyTorch has and ONNX has not."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from training.modules.pooling import AdaptivePool


@pytest.mark.parametrize("size", [1, 3, 4, 9])
@pytest.mark.parametrize("sides", [1, 2, 3])
@pytest.mark.parametrize(("mode", "theirs"), [("mean", "Avg"), ("max", "Max")])
def test_windows_of_any_number_give_what_pytorch_gives_with_its_gradients(mode, theirs, sides, size):
    ours = torch.randn(3, 2, *(7, 5, 6)[:sides], requires_grad=True)
    other = ours.detach().clone().requires_grad_()

    pooled = AdaptivePool(size, mode=mode)(ours)
    wanted = getattr(nn, f"Adaptive{theirs}Pool{sides}d")(size)(other)
    pooled.square().sum().backward()
    wanted.square().sum().backward()

    torch.testing.assert_close(pooled, wanted)
    torch.testing.assert_close(ours.grad, other.grad)
