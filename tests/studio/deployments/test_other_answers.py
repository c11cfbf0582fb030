"""Report and model page of forecasts with ranges and of labels, which really were trained."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from html import unescape

import pytest
from django.urls import reverse

from tests.studio.deployments.conftest import ROOT

pytestmark = pytest.mark.django_db

DAYS = "day,sales,cost\n" + "".join(f"{day},{day % 9},{(day % 4) * 100}\n" for day in range(140))
TAGS = "x,z,tags\n" + "".join(
    f"{row % 10},{row % 7},{'warm;<b>late</b>' if row % 10 > 5 else 'warm' if row % 7 > 2 else 'cold'}\n"
    for row in range(140)
)
CASES = {
    "forecast": (DAYS, "sales", {
        "data": {"task": "forecast", "target": ["sales", "cost"], "split": {"method": "time"},
                 "roles": {"day": "time", "sales": "target", "cost": "target"},
                 "series": {"window": 6, "horizon": 3}},
        "network": {"main": [{"id": "gru", "layer": "GRU", "inputs": ["series"], "hidden_size": 4}]},
        "fit": {"objective": {"name": "Quantile"}},
    }),
    "labels": (TAGS, "tags", {"data": {"task": "multilabel"}}),
}  # fmt: skip


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A function that trains a case once and answers what that left."""
    done = {}

    def made(case):
        if case not in done:
            folder = tmp_path_factory.mktemp(case)
            content, target, changes = CASES[case]
            (folder / "data.csv").write_text(content)
            (folder / "changes.json").write_text(json.dumps(changes))
            room = folder / "left"
            room.mkdir()
            command = [sys.executable, "-m", "tests.studio.deployments.train_once", folder / "data.csv",
                       target, room, folder / "changes.json"]  # fmt: skip
            subprocess.run(command, cwd=ROOT, check=True, env=os.environ | {"OMP_NUM_THREADS": "1"})
            names = ("info", "recipe", "events", "report", "checked")
            done[case] = {name: json.loads((room / f"{name}.json").read_text()) for name in names}
            done[case]["folder"] = room
        return done[case]

    return made


def page_of(client, run, name="report"):
    response = client.get(reverse(f"deployments:{name}", args=[run.pk]))
    assert response.status_code == 200
    return response.content.decode()


def test_the_report_of_a_forecast_shows_curves_steps_and_a_line_for_each_number(
    owner_client, model_of, trained
):
    model = model_of(trained("forecast"))

    page = unescape(page_of(owner_client, model.run))

    for text in (
        "Forecast and truth",
        "Error by step",
        "Per number",
        "sales +3",
        "cost +1",
        "Within the range",
        "Saying the last seen value again",
        "of the true values; 90% is wanted.",
    ):
        assert text in page
    assert "Confusion matrix" not in page


def test_a_forecast_is_tried_with_rows_and_answers_with_ranges(owner_client, model_of, trained):
    model = model_of(trained("forecast"))
    assert "The last 6 rows or more" in page_of(owner_client, model.run, "model")

    tried = owner_client.post(
        reverse("deployments:try", args=[model.run.pk]),
        {"rows": "\n".join(DAYS.splitlines()[:9])},
        headers={"HX-Request": "true"},
    ).content.decode()

    assert "6 numbers" in tried and "sales +1" in tried
    assert tried.count(" to ") == 6


def test_the_report_of_labels_shows_a_line_for_each_and_names_literally(owner_client, model_of, trained):
    model = model_of(trained("labels"))

    page = page_of(owner_client, model.run)

    for text in ("Per label", "Micro F1", "Subset accuracy", "ROC curve", "&lt;b&gt;late&lt;/b&gt;"):
        assert text in page
    assert "<b>late" not in page


def test_labels_are_tried_with_a_row(owner_client, model_of, trained):
    model = model_of(trained("labels"))

    tried = owner_client.post(
        reverse("deployments:try", args=[model.run.pk]),
        {"f0": "8", "f1": "1"},
        headers={"HX-Request": "true"},
    ).content.decode()

    assert tried.count('<span title="') == 3


def test_the_run_page_says_task_targets_and_metrics(owner_client, run_of, trained):
    page = owner_client.get(reverse("runs:detail", args=[run_of(trained("forecast")).pk])).content.decode()

    for text in ("A forecast", "sales, cost", "Quantile", "Pinball loss", "MASE"):
        assert text in page
