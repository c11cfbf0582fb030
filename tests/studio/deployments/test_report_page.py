"""The report page in every state, and who may see it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from studio.deployments import services
from studio.deployments.models import Model
from studio.runs.models import Run
from studio.runs.signals import run_ended

pytestmark = pytest.mark.django_db


def get(client: Client, run: Run, name: str = "report", **headers):
    return client.get(reverse(f"deployments:{name}", args=[run.pk]), **headers)


def htmx(client: Client, run: Run, name: str = "report"):
    return get(client, run, name, headers={"HX-Request": "true"})


def test_the_report_of_classes_shows_headline_matrix_curves_and_classes(owner_client, model):
    page = get(owner_client, model.run).content.decode()

    for text in (
        model.report["headline"]["sentence"],
        model.report["baseline"]["title"],
        "Confusion matrix",
        "ROC curve",
        "Per class",
        "Show as table",
        "Gentoo",
    ):
        assert text.replace("'", "&#x27;") in page
    assert f"{model.report['rows']['test']:,} test rows" in page


def test_the_report_of_a_number_shows_predicted_against_true(owner_client, model_of, auto_mpg):
    page = get(owner_client, model_of(auto_mpg).run).content.decode()

    assert "Predicted against true" in page
    assert "Confusion matrix" not in page


def test_names_from_the_data_are_shown_literally(owner_client, model):
    bad = "<img src=x onerror=alert(1)>"
    model.report["classes"][0] = model.report["per_class"][0]["class"] = bad
    model.report["roc"][0]["class"] = bad
    model.save()

    page = get(owner_client, model.run).content.decode()

    assert "<img" not in page
    assert "&lt;img src=x" in page


@pytest.mark.parametrize("name", ["report", "model", "download"])
def test_others_see_nothing(stranger_client, anonymous, model, name):
    assert get(stranger_client, model.run, name).status_code == 404
    assert get(anonymous, model.run, name).status_code == 302


@pytest.mark.parametrize("name", ["again", "try", "score"])
def test_others_change_and_predict_nothing(stranger_client, anonymous, model, name):
    address = reverse(f"deployments:{name}", args=[model.run.pk])

    assert stranger_client.post(address).status_code == 404
    assert anonymous.post(address).status_code == 302


def test_a_run_that_ends_gets_one_model_however_often_it_is_said(run_of, penguins):
    run = run_of(penguins)

    for _ in range(2):
        run_ended.send(sender=Run, run=run)

    assert Model.objects.get(run=run).state == Model.State.QUEUED


def test_while_the_model_is_judged_the_page_asks_again_and_then_reloads(owner_client, run_of, penguins):
    run = run_of(penguins)
    made = Model.objects.create(run=run, state=Model.State.RUNNING)

    rows = penguins["report"]["rows"]["test"]
    page = get(owner_client, run).content.decode()
    assert f"Judging the model on {rows} rows that it has never seen" in page
    assert 'hx-trigger="every 1s"' in page
    assert b"<html" not in htmx(owner_client, run).content

    made.report = penguins["report"]
    made.save()
    assert htmx(owner_client, run).headers["HX-Refresh"] == "true"
    assert "Packing the model" in get(owner_client, run, "model").content.decode()


def test_a_run_that_is_not_over_says_that_its_report_follows(owner_client, run_of, penguins):
    page = get(owner_client, run_of(penguins, state=Run.State.RUNNING)).content.decode()

    assert "The report follows by itself" in page


def test_a_failed_run_says_why_it_has_no_model(owner_client, run_of, penguins):
    run = run_of(penguins, state=Run.State.FAILED)
    Run.objects.filter(pk=run.pk).update(message="The loss became NaN at step 12.")

    page = get(owner_client, run).content.decode()

    assert "has no model" in page and "The loss became NaN at step 12." in page
    assert owner_client.post(reverse("deployments:again", args=[run.pk])).status_code == 409


def test_a_discarded_run_says_that_its_weights_are_gone(owner_client, run_of, penguins):
    page = get(owner_client, run_of(penguins, state=Run.State.DISCARDED)).content.decode()

    assert "It was discarded, and its weights with it." in page


def test_a_failed_packing_keeps_the_report_says_why_and_can_be_tried_again(owner_client, run_of, penguins):
    run = run_of(penguins)
    made = Model.objects.create(
        run=run,
        report=penguins["report"],
        state=Model.State.FAILED,
        message="The disk of this server is full.",
        hint="Free some space.",
    )

    page = get(owner_client, run).content.decode()
    assert "The disk of this server is full. Free some space." in page and "Try again" in page
    assert penguins["report"]["headline"]["title"] in page

    assert owner_client.post(reverse("deployments:again", args=[run.pk])).status_code == 302
    made.refresh_from_db()
    assert (made.state, made.message) == (Model.State.QUEUED, "")
    assert made.report == penguins["report"]


def test_a_model_that_is_made_is_not_made_again(model):
    services.make_again(model.run)

    model.refresh_from_db()
    assert model.state == Model.State.DONE


@pytest.mark.parametrize("name, most", [("report", 7), ("model", 7)])
def test_pages_ask_the_database_a_constant_number_of_times(
    owner_client, model, name, most, django_assert_max_num_queries
):
    get(owner_client, model.run, name)

    with django_assert_max_num_queries(most):
        get(owner_client, model.run, name)
