"""The training settings: fields from the declarations, saved and judged one by one."""

from __future__ import annotations

import pytest
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

    assert network.draft["fit"]["epochs"] == 100
    assert "section-run" in swapped(answer)


def test_names_that_do_not_exist_are_shown_as_they_are(post, owner_client, network):
    for group in ("optimizer", "schedule", "objective"):
        post(put(f"fit.{group}.name", "<i>none"), name="training_edit", typed=True)
    post(put("fit.stopping.metric", "luck"), name="training_edit", typed=True)

    page = page_of(owner_client, network)

    assert "<i>none" not in page
    assert "There is no optimizer called “&lt;i&gt;none”." in page


def test_every_setting_of_a_fit_that_suits_the_data_is_on_the_page_with_its_sentence(owner_client, network):
    page = page_of(owner_client, network)

    for name in (
        "sampling",
        "accumulation",
        "clip_norm",
        "clip_value",
        "compile",
        "deterministic",
        "threads",
    ):
        assert f'id="f-fit-{name}"' in page
    assert "so that rare ones are seen more" in page
    for name in ("noise", "mixup"):
        assert f'id="f-fit-augment-{name}"' in page
    for of_pictures in ("f-fit-augment-rotate", "f-fit-channels_last", "f-data-encode-picture-size"):
        assert of_pictures not in page
    assert "f-data-encode-text" not in page and "f-data-series" not in page


@pytest.mark.parametrize(
    ("path", "typed", "stored"),
    [
        ("fit.sampling", "balanced", "balanced"),
        ("fit.accumulation", "4", 4),
        ("fit.clip_norm", "0,5", 0.5),
        ("fit.compile", True, True),
        ("fit.threads", "2", 2),
        ("fit.threads", "auto", "auto"),
    ],
)
def test_settings_beyond_the_usual_ones_are_saved_as_what_they_mean(post, network, path, typed, stored):
    answer = post(put(path, typed), name="training_edit", typed=True)

    assert network.draft["fit"][path.partition(".")[2]] == stored
    assert state(answer)["ok"], state(answer)


def test_groups_of_settings_begin_empty_and_keep_what_is_set(post, network):
    for path, value in (
        ("fit.augment.noise", "0.1"),
        ("data.encode.text.length", "128"),
        ("data.encode.picture.channels", "1"),
    ):
        post(put(path, value), name="training_edit", typed=True)

    assert network.draft["fit"]["augment"] == {"noise": 0.1}
    assert network.draft["data"]["encode"]["text"] == {"length": 128}
    assert network.draft["data"]["encode"]["picture"] == {"channels": 1}


def test_a_run_is_counted_in_steps_instead_of_epochs_and_back(post, owner_client, network):
    answer = post(put("fit.counted", "steps"), name="training_edit")
    assert network.draft["fit"]["steps"] == 1_000 and network.draft["fit"]["epochs"] is None
    assert state(answer)["ok"] and "section-run" in swapped(answer)
    assert 'id="f-fit-steps"' in page_of(owner_client, network)

    post(put("fit.counted", "epochs"), name="training_edit")
    assert network.draft["fit"]["steps"] is None and network.draft["fit"]["epochs"] == 100


def test_the_split_offers_only_methods_that_suit_the_task(owner_client, post, network):
    assert 'value="stratified"' in page_of(owner_client, network)
    post(put("data.target", "income"))
    post(put("data.split.method", "random"))

    assert 'value="stratified"' not in page_of(owner_client, network)
    assert "f-fit-sampling" not in page_of(owner_client, network), "a number has no rare classes"


def test_the_fields_of_loss_and_schedule_follow_the_chosen_one(post, owner_client, network):
    post(put("fit.schedule.name", "Step"), name="training_edit")
    answer = post(put("fit.objective.name", "BinaryFocal"), name="training_edit")

    assert "section-run" in swapped(answer)
    page = page_of(owner_client, network)
    assert 'id="f-fit-schedule-every"' in page and 'id="f-fit-objective-gamma"' in page
