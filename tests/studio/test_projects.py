"""Projects: made, switched and renamed by their members; and the home page that lists them."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from studio.accounts.models import Membership, Project
from studio.accounts.services import create_project

pytestmark = pytest.mark.django_db


def shown_project(client) -> str:
    return client.get("/").context["current_project"].name


def test_a_new_project_is_the_current_one(owner_client, owner):
    owner_client.post("/projects/", {"name": "  Power   forecast "})

    assert shown_project(owner_client) == "Power forecast"
    assert Project.objects.visible_to(owner).count() == 2


def test_the_session_stays_in_the_project_that_was_chosen(owner_client, owner, project):
    create_project(user=owner, name="Newer")
    assert shown_project(owner_client) == "Newer"

    owner_client.post(f"/projects/{project.pk}/switch/")

    assert shown_project(owner_client) == "Customer churn"


def test_a_project_can_be_renamed(owner_client, project):
    owner_client.post(f"/projects/{project.pk}/rename/", {"name": "<b>Churn</b>"})

    page = owner_client.get("/").content.decode()
    assert "&lt;b&gt;Churn&lt;/b&gt;" in page and "<b>Churn</b>" not in page


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        pytest.param(" ", "A project needs a name.", id="blank"),
        pytest.param("x" * 121, "The name has 121 characters, and 120 fit.", id="long"),
    ],
)
def test_a_bad_name_is_refused_with_a_sentence(owner_client, project, name, sentence):
    answer = owner_client.post(f"/projects/{project.pk}/rename/", {"name": name})

    assert answer.status_code == 422 and sentence in answer.content.decode()
    project.refresh_from_db()
    assert project.name == "Customer churn"


@pytest.mark.parametrize("action", ["switch", "rename"])
def test_strangers_find_no_project(stranger_client, project, action):
    answer = stranger_client.post(f"/projects/{project.pk}/{action}/", {"name": "Mine"})

    assert answer.status_code == 404
    project.refresh_from_db()
    assert project.name == "Customer churn"


def test_who_leaves_a_project_falls_back_to_another(owner_client, owner, project):
    owner_client.post("/projects/", {"name": "Shared"})
    Membership.objects.filter(project__name="Shared").delete()

    assert shown_project(owner_client) == "Customer churn"
    assert "Shared" not in owner_client.get("/").content.decode()


def test_home_offers_an_upload_and_the_samples(owner_client):
    page = owner_client.get("/").content.decode()

    assert 'enctype="multipart/form-data"' in page and 'type="file"' in page
    assert page.count("Use this sample") == len(owner_client.get("/").context["samples"]) >= 5
    assert "No run yet in this project." in page


def test_home_asks_the_same_number_of_questions_however_much_there_is(owner_client, owner, make_run):
    owner_client.get("/")
    with CaptureQueriesContext(connection) as few:
        owner_client.get("/")

    for number in range(12):
        make_run(number=number + 1)
        create_project(user=owner, name=f"Project {number}")
    owner_client.post(f"/projects/{Project.objects.get(name='Customer churn').pk}/switch/")
    with CaptureQueriesContext(connection) as many:
        page = owner_client.get("/")

    assert len(page.context["runs"]) == 5 and page.context["run_count"] == 12
    assert len(many) <= len(few) <= 8


def test_the_theme_of_the_cookie_is_drawn_by_the_server(owner_client):
    owner_client.cookies["theme"] = "dark"
    assert '<html lang="en" data-theme="dark">' in owner_client.get("/").content.decode()

    owner_client.cookies["theme"] = '"><script>'
    assert "data-theme=" not in owner_client.get("/").content.decode().partition("<head>")[0]


@pytest.mark.parametrize("address", ["/evaluate/", "/deploy/"])
def test_without_a_finished_run_the_sidebar_leads_to_an_explanation(owner_client, address):
    assert "No run of this project has finished yet." in owner_client.get(address).content.decode()


@pytest.mark.parametrize(("address", "page"), [("/evaluate/", "report"), ("/deploy/", "model")])
def test_the_sidebar_leads_to_the_newest_run_with_a_model(owner_client, make_run, address, page):
    make_run(number=1, state="done")
    newest = make_run(number=2, state="stopped")
    make_run(number=3, state="failed")

    assert owner_client.get(address)["Location"] == f"/runs/{newest.pk}/{page}/"
