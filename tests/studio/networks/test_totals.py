"""What a draft costs, in the words of the builder."""

from __future__ import annotations

import pytest

from studio.networks import totals
from studio.networks.page import Page


def put(post, path, value):
    post([{"do": "put", "path": path, "value": value}], name="training_edit")


def test_the_totals_name_all_that_a_run_will_cost(network, owner_client):
    page = owner_client.get(f"/networks/{network.pk}/").content.decode()

    for title in (
        "Parameters",
        "Multiply-adds per row",
        "Model size",
        "Memory, batch",
        "One epoch on",
        "The longest run",
    ):
        assert f"<dt>{title}" in page
    costs = Page(network).totals
    assert "MB" in costs.memory or "kB" in costs.memory
    assert costs.steps_per_epoch * network.draft["fit"]["epochs"] == costs.most_steps


def test_frozen_parameters_are_told_apart(post, network):
    assert Page(network).totals.frozen == ""

    post([{"do": "set", "node": "linear_1", "field": "frozen", "value": True}])

    assert Page(network).totals.frozen == f"{Page(network).checked.card('linear_1').parameters:,}"


@pytest.mark.parametrize(
    ("device", "has_gpu", "title"),
    [
        ("cpu", True, "One epoch on the CPU"),
        ("auto", False, "One epoch on the CPU"),
        ("auto", True, "One epoch on a GPU"),
        ("cuda:1", False, "One epoch on a GPU"),
        ("<b>", False, "One epoch on the CPU"),
    ],
)
def test_an_epochs_time_is_that_of_the_chosen_device(monkeypatch, post, network, device, has_gpu, title):
    monkeypatch.setattr(totals, "may_have_gpu", lambda: has_gpu)
    put(post, "fit.device", device)

    assert Page(network).totals.epoch_title == title


def test_more_rows_in_a_batch_take_more_memory_and_fewer_steps(post, network):
    put(post, "fit.batch_size", 16)
    small = Page(network).totals
    put(post, "fit.batch_size", 512)
    large = Page(network).totals

    assert small.memory != large.memory
    assert small.steps_per_epoch > large.steps_per_epoch
    assert small.step_seconds < large.step_seconds


def test_what_is_not_known_yet_is_a_dash(post, network):
    put(post, "fit.batch_size", "many")
    costs = Page(network).totals
    assert costs.epoch_time == costs.longest_time == totals.NOTHING

    post([{"do": "set", "node": "linear_1", "field": "units", "value": 0}])
    costs = Page(network).totals
    assert costs.multiply_adds == costs.model_size == costs.memory == totals.NOTHING and not costs.whole
