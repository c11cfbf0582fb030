"""Reading anew: new versions of the same bytes, with what people chose carried along."""

from __future__ import annotations

import pytest

from studio.datasets import files, services
from training.errors import DataError, SettingError

from .conftest import CHURN, kept_files, read_next

SEMICOLONS = b"name;price;bought\n" + b"".join(
    b"n%d;%d,%d;%s\n" % (row % 4, row, row % 10, (b"no", b"yes")[row % 2]) for row in range(60)
)


def test_another_reading_is_a_new_version_of_the_same_file(owner_client, upload):
    upload(SEMICOLONS, "prices.csv")
    first = read_next()
    before = files.local(first.table).read_bytes()

    owner_client.post(f"/datasets/{first.dataset_id}/reread/", {"delimiter": ",", "decimal": "guess"})
    second = read_next()

    assert (second.number, second.raw, second.reading) == (2, first.raw, {"delimiter": ","})
    assert len(second.info["columns"]) != len(first.info["columns"])
    assert files.local(first.raw).read_bytes() == SEMICOLONS
    assert files.local(first.table).read_bytes() == before
    assert second.table != first.table


def test_a_type_that_is_fixed_is_read_that_way_and_can_be_freed_again(owner_client, ready):
    index = [column["name"] for column in ready.info["columns"]].index("age")
    owner_client.post(f"/datasets/{ready.dataset_id}/reread/", {f"type-{index}": "category"})
    fixed = read_next()
    assert fixed.types == {"age": "category"}
    assert fixed.info["columns"][index]["type"] == "category"

    owner_client.post(f"/datasets/{ready.dataset_id}/reread/", {f"type-{index}": "guess"})
    assert read_next().info["columns"][index]["type"] == "number"


def test_a_file_without_a_header_can_be_said_to_have_none(owner_client, upload):
    upload(b"1,2\n" * 30, "plain.csv")
    version = read_next()
    owner_client.post(f"/datasets/{version.dataset_id}/reread/", {"header_row": "none"})

    newest = read_next()

    assert newest.reading == {"header_row": None}
    assert newest.rows == 30


def test_what_was_chosen_as_target_and_roles_is_kept_by_the_next_version(ready):
    services.set_target(version=ready, target="plan")
    services.set_role(version=ready, column="age", role="ignored")

    services.reread(version=ready, types={"age": "category"})
    newest = read_next()

    assert newest.proposal["target"] == "plan"
    assert newest.proposal["roles"]["age"] == "ignored"
    assert newest.proposal["roles"]["churned"] == "feature"


def test_what_nobody_chose_is_proposed_afresh(ready):
    services.reread(version=ready, types={"churned": "text"})

    newest = read_next()

    assert newest.proposal == newest.info["proposal"]


def test_reading_it_the_same_way_is_refused(ready):
    with pytest.raises(SettingError, match="already read this way"):
        services.reread(version=ready, reading={})


def test_a_setting_that_cannot_be_is_refused_at_once(ready):
    with pytest.raises(DataError, match="encoding"):
        services.reread(version=ready, reading={"encoding": "klingon"})

    assert ready.dataset.versions.count() == 1


def test_an_unreadable_version_can_be_read_differently(owner_client, upload):
    upload(b"not a table", "odd.csv")
    version = read_next()
    assert version.status == "unreadable"

    owner_client.post(f"/datasets/{version.dataset_id}/reread/", {"encoding": "latin-1"})

    assert version.dataset.newest.status == "queued"


def test_a_dataset_that_is_deleted_while_it_is_read_leaves_no_files(
    upload, monkeypatch, django_capture_on_commit_callbacks
):
    from studio.datasets import child
    from studio.jobs import queue

    version = upload()
    read = child.read

    def read_then_delete(payload, link):
        read(payload, link)
        with django_capture_on_commit_callbacks(execute=True):
            services.delete_dataset(dataset=version.dataset)

    monkeypatch.setattr(child, "read", read_then_delete)
    with pytest.raises(queue.LeaseLost):
        read_next()

    assert kept_files() == []


def test_a_version_keeps_its_bytes_through_all_of_this(ready):
    services.reread(version=ready, types={"age": "category"})
    read_next()

    assert files.local(ready.raw).read_bytes() == CHURN
