"""The preparation in the builder's data panel: added, moved, switched off, removed, undone."""

from __future__ import annotations

import pytest

from studio.networks import drafts, services
from training.errors import UserError

from .conftest import INFO


def put(*path, value=None):
    return [{"do": "put", "path": ["data", "steps", *path], "value": value}]


def steps(network):
    network.refresh_from_db()
    return network.draft["data"].get("steps", [])


@pytest.fixture
def prepared(post, network):
    """A network with two steps: clip age, combine plan."""
    for name in ("clip", "combine"):
        assert post(put("add", value=name)).status_code == 200
    return network


def test_a_step_is_added_with_a_column_that_it_takes(prepared):
    assert steps(prepared) == [{"do": "clip", "column": "age"}, {"do": "combine", "column": "plan"}]
    assert services.problems_of(prepared.draft, INFO) == []


def test_the_panel_shows_the_steps_with_the_fields_that_count(post, prepared):
    page = post(put(0, "column", value="income")).content.decode()
    assert "Combine rare categories" in page and "Lower share" in page and ">Lowest<" not in page

    page = post(put(0, "by", value="bounds")).content.decode()
    assert "Lower share" not in page and ">Lowest<" in page
    assert "Clip by bounds needs a lowest or a highest number" in page

    page = post(put(0, "low", value="1,5")).content.decode()
    assert steps(prepared)[0] == {"do": "clip", "column": "income", "by": "bounds", "low": 1.5}
    assert "needs a lowest" not in page


def test_steps_are_moved_switched_off_removed_and_all_of_it_undone(post, prepared):
    post(put(0, "move", value=1))
    assert [step["do"] for step in steps(prepared)] == ["combine", "clip"]

    page = post(put(1, "off", value=True)).content.decode()
    assert steps(prepared)[1]["off"] is True and "Switch on" in page

    post(put(0, "remove"))
    assert [step["do"] for step in steps(prepared)] == ["clip"]

    for _ in range(3):
        post([], "undo")
    assert steps(prepared) == [{"do": "clip", "column": "age"}, {"do": "combine", "column": "plan"}]
    post([], "redo")
    assert [step["do"] for step in steps(prepared)] == ["combine", "clip"]


def test_compared_columns_are_added_and_taken_out(post, network):
    post(put("add", value="deduplicate"))
    post(put(0, "columns", "add", value="age"))
    page = post(put(0, "columns", "add", value="plan")).content.decode()
    assert steps(network)[0]["columns"] == ["age", "plan"] and "Do not compare plan" in page

    post(put(0, "columns", "remove", value="age"))
    assert steps(network)[0]["columns"] == ["plan"]


def test_hash_comes_before_the_other_steps_of_its_column(post, prepared):
    post(put("add", value="hash"))

    assert [step["do"] for step in steps(prepared)] == ["clip", "hash", "combine"]
    assert services.problems_of(prepared.draft, INFO) == []


def test_a_wrong_step_keeps_the_network_from_training_with_its_place(post, prepared):
    page = post(put(1, "column", value="age")).content.decode()

    [problem] = services.problems_of(prepared.draft, INFO)
    assert problem.where == "data.steps.1.column"
    assert "Combine rare categories does not take age" in page


@pytest.mark.parametrize(
    "edit",
    [
        put("add", value="fly"),
        put("add"),
        put(7, "remove"),
        put(-1, "remove"),
        put(True, "remove"),
        put(0, "move", value=9),
        put(0, "move", value="x"),
        put(0, "do", value="log"),
        put(0, "columns", "add", value=["age"]),
        put(0, "low", value={"a": 1}),
        put(),
    ],
    ids=str,
)
def test_what_is_no_change_of_the_preparation_is_refused(edit, post, prepared):
    before = steps(prepared)

    assert post(edit).status_code == 422
    assert steps(prepared) == before


@pytest.mark.parametrize(
    "wrong", [{"do": 5}, {}, {"do": "clip", "column": 7}, {"do": "clip", "column": "age", "low": "x"}]
)
def test_whatever_a_draft_holds_is_shown_and_explained(wrong, post, prepared):
    prepared.draft["data"]["steps"].append(wrong)
    prepared.save()

    page = post(put(0, "off", value=True))

    assert page.status_code == 200
    assert services.problems_of(prepared.draft, INFO)


def test_two_people_on_the_steps_are_told(prepared):
    assert drafts.aims(put(0, "off", value=True)) == {"data.steps"}
    assert drafts.touched(
        prepared.draft, {**prepared.draft, "data": {**prepared.draft["data"], "steps": []}}
    ) == {"data.steps"}


@pytest.mark.parametrize("value", [{}, "x", ["x"], 5])
def test_an_imported_network_whose_steps_are_no_list_of_objects_is_refused(value, network):
    document = {**network.draft, "data": {**network.draft["data"], "steps": value}}

    with pytest.raises(UserError, match="list of objects"):
        drafts.parsed(document, 1)
