"""A network that nobody has edited goes along with the data; one that somebody has stays as it is."""

from __future__ import annotations

import copy

import pytest

from tests.training.start.test_drafts import INFO
from training.start import checked, draft, followed


@pytest.fixture
def fresh():
    return draft(INFO, dataset_version=3)


def with_texts(document):
    """Only the notes are left to learn from."""
    after = copy.deepcopy(document)
    after["data"]["roles"] = {"species": "target", "note": "feature", "island": "ignored", "mass": "ignored"}
    return after


def test_another_kind_of_column_brings_the_network_that_begins_with_it(fresh):
    after = followed(fresh, with_texts(fresh), INFO)

    assert after["network"] != fresh["network"]
    assert checked(after, INFO).ok


def test_what_changes_no_input_changes_no_network(fresh):
    after = copy.deepcopy(fresh)
    after["data"]["split"] = {"method": "random", "seed": 7}

    assert followed(fresh, after, INFO) == after


def test_a_network_that_somebody_edited_stays(fresh):
    fresh["network"]["main"][1]["units"] = 33
    after = with_texts(fresh)

    assert followed(fresh, after, INFO) == after


def test_a_data_part_with_mistakes_is_no_obstacle(fresh):
    after = copy.deepcopy(fresh)
    after["data"] |= {"task": 7, "target": [], "roles": {"species": "feature"}}

    assert set(followed(fresh, after, INFO)) == set(after)
