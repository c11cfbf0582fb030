"""Findings on the dataset page: remedies, undoing, dismissing; and deleting the uploaded file."""

from __future__ import annotations

import pytest
from django.test import Client

from studio.datasets import findings, services
from studio.datasets.models import DatasetVersion
from studio.networks.services import create_network
from training.errors import SettingError
from training.recipe import Data
from training.steps import problems_of

from .conftest import kept_files, read_next
from .test_page import get, post

PEOPLE = b"email,age,day,plan,churned\n" + b"".join(
    b"p%d@example.org,%s,2024-%02d-%02d,%s,%s\n"
    % (
        row % 40,
        b"" if row % 9 == 0 else b"%d" % (20 + row % 50),
        1 + row // 28,
        1 + row % 28,
        (b"basic", b"plus")[row % 2],
        (b"no", b"no", b"yes")[row % 3],
    )
    for row in range(200)
)


@pytest.fixture
def people(upload) -> DatasetVersion:
    upload(PEOPLE + b"\n".join(PEOPLE.splitlines()[1:11]) + b"\n", "people.csv")
    return read_next()


def take(client: Client, version: DatasetVersion, finding: str, act: str = "take") -> str:
    return post(client, version, "remedy", finding=finding, act=act)


def shown(version: DatasetVersion, key: str) -> findings.Finding:
    found = findings.findings_of(version.info, version.proposal)
    return next(finding for finding in found if finding.key == key)


def test_a_remedy_is_a_step_that_can_be_taken_and_undone(owner_client, people):
    page = take(owner_client, people, "missing:age")

    assert people.proposal["steps"] == [{"do": "fill", "column": "age", "by": "median"}]
    assert "Fill empty cells" in page and "Filled" in page
    assert shown(people, "missing:age").handled

    page = take(owner_client, people, "missing:age", "undo")
    assert people.proposal["steps"] == []
    assert "Filled" not in page and "New networks start with these steps" not in page


def test_new_networks_start_with_the_steps_and_the_split(owner, owner_client, people):
    for key in ("missing:age", "duplicate_rows:", "personal:email", "time_order:day"):
        take(owner_client, people, key)

    data = create_network(owner, people).draft["data"]

    assert [step["do"] for step in data["steps"]] == ["hash", "fill", "deduplicate"]
    assert data["split"] == {"method": "time", "column": "day"}
    assert problems_of(Data.model_validate(data), people.info) == []
    assert "The latest rows by day test" in get(owner_client, people)


def test_a_remedy_is_offered_only_where_it_does_any_good(owner_client, people):
    assert shown(people, "personal:email").remedy

    post(owner_client, people, "role", column="email", role="ignored")

    assert not shown(people, "personal:email").remedy
    with pytest.raises(SettingError, match="has no remedy"):
        services.set_remedy(version=people, finding="personal:email", act="take")


def test_steps_of_a_column_go_when_it_becomes_the_target(owner_client, people):
    take(owner_client, people, "missing:age")
    take(owner_client, people, "duplicate_rows:")

    post(owner_client, people, "target", target="age")

    assert people.proposal["steps"] == [{"do": "deduplicate"}]


def test_a_dismissed_finding_stays_so_until_it_is_shown_again(owner_client, people):
    page = take(owner_client, people, "missing:age", "dismiss")
    assert "1 dismissed finding" in page and shown(people, "missing:age").dismissed
    assert "1 dismissed finding" in get(owner_client, people)

    assert "dismissed finding" not in take(owner_client, people, "missing:age", "restore")


def test_a_step_can_be_taken_out_of_the_list(owner_client, people):
    take(owner_client, people, "missing:age")

    post(owner_client, people, "drop-step", step=0)

    assert people.proposal["steps"] == []
    with pytest.raises(SettingError, match="no such step"):
        services.drop_step(version=people, place=0)


def test_what_is_no_finding_or_act_is_refused(people):
    for finding, act in (("nothing:", "take"), ("missing:age", "explode")):
        with pytest.raises(SettingError, match="no such finding"):
            services.set_remedy(version=people, finding=finding, act=act)


def test_choices_go_with_the_columns_into_another_version(owner_client, people, upload):
    for key in ("missing:age", "personal:email"):
        take(owner_client, people, key)
    without_age = b"\n".join(
        b",".join(line.split(b",")[:1] + line.split(b",")[2:]) for line in PEOPLE.splitlines()
    )

    from django.core.files.uploadedfile import SimpleUploadedFile

    owner_client.post(
        f"/datasets/{people.dataset_id}/versions/", {"file": SimpleUploadedFile("b.csv", without_age)}
    )

    assert read_next().proposal["steps"] == [{"do": "hash", "column": "email"}]


def test_the_page_says_that_the_file_holds_personal_data_and_deletes_it(
    owner_client, people, django_capture_on_commit_callbacks
):
    assert "holds what looks like personal data (email)" in get(owner_client, people)
    table = people.table

    with django_capture_on_commit_callbacks(execute=True):
        answer = owner_client.post(f"/datasets/{people.dataset_id}/delete-raw/?version={people.number}")

    assert answer.status_code == 302
    people.refresh_from_db()
    assert people.raw_deleted_at is not None
    assert [path.name for path in kept_files()] == [table.rpartition("/")[2]]
    page = get(owner_client, people)
    assert "The uploaded file was deleted" in page and "Delete the uploaded file</button>" not in page


def test_without_the_file_nothing_is_read_or_downloaded_any_more(owner_client, people):
    services.delete_raw(version=people)

    for act in (
        lambda: services.reread(version=people, types={"age": "category"}),
        lambda: services.delete_raw(version=people),
    ):
        with pytest.raises(services.RawDeleted, match="was deleted; only its table is kept"):
            act()
    assert owner_client.get(f"/datasets/{people.dataset_id}/raw/").status_code == 409


def test_a_file_that_is_still_being_read_is_kept(people):
    services.reread(version=people, types={"age": "category"})

    with pytest.raises(services.InUse, match="no table yet"):
        services.delete_raw(version=people)
