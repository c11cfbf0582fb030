"""Edits, the lock between two tabs, undo and redo."""

from __future__ import annotations

import pytest

from studio.networks import history
from studio.networks.history import Conflict, edit_network, redo, undo
from tests.studio.networks.conftest import node, nodes, units
from training.errors import NetworkError, SettingError, UserError


def test_an_edit_is_saved_as_one_step_and_counts_the_revision(owner, network):
    after = edit_network(owner, network, 1, units("linear_1", 32))

    assert after.revision == 2
    assert node(network, "linear_1")["units"] == 32
    assert history.steps(after) == ("Set units of linear_1", "")


def test_undo_and_redo_walk_the_whole_history(owner, network):
    first = network.draft
    for value in (32, 33, 34):
        network = edit_network(owner, network, network.revision, units("linear_1", value))

    for _ in range(3):
        network = undo(owner, network, network.revision)
    assert network.draft == first

    for _ in range(3):
        network = redo(owner, network, network.revision)
    assert node(network, "linear_1")["units"] == 34


def test_a_new_edit_after_undo_ends_what_could_be_redone(owner, network):
    network = edit_network(owner, network, 1, units("linear_1", 32))
    network = undo(owner, network, network.revision)

    network = edit_network(owner, network, network.revision, units("linear_1", 48))

    assert history.steps(network)[1] == ""
    with pytest.raises(UserError, match="nothing to redo"):
        redo(owner, network, network.revision)


def test_two_hundred_steps_are_kept_and_the_oldest_are_dropped(owner, network):
    for value in range(1, 204):
        network = edit_network(owner, network, network.revision, units("linear_1", value))

    assert network.edits.count() == history.STEPS_KEPT
    for _ in range(history.STEPS_KEPT):
        network = undo(owner, network, network.revision)
    assert node(network, "linear_1")["units"] == 3
    with pytest.raises(UserError, match="nothing to undo"):
        undo(owner, network, network.revision)


def test_two_tabs_that_edit_different_layers_both_win(owner, network):
    edit_network(owner, network, 1, units("linear_1", 32))

    edit_network(owner, network, 1, units("linear_2", 16))

    assert node(network, "linear_1")["units"] == 32
    assert node(network, "linear_2")["units"] == 16


def test_the_later_of_two_tabs_on_one_layer_is_told(owner, network):
    edit_network(owner, network, 1, units("linear_1", 32))

    with pytest.raises(Conflict, match="changed elsewhere") as caught:
        edit_network(owner, network, 1, units("linear_1", 99))

    assert caught.value.status == 409
    assert node(network, "linear_1")["units"] == 32


def test_a_layer_that_was_deleted_elsewhere_is_a_conflict(owner, network):
    edit_network(owner, network, 1, [{"do": "remove", "node": "relu_2"}])

    with pytest.raises(Conflict):
        edit_network(owner, network, 1, [{"do": "set", "node": "relu_2", "field": "id", "value": "act"}])


def test_layers_added_in_two_tabs_stand_where_each_was_put(owner, network):
    edit_network(owner, network, 1, [{"do": "add", "layer": "Tanh", "after": "features"}])

    edit_network(owner, network, 1, [{"do": "add", "layer": "Dropout", "after": "relu_2"}])

    assert nodes(network)[:2] == ["features", "tanh_1"]
    assert nodes(network)[-2:] == ["relu_2", "dropout_2"]


def test_an_edit_by_position_is_not_applied_to_an_order_that_has_changed(owner, network):
    edit_network(owner, network, 1, [{"do": "move", "node": "relu_1", "after": "linear_2"}])

    with pytest.raises(Conflict):
        edit_network(owner, network, 1, [{"do": "add", "layer": "Tanh", "at": 2}])


def test_what_was_undone_elsewhere_is_a_conflict(owner, network):
    network = edit_network(owner, network, 1, units("linear_1", 32))
    undo(owner, network, 2)

    with pytest.raises(Conflict):
        edit_network(owner, network, 2, units("linear_2", 16))
    with pytest.raises(Conflict):
        undo(owner, network, 2)


def test_an_edit_sent_twice_is_done_once(owner, network):
    """The first answer was lost on the way: the browser sends the same edit again."""
    edits = [{"do": "add", "layer": "Tanh", "after": "relu_1"}]
    edit_network(owner, network, 1, edits, token="a1")

    edit_network(owner, network, 1, edits, token="a1")

    assert nodes(network).count("tanh_1") == 1
    assert network.edits.count() == 1


def test_an_edit_that_changes_nothing_is_no_step(owner, network):
    same = node(network, "linear_1")["units"]

    edit_network(owner, network, 1, units("linear_1", same))

    assert network.edits.count() == 0
    assert network.revision == 1


