"""Augmentation: what it does to pictures and numbers, to which rows, and that nothing else changes."""

from __future__ import annotations

import pytest
import torch

from tests.training.made import CONVOLVED, encoded_for, only, pictures_for, recipe_for, run
from training.augment import Mixed, augmented, is_on
from training.events import EpochEnded
from training.recipe import Augment

PICTURES = torch.arange(3 * 2 * 6 * 8, dtype=torch.uint8).reshape(3, 2, 6, 8)
TARGET = torch.tensor([0, 1, 2])


def changed(**settings):
    torch.manual_seed(4)
    (pictures,), target = augmented(Augment(**settings), (PICTURES,), TARGET)
    assert pictures.shape == PICTURES.shape and pictures.dtype == torch.float32
    return pictures


def test_nothing_is_on_by_default():
    assert not is_on(Augment()) and is_on(Augment(noise=0.1))


@pytest.mark.parametrize(("flip", "dims"), [("horizontal", [3]), ("vertical", [2]), ("both", [2, 3])])
def test_every_picture_is_itself_or_mirrored(flip, dims):
    torch.manual_seed(4)
    pictures = PICTURES.float().repeat(20, 1, 1, 1)
    (flipped,), _ = augmented(Augment(flip=flip), (pictures.to(torch.uint8),), torch.zeros(60))

    choices = [pictures]
    for dim in dims:
        choices += [each.flip(dim) for each in choices]
    found = torch.stack([(flipped - each).abs().amax(dim=(1, 2, 3)) < 0.02 for each in choices])
    assert found.any(dim=0).all() and found.any(dim=1).all()


def test_a_half_turn_is_a_flip_of_both(monkeypatch):
    monkeypatch.setattr(torch, "rand", lambda *size, **_: torch.ones(*size))

    turned = changed(rotate=180.0)

    assert torch.allclose(turned, PICTURES.float().flip((2, 3)), atol=0.02)


def test_a_quarter_turn_keeps_the_proportions(monkeypatch):
    monkeypatch.setattr(torch, "rand", lambda *size, **_: torch.ones(*size))
    bar = torch.zeros(1, 1, 9, 15, dtype=torch.uint8)
    bar[:, :, 4, 5:10] = 255  # 5 wide, 1 high

    (turned,), _ = augmented(Augment(rotate=90.0), (bar,), TARGET[:1])

    assert (turned[0, 0] > 128).nonzero().tolist() == [[row, 7] for row in range(2, 7)]


def test_a_shift_moves_by_a_share_of_the_size(monkeypatch):
    monkeypatch.setattr(torch, "rand", lambda *size, **_: torch.ones(*size))

    moved = changed(shift=0.5)

    assert torch.allclose(moved[:, :, :3, :4], PICTURES[:, :, 3:, 4:].float(), atol=0.02)


def test_a_crop_enlarges_the_middle(monkeypatch):
    monkeypatch.setattr(torch, "rand", lambda *size, **_: torch.ones(*size))
    square = torch.zeros(1, 1, 8, 8, dtype=torch.uint8)
    square[:, :, 2:6, 2:6] = 200

    (cropped,), _ = augmented(Augment(crop=0.5), (square,), TARGET[:1])

    assert (cropped > 100).all()


def test_noise_on_pictures_stays_between_black_and_white():
    noisy = changed(noise=0.5)

    assert noisy.min() == 0 and noisy.max() == 255
    assert changed(noise=0.1).sub(PICTURES).std() > 10


def test_noise_changes_numbers_and_leaves_codes():
    torch.manual_seed(4)
    numbers, codes = torch.zeros(1_000, 2), torch.arange(1_000)[:, None]

    (noisy, same), target = augmented(Augment(noise=0.3), (numbers, codes), TARGET)

    assert noisy.std() == pytest.approx(0.3, rel=0.1)
    assert torch.equal(same, codes) and target is TARGET


def test_mixup_blends_rows_and_the_loss_blends_their_targets():
    torch.manual_seed(4)
    numbers, target = torch.eye(3) * 10, torch.tensor([0, 1, 2])

    (mixed,), (first, second, share) = augmented(Augment(mixup=0.4), (numbers,), target)

    assert 0.5 <= share < 1 and torch.equal(first, target)
    assert torch.allclose(mixed, share * numbers + (1 - share) * numbers[second])
    loss = torch.nn.CrossEntropyLoss()
    expected = share * loss(mixed, first) + (1 - share) * loss(mixed, second)
    assert torch.allclose(Mixed(loss)(mixed, (first, second, share)), expected)
    assert torch.allclose(Mixed(loss)(mixed, first), loss(mixed, first))


@pytest.mark.parametrize("made", [encoded_for, pictures_for])
def test_only_training_rows_are_changed(tmp_path, made):
    nodes = {} if made is encoded_for else {"nodes": CONVOLVED}
    told = [
        run(recipe_for("multiclass", epochs=1, **nodes, **more), made("multiclass"), tmp_path / str(at))
        for at, more in enumerate({"optimizer": {"name": "SGD", "lr": 1e-9}, "augment": {"noise": each}}
                                   for each in (0.0, 5.0))
    ]  # fmt: skip

    plain, noisy = (only(each, EpochEnded)[0].metrics for each in told)
    assert noisy["training"]["loss"] > 1.01 * plain["training"]["loss"]
    if made is encoded_for:  # batch normalisation remembers what it saw
        assert noisy["validation"]["loss"] == pytest.approx(plain["validation"]["loss"], rel=1e-6)
