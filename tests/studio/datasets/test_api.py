"""Datasets over REST: everything that the pages do, through the same services."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from studio.accounts import tokens
from studio.datasets import rows

from .conftest import CHURN, kept_files, read_next

API = "/api/v1/datasets"


@pytest.fixture
def program(owner, project) -> Client:
    """A client that has a key and no cookies."""
    _key, text = tokens.make_key(owner, "test")
    return Client(headers={"Authorization": f"Bearer {text}"})


def created(program: Client, content: bytes = CHURN, **form) -> dict:
    answer = program.post(API, {"file": SimpleUploadedFile("churn.csv", content), **form})
    assert answer.status_code == 201, answer.content
    return answer.json()


def test_from_upload_to_profile_to_another_version_to_deletion(program, django_capture_on_commit_callbacks):
    dataset = created(program, name="Churn")
    assert (dataset["name"], dataset["version"], dataset["status"]) == ("Churn", 1, "queued")
    read_next()
    at = f"{API}/{dataset['id']}"

    read = program.get(at).json()
    assert (read["status"], read["rows"]) == ("ready", 200)
    assert [column["name"] for column in read["columns"]] == ["customer", "plan", "age", "churned"]
    assert read["proposal"]["target"] == "churned"

    wanted = {"target": "plan", "roles": {"age": "ignored"}}
    changed = program.patch(at, wanted, content_type="application/json")
    assert changed.json()["proposal"]["roles"]["age"] == "ignored" and changed.json()["version"] == 1

    derived = program.patch(at, {"types": {"age": "category"}}, content_type="application/json").json()
    assert (derived["version"], derived["status"]) == (2, "queued")
    read_next()
    assert program.get(f"{at}?version=1").json()["columns"][2]["type"] == "number"
    assert program.get(at).json()["columns"][2]["type"] == "category"
    assert program.get(at).json()["proposal"]["target"] == "plan"

    (line,) = program.get(API).json()["items"]
    assert [version["version"] for version in line["versions"]] == [2, 1]

    third = program.post(f"{at}/versions", {"file": SimpleUploadedFile("new.csv", CHURN)})
    assert (third.status_code, third.json()["version"]) == (201, 3)
    assert program.get(f"{at}/raw?version=1").getvalue() == CHURN

    with django_capture_on_commit_callbacks(execute=True):
        assert program.delete(at).status_code == 204
    assert program.get(at).status_code == 404
    assert kept_files() == []


def problem(answer, status: int) -> dict:
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    return answer.json()


def test_refusals_are_problems_with_a_sentence(program):
    assert problem(program.post(API, {"name": "x"}), 422)["detail"] == "No file arrived."
    empty = program.post(API, {"file": SimpleUploadedFile("e.csv", b"")})
    assert problem(empty, 422)["detail"] == "e.csv is empty: it has 0 bytes."
    assert kept_files() == []


def test_unknown_fields_and_values_change_nothing(program):
    dataset = created(program)
    read_next()
    at = f"{API}/{dataset['id']}"
    for body in ({"owner": 3}, {"state": "done"}, {"id": 9}):
        problem(program.patch(at, body, content_type="application/json"), 422)
    half = {"name": "Half", "target": "nope"}
    problem(program.patch(at, half, content_type="application/json"), 422)

    assert program.get(at).json()["name"] == "churn.csv", "a change is whole or not at all"


def test_a_dataset_of_somebody_else_does_not_exist(program, stranger_client, stranger):
    at = f"{API}/{created(program)['id']}"

    for answer in (
        stranger_client.get(at),
        stranger_client.delete(at),
        stranger_client.get(f"{at}/raw"),
        stranger_client.patch(at, {"name": "mine"}, content_type="application/json"),
    ):
        assert answer.status_code in (403, 404)
    assert stranger_client.get(API).json()["items"] == []


def test_a_dataset_goes_into_the_project_that_is_named_if_it_is_ones_own(program, project, stranger):
    from studio.accounts.services import create_project

    assert created(program, project=project.pk)["project"] == project.pk
    foreign = create_project(user=stranger, name="Theirs")
    answer = program.post(API, {"file": SimpleUploadedFile("a.csv", CHURN), "project": foreign.pk})

    problem(answer, 404)


def test_without_a_key_nothing_is_read_or_kept(client):
    problem(client.post(API, {"file": SimpleUploadedFile("a.csv", CHURN)}), 401)
    problem(client.get(API), 401)

    assert kept_files() == []


@pytest.fixture
def at(program) -> str:
    """The address of a dataset whose file is read."""
    dataset = created(program)
    read_next()
    return f"{API}/{dataset['id']}"


def test_any_rows_are_read_sorted_and_filtered(program, at):
    plain = program.get(f"{at}/rows", {"offset": 198, "limit": 50}).json()
    assert plain["columns"] == ["customer", "plan", "age", "churned"] and plain["found"] == 200
    assert plain["rows"][0] == {"row": 199, "cells": ["C-198", "basic", "68", "no"]}

    asked = {"columns": ["customer", "age"], "sort": "age", "down": True, "limit": 2}
    asked |= {"where": "plan", "test": "is", "value": "plus"}
    answer = program.get(f"{at}/rows", asked).json()
    assert (answer["found"], answer["of"], answer["reach"]) == (100, 200, 200)
    assert [line["cells"] for line in answer["rows"]] == [["C-049", "69"], ["C-099", "69"]]
    assert program.get(f"{at}/rows", {"offset": 10**12}).json()["rows"] == []


@pytest.mark.parametrize(
    ("asked", "where"),
    [
        ({"sort": "^a.*$"}, "sort"),
        ({"columns": ["age", "*"]}, "columns"),
        ({"where": "lost", "value": "1"}, "where"),
        ({"where": "age", "test": "at_least", "value": "old"}, "rows"),
        ({"sort": "age", "offset": 100_001}, "rows"),
    ],
)
def test_rows_that_cannot_be_shown_are_refused_with_the_place(program, at, asked, where):
    assert problem(program.get(f"{at}/rows", asked), 422)["where"] == where


def test_no_answer_holds_more_rows_or_cells_than_are_allowed(program, at, monkeypatch):
    for asked in ({"limit": 1_001}, {"limit": 0}, {"offset": -1}, {"test": "like"}):
        problem(program.get(f"{at}/rows", asked), 422)
    monkeypatch.setattr(rows, "MOST_CELLS", 100)
    refused = problem(program.get(f"{at}/rows", {"limit": 26}), 422)
    assert refused["detail"] == "104 cells are more than one answer holds."
    assert program.get(f"{at}/rows", {"limit": 26, "columns": ["age"]}).status_code == 200


def test_rows_of_a_version_that_waits_are_refused_and_those_of_others_do_not_exist(program, stranger_client):
    waiting = created(program)

    assert problem(program.get(f"{API}/{waiting['id']}/rows"), 422)["where"] == "version"
    assert stranger_client.get(f"{API}/{waiting['id']}/rows").status_code == 404