def test_an_edit_that_cannot_be_done_changes_nothing(owner, network):
    before = network.draft

    with pytest.raises(NetworkError):
        edit_network(owner, network, 1, [*units("linear_1", 8), {"do": "remove", "node": "nobody"}])

    network.refresh_from_db()
    assert (network.draft, network.revision) == (before, 1)


def test_settings_of_data_and_fit_share_the_history(owner, network):
    network = edit_network(owner, network, 1, [{"do": "put", "path": "fit.batch_size", "value": "many"}])
    assert network.draft["fit"]["batch_size"] == "many"

    network = undo(owner, network, network.revision)

    assert network.draft["fit"]["batch_size"] == 128
    assert history.steps(network)[1] == "Set batch size"


def test_a_forecast_is_split_by_time(owner, network):
    network = edit_network(owner, network, 1, [{"do": "put", "path": ["data", "task"], "value": "forecast"}])

    assert (network.draft["data"]["task"], network.draft["data"]["split"]["method"]) == ("forecast", "time")


def test_another_target_brings_its_task_and_roles(owner, network):
    network = edit_network(owner, network, 1, [{"do": "put", "path": ["data", "target"], "value": "age"}])

    data = network.draft["data"]
    assert (data["target"], data["task"]) == (["age"], "regression")
    assert data["roles"]["age"] == "target"
    assert data["roles"]["<b>churn</b>"] == "feature"


def test_a_role_is_put_by_the_column_s_own_name(owner, network, version):
    version.info["columns"][1]["name"] = "a.b"
    version.save()
    network.refresh_from_db()

    network = edit_network(
        owner, network, 1, [{"do": "put", "path": ["data", "roles", "a.b"], "value": "ignored"}]
    )

    assert network.draft["data"]["roles"]["a.b"] == "ignored"


def test_another_optimizer_starts_from_its_own_defaults(owner, network):
    network = edit_network(owner, network, 1, [{"do": "put", "path": "fit.optimizer.name", "value": "SGD"}])

    assert network.draft["fit"]["optimizer"] == {"name": "SGD"}


@pytest.mark.parametrize(
    "path",
    [
        "network.main",
        "version",
        "data.dataset_version",
        "fit.device.name",
        "fit.optimizer.__class__",
        "data.table",
        "fit",
        "",
        None,
        7,
        ["data", "roles", 3],
        ["fit"] * 50,
        {"a": 1},
    ],
)
def test_only_known_places_can_be_put(owner, network, path):
    with pytest.raises(SettingError):
        edit_network(owner, network, 1, [{"do": "put", "path": path, "value": 1}])


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("x" * 5_000, id="endless text"),
        pytest.param(float("nan"), id="not a number"),
        pytest.param(10**5_000, id="endless number"),
        pytest.param("a\0b", id="zero character"),
        pytest.param("\ud800", id="half a character"),
        pytest.param([["deep"] * 900], id="too large a list"),
    ],
)
def test_values_that_no_database_keeps_are_refused(owner, network, value):
    with pytest.raises(SettingError):
        edit_network(owner, network, 1, units("linear_1", value))


@pytest.mark.parametrize(
    "edits",
    [
        None,
        "add",
        [],
        {},
        [None],
        ["add"],
        [{}],
        [{"do": 3}],
        [{"do": "explode"}],
        [{"do": "set"}],
        [{"do": "set", "node": 3, "field": "units", "value": 1}],
        [{"do": "set", "node": "linear_1", "field": {}}],
        [{"do": "add", "layer": ["Linear"]}],
        [{"do": "add", "layer": "Linear", "after": 4}],
        [{"do": "add", "layer": "Linear", "after": "nobody"}],
        [{"do": "replace", "nodes": [1, 2]}],
        [{"do": "replace", "nodes": [{"id": "class", "layer": "Linear"}]}],
        [{"do": "add", "layer": "Linear"}] * 201,
        [{"do": "replace", "nodes": [{"id": "a", "layer": "ReLU"}, {"id": "a", "layer": "ReLU"}]}],
        [{"do": "set", "node": "linear_1", "field": "id", "value": "import os"}],
        [{"do": "move", "node": "linear_1", "to": "up"}],
        [{"do": "set", "node": "linear_1", "field": "inputs", "value": 3}],
    ],
)
def test_edits_that_are_none_are_refused_in_a_sentence(owner, network, edits):
    with pytest.raises(UserError) as caught:
        edit_network(owner, network, 1, edits)

    assert caught.value.message.endswith(".")
    network.refresh_from_db()
    assert network.revision == 1
