"""The dataset page in each of its states, and what is changed on it."""

from __future__ import annotations

import pytest
from django.test import Client

from studio.datasets.models import DatasetVersion

from .conftest import CHURN, kept_files, read_next

XSS = [
    "<img src=x onerror=alert(1)>",
    '"><svg/onload=alert(1)>',
    "javascript:alert(1)",
    "{{7*7}}",
    "</script><script>alert(1)</script>",
    "'-alert(1)-'",
]


def get(client: Client, version: DatasetVersion, part: str = "", **query) -> str:
    answer = client.get(f"/datasets/{version.dataset_id}/{part}", {"version": version.number, **query})
    assert answer.status_code == 200
    return answer.content.decode()


def post(client: Client, version: DatasetVersion, part: str, **form) -> str:
    address = f"/datasets/{version.dataset_id}/{part}/?version={version.number}"
    answer = client.post(address, form, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    version.refresh_from_db()
    return answer.content.decode()


def test_while_the_file_waits_the_page_asks_again_until_it_is_read(owner_client, upload):
    version = upload()

    waiting = get(owner_client, version)
    assert "Waiting to be read" in waiting and 'hx-trigger="every 500ms"' in waiting
    assert "Build a network" not in waiting

    read_next()
    done = get(owner_client, version, "state/")
    assert "every 500ms" not in done
    assert "Columns" in done and "The file is read: 200 rows." in done
    assert done.count("hx-swap-oob") == 4 and "Build a network" in done


def test_progress_is_shown_while_the_file_is_being_read(owner_client, upload):
    version = upload()
    DatasetVersion.objects.filter(pk=version.pk).update(
        state="running", progress={"share": 0.42, "text": "Reading rows 12,000 of 30,000"}
    )

    page = get(owner_client, version, "state/")

    assert 'value="0.42"' in page and "Reading rows 12,000 of 30,000" in page


def test_the_page_of_a_table_shows_columns_rows_and_the_proposal(owner_client, ready):
    page = get(owner_client, ready)

    assert "200 rows" in page and "4 columns" in page
    for text in ("customer", "churned", "Yes/no", "Number", "C-000", "0% empty", "Yes or no (binary)"):
        assert text in page, text
    assert page.count('<svg class="mini"') == 8  # in the table and in the list of narrow screens
    assert ready.proposal["target"] == "churned"
    assert "Rows 1 to 50 of 200" in page


def test_a_file_that_cannot_be_read_stays_with_its_message(owner_client, upload):
    upload(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, "holiday.csv")
    version = read_next()

    assert (version.state, version.unreadable, version.table) == ("done", True, "")
    page = get(owner_client, version)
    assert "holiday.csv could not be read." in page and version.message in page
    for offered in ("Change how it is read", "Download", "Delete"):
        assert offered in page
    assert "Build a network" not in page and "<table" not in page


def test_a_reading_that_failed_on_our_side_can_be_tried_again(owner_client, upload):
    version = upload()
    DatasetVersion.objects.update(state="failed", losses=3, message="The worker was lost.", hint="")
    assert "Read it again" in get(owner_client, version)

    owner_client.post(f"/datasets/{version.dataset_id}/read-again/")

    assert read_next().status == "ready"


@pytest.mark.parametrize("payload", XSS)
def test_headers_cells_and_names_are_shown_literally(owner_client, upload, payload):
    quoted = '"' + payload.replace('"', '""') + '"'
    upload(f"{quoted},n\n".encode() + f"{quoted},1\nb,2\n".encode() * 20, f"{payload}.csv")
    version = read_next()

    page = get(owner_client, version) + get(owner_client, version, "columns/", q=payload[:20])

    assert "<img src=x" not in page and "<svg/onload" not in page and "<script>alert" not in page
    assert version.info["columns"][0]["name"] == payload


def test_another_target_is_stored_as_proposal_and_the_old_one_is_a_feature_again(owner_client, ready):
    page = post(owner_client, ready, "target", target="age")

    assert ready.proposal["target"] == "age" and ready.proposal["task"] == "regression"
    assert ready.proposal["roles"]["churned"] == "feature"
    assert "The target has numbers from 20 to 69." in page
    assert ready.info["proposal"]["target"] == "churned", "what was proposed at first stays known"
    assert ready.described["proposal"]["target"] == "age"


def test_what_was_found_about_one_target_is_not_said_of_another(owner_client, upload):
    rows = (b"%d,%d,%s\n" % (row % 9, row % 70, (b"no", b"yes")[row < 5]) for row in range(200))
    upload(b"n,age,churned\n" + b"".join(rows))
    version = read_next()
    assert "Unequal classes" in get(owner_client, version)

    assert "Unequal classes" not in post(owner_client, version, "target", target="age")


def test_ignoring_the_target_leaves_nothing_to_predict(owner_client, ready):
    page = post(owner_client, ready, "role", column="churned", role="ignored")

    assert ready.proposal["target"] is None and ready.proposal["task"] is None
    assert "Choose a column" in page


def test_a_remedy_is_one_click_and_can_be_undone(owner_client, ready):
    found = next(entry for entry in ready.info["findings"] if entry["code"] == "identifier")
    assert found["column"] == "customer"
    before = get(owner_client, ready)
    assert "1 handled" in before, "an identifier is proposed as such from the start"

    undone = post(owner_client, ready, "role", column="customer", role="feature")
    assert ready.proposal["roles"]["customer"] == "feature"
    assert "Set as ID" in undone and "1 handled" not in undone

    again = post(owner_client, ready, "role", column="customer", role="identifier")
    assert "1 handled" in again and "Undo" in again


def test_a_number_with_few_values_may_be_asked_for_as_classes(owner_client, upload):
    upload(b"grade,hours\n" + b"".join(b"%d,%d\n" % (row % 7 + 3, row) for row in range(100)))
    version = read_next()
    post(owner_client, version, "target", target="grade")

    page = post(owner_client, version, "task", task="multiclass")

    assert version.proposal["task"] == "multiclass"
    assert "A number" in page and "One of several classes" in page


def test_a_number_may_be_forecast_and_the_latest_rows_then_test(owner_client, upload):
    upload(b"day,sales\n" + b"".join(b"%d,%d.5\n" % (row, row % 9) for row in range(100)))
    version = read_next()
    post(owner_client, version, "target", target="sales")

    page = post(owner_client, version, "task", task="forecast")

    assert version.proposal["task"] == "forecast"
    assert "The next values of a series" in page
    assert "The latest rows by their order in the file test" in page


def test_a_role_or_column_that_does_not_exist_is_refused_in_a_sentence(owner_client, ready):
    address = f"/datasets/{ready.dataset_id}/role/"
    answer = owner_client.post(address, {"column": "nope", "role": "feature"}, headers={"HX-Request": "true"})

    assert answer.status_code == 422
    assert "There is no column “nope”." in answer.content.decode()


def test_two_thousand_columns_are_paged_and_searched(owner_client, upload):
    names = [f"c{index:04d}" for index in range(2_000)]
    row = ",".join(str(index % 7) for index in range(2_000))
    upload((",".join(names) + "\n" + (row + "\n") * 30).encode())
    version = read_next()

    page = get(owner_client, version)
    assert "1 to 50 of 2,000 columns" in page
    assert page.count('class="colhead"') == 50
    assert 'title="c0777"' in get(owner_client, version, "columns/", q="0777")
    assert "951 to 1000" in get(owner_client, version, "columns/", page=20)
    assert "1951 to 2000" in get(owner_client, version, "columns/", page=10**6)
    assert "No column has “zzz” in its name." in get(owner_client, version, "columns/", q="zzz")


def test_strangers_get_404_everywhere(stranger_client, ready):
    pk = ready.dataset_id
    for part in ("", "state/", "columns/", "raw/"):
        assert stranger_client.get(f"/datasets/{pk}/{part}").status_code == 404
    parts = ("role", "target", "task", "reread", "read-again", "rename", "delete", "versions")
    for part in parts:
        assert stranger_client.post(f"/datasets/{pk}/{part}/").status_code == 404


def test_the_list_shows_each_dataset_with_its_state(owner_client, stranger_client, ready, upload):
    upload(b"PK\x03\x04" + b"\0" * 50, "broken.csv")
    read_next()

    page = owner_client.get("/datasets/").content.decode()

    assert "churn.csv" in page and "Ready" in page and "broken.csv" in page and "Unreadable" in page
    assert "churned" in page and "200" in page
    assert "churn.csv" not in stranger_client.get("/datasets/").content.decode()


def test_the_number_of_queries_does_not_grow_with_the_rows(
    owner_client, ready, upload, django_assert_max_num_queries
):
    for _ in range(8):
        upload()
    for address in ("/datasets/", f"/datasets/{ready.dataset_id}/", f"/datasets/{ready.dataset_id}/state/"):
        owner_client.get(address)
        with django_assert_max_num_queries(7):
            owner_client.get(address)


def test_deleting_removes_rows_and_files(owner_client, ready, django_capture_on_commit_callbacks):
    assert len(kept_files()) == 2

    with django_capture_on_commit_callbacks(execute=True):
        owner_client.post(f"/datasets/{ready.dataset_id}/delete/")

    assert not DatasetVersion.objects.exists()
    assert kept_files() == []


def test_a_dataset_that_a_network_needs_is_kept(owner_client, owner, project, ready):
    from studio.networks.models import Network

    Network.objects.create(project=project, dataset_version=ready, name="n", draft={}, created_by=owner)

    answer = owner_client.post(f"/datasets/{ready.dataset_id}/delete/", follow=True)

    sentence = "churn.csv is needed by 1 network. Delete those first. Nothing was deleted."
    assert sentence in answer.content.decode()
    assert DatasetVersion.objects.filter(pk=ready.pk).exists()


def test_the_raw_file_is_an_attachment_in_whole_or_in_part(owner_client, ready):
    address = f"/datasets/{ready.dataset_id}/raw/"
    whole = owner_client.get(address)
    assert whole.getvalue() == CHURN
    assert whole["Content-Disposition"].startswith('attachment; filename="churn.csv"')
    assert whole["X-Content-Type-Options"] == "nosniff" and "sandbox" in whole["Content-Security-Policy"]
    assert whole["Content-Type"] == "application/octet-stream"

    def part(wanted: str, **headers):
        return owner_client.get(address, headers={"Range": wanted, **headers})

    first = part("bytes=5-9")
    assert (first.status_code, first.getvalue()) == (206, CHURN[5:10])
    assert first["Content-Range"] == f"bytes 5-9/{len(CHURN)}" and first["Content-Length"] == "5"
    assert part("bytes=-7").getvalue() == CHURN[-7:]
    assert part(f"bytes={len(CHURN) - 3}-").getvalue() == CHURN[-3:]
    assert part(f"bytes={len(CHURN)}-").status_code == 416
    assert part("bytes=5-9", **{"If-Range": '"another"'}).getvalue() == CHURN


def test_what_looks_like_a_page_is_still_sent_as_a_file(owner_client, upload):
    version = upload(b"<script>alert(1)</script>", "x.svg")

    answer = owner_client.get(f"/datasets/{version.dataset_id}/raw/")

    assert answer.getvalue() == b"<script>alert(1)</script>"
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")
