"""Searches for a learning rate and a batch size: asked for, shown, taken over, cancelled."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from studio.jobs import queue
from studio.jobs.models import Outcome
from studio.networks import search_chart, searches
from studio.networks.models import Search

LR, BATCH_SIZE = Search.Kind.LR, Search.Kind.BATCH_SIZE
RATES = {
    "lr": [10.0 ** (-6 + number / 10) for number in range(61)],
    "loss": [0.7 - number / 200 for number in range(50)] + [0.5 + number / 4 for number in range(11)],
    "suggested": 0.0031,
}
SIZES = {
    "batch_size": [16, 32, 64],
    "rows_per_second": [900.0, 4_000.0, 4_100.0],
    "largest": 64,
    "suggested": 32,
}


@pytest.fixture
def ask(owner_client, network):
    """ask("search_begin", LR): the piece of the page that comes back."""

    def send(name, kind, method="post"):
        answer = getattr(owner_client, method)(reverse(f"networks:{name}", args=[network.pk, kind]))
        assert answer.status_code == 200
        return answer.content.decode()

    return send


def ended(network, kind, result=None, error=None):
    """A search that a worker has seen through."""
    searches.begin(None, network, kind)
    search = queue.claim(Search, "worker")
    if result:
        search.on_messages([{"found": result}])
    queue.conclude(search, Outcome(error=error))
    return Search.objects.get(pk=search.pk)


def test_the_training_page_offers_both_with_a_sentence(owner_client, network):
    page = owner_client.get(reverse("networks:training", args=[network.pk])).content.decode()

    assert "Find a learning rate" in page and "Find a batch size" in page
    assert "watches where the loss falls fastest" in page


def test_a_search_is_queued_on_the_draft_as_it_is_and_its_piece_asks_again(ask, network):
    piece = ask("search_begin", LR)

    search = network.searches.get()
    assert search.recipe == network.draft and search.state == "queued"
    assert reverse("networks:search", args=[network.pk, LR]) in piece and "Waiting for a free device" in piece
    assert "Trying" not in piece
    queue.claim(Search, "worker")
    assert "Trying" in ask("search", LR, "get")


def test_what_was_found_is_drawn_and_can_be_taken_over(ask, post, network):
    ended(network, LR, RATES)

    piece = ask("search", LR, "get")
    assert "The loss falls fastest at 0.0031." in piece and "hx-trigger" not in piece
    assert "Set the learning rate to 0.0031" in piece and "<polyline" in piece
    post([{"do": "put", "path": "fit.optimizer.lr", "value": 0.0031}], name="training_edit")
    assert "Set the learning rate" not in ask("search", LR, "get")


def test_a_batch_size_is_shown_as_bars_with_the_suggested_one_marked(ask, network):
    ended(network, BATCH_SIZE, SIZES)

    piece = ask("search", BATCH_SIZE, "get")

    assert "32 rows a step are almost as fast as any; 64 were tried and fit." in piece
    assert piece.count("search-bar") == 2 and piece.count("search-best") == 1
    assert "Set the batch size to 32" in piece


def test_a_loss_that_falls_at_no_rate_suggests_nothing(ask, network):
    ended(network, LR, RATES | {"suggested": None})

    piece = ask("search", LR, "get")

    assert "The loss falls at no rate" in piece and "data-edits" not in piece


def test_later_edits_make_a_search_old_and_what_it_found_does_not(ask, post, network):
    ended(network, LR, RATES)
    old = "have changed since then"

    post([{"do": "put", "path": "fit.batch_size", "value": 64}], name="training_edit")
    assert old not in ask("search", LR, "get")
    answer = post([{"do": "put", "path": "fit.seed", "value": 7}], name="training_edit")
    assert old in ask("search", LR, "get") and old in answer.content.decode()


def test_a_draft_that_cannot_be_trained_is_not_searched(ask, post, network):
    post([{"do": "put", "path": "fit.epochs", "value": 0}], name="training_edit")

    piece = ask("search_begin", LR)

    assert 'role="alert"' in piece and "Epochs must be 1 or more" in piece
    assert not network.searches.exists()


def test_the_error_of_a_search_is_shown_in_its_place(ask, network):
    ended(
        network,
        BATCH_SIZE,
        error={"message": "Not even 16 rows fit.", "hint": "Use fewer units.", "kind": "x"},
    )

    assert "Not even 16 rows fit. Use fewer units." in ask("search", BATCH_SIZE, "get")


def test_another_search_takes_the_place_of_the_former_whose_worker_is_refused(ask, network):
    ask("search_begin", LR)
    former = queue.claim(Search, "worker")

    ask("search_begin", LR)

    assert network.searches.get().pk != former.pk
    with pytest.raises(queue.LeaseLost):
        former.on_messages([{"found": RATES}])
    assert "Find a learning rate" in ask("search_drop", LR)
    assert not network.searches.exists()


def test_there_are_no_other_searches(owner_client, network):
    assert owner_client.get(reverse("networks:search", args=[network.pk, "luck"])).status_code == 404


def test_the_chart_stays_inside_of_its_box_and_is_a_table_too():
    chart = search_chart.of_rates(RATES)

    points = [tuple(map(float, point.split(","))) for point in chart.line.split()]
    assert len(points) == 61 and all(0 <= x <= 100 and 0 <= y <= 100 for x, y in points)
    assert [tick.text for tick in chart.x_ticks] == [
        "10⁻⁶",
        "10⁻⁵",
        "10⁻⁴",
        "0.001",
        "0.01",
        "0.1",
        "1",
    ]
    assert len(chart.lines) <= 24 and chart.mark.text == "0.0031"
    assert re.fullmatch(r"The loss as the learning rate grows from 0\.000001 to 1\.", chart.label)


def test_one_size_alone_has_a_chart():
    only = {"batch_size": [10], "rows_per_second": [5.0], "largest": 10, "suggested": 10}

    assert len(search_chart.of_sizes(only).bars) == 1
    flat = search_chart.of_rates({"lr": [1e-6, 1e-5], "loss": [0.5, 0.5], "suggested": None})
    assert flat.mark is None and len(flat.line.split()) == 2


def test_a_search_can_be_asked_for_and_read_over_rest(owner_client, network):
    url = f"/api/v1/networks/{network.pk}/searches/lr"
    assert owner_client.get(url).status_code == 404

    assert owner_client.post(url).json()["state"] == "queued"
    ended(network, LR, RATES)

    found = owner_client.get(url).json()
    assert (found["state"], found["result"]["suggested"]) == ("done", 0.0031)
