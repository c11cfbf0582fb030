"""The training settings: fields from the declarations, saved and judged one by one."""

from __future__ import annotations

from django.urls import reverse

from studio.networks.models import Network
from tests.studio.networks.test_builder import state, swapped


def put(path, value):
    return [{"do": "put", "path": path, "value": value}]


def page_of(client, network: Network) -> str:
    return client.get(reverse("networks:training", args=[network.pk])).content.decode()


def test_the_page_has_the_fields_of_the_recipe_with_a_sentence_each(owner_client, network):
    page = page_of(owner_client, network)

    for field in (
        "fit-epochs",
        "fit-batch_size",
        "fit-optimizer-lr",
        "fit-stopping-patience",
        "fit-seed",
        "fit-device",
        "data-split-validation",
        "data-encode-scale",
        "fit-schedule-name",
    ):
        assert f'id="f-{field}"' in page
    assert "Automatic: Binary cross-entropy" in page
    assert "Too high and the loss jumps" in page


def test_a_changed_field_swaps_no_field_that_people_might_be_in(post, network):
    answer = post(put("fit.batch_size", "128"), name="training_edit", typed=True)

    assert network.draft["fit"]["batch_size"] == 128
    assert not {piece for piece in swapped(answer) if piece.startswith("section")}


def test_a_wrong_value_is_kept_and_explained_beside_its_field(post, owner_client, network):
    answer = post(put("fit.optimizer.lr", "fast"), name="training_edit", typed=True)

    assert network.draft["fit"]["optimizer"]["lr"] == "fast"
    assert "f-fit-optimizer-lr-about" in swapped(answer)
    assert "must be a number, not &#x27;fast&#x27;" in answer.content.decode()
    assert state(answer)["invalid"] == ["f-fit-optimizer-lr"]
    page = page_of(owner_client, network)
    assert 'value="fast"' in page and 'aria-disabled="true"' in page


def test_an_emptied_number_is_a_mistake_and_not_a_default(post, network):
    answer = post(put("fit.epochs", ""), name="training_edit", typed=True)

    assert not state(answer)["ok"]
    assert state(answer)["invalid"] == ["f-fit-epochs"]


def test_another_optimizer_brings_its_own_fields(post, owner_client, network):
    answer = post(put("fit.optimizer.name", "SGD"), name="training_edit", typed=True)

    assert "section-run" in swapped(answer)
    assert 'id="f-fit-optimizer-momentum"' in answer.content.decode()
    assert 'id="f-fit-optimizer-beta1"' not in page_of(owner_client, network)


def test_the_loss_follows_the_task(post, owner_client, network):
    post(put(["data", "target"], "income"))

    page = page_of(owner_client, network)

    assert "Automatic: Mean squared error" in page
    assert "Huber" in page and "Cross-entropy" not in page


def test_undo_works_here_too(post, network):
    post(put("fit.epochs", "7"), name="training_edit", typed=True)

    answer = post([], name="training_undo")

    assert network.draft["fit"]["epochs"] == 200
    assert "section-run" in swapped(answer)


def test_names_that_do_not_exist_are_shown_as_they_are(post, owner_client, network):
    for group in ("optimizer", "schedule", "objective"):
        post(put(f"fit.{group}.name", "<i>none"), name="training_edit", typed=True)
    post(put("fit.stopping.metric", "luck"), name="training_edit", typed=True)

    page = page_of(owner_client, network)

    assert "<i>none" not in page
    assert "There is no optimizer called “&lt;i&gt;none”." in page
