"""Drawn networks and edits: the first fix of the first problem, again and again, ends valid."""

from __future__ import annotations

from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from training.errors import NetworkError
from training.layers import CATALOG, Shape
from training.network import Head, apply_edits, check

HEAD = Head("Output", CATALOG["Linear"].read({"units": 3}, "head"))
INPUTS = {"numbers": Shape((6,)), "categories": Shape((2,), "categories", sizes=(4, 30), about=True)}
IDS = [f"n{number}" for number in range(10)]

drawn_inputs = st.sampled_from(
    [
        {"numbers": Shape((6,))},
        {"numbers": Shape((7,), about=True)},
        {"categories": INPUTS["categories"]},
        INPUTS,
    ]
)


@st.composite
def networks(draw):
    """Up to ten layers with allowed settings, wired anyhow."""
    nodes = []
    for id in IDS[: draw(st.integers(0, len(IDS)))]:
        node = {"id": id, "layer": draw(st.sampled_from(sorted(CATALOG)))}
        if node["layer"] == "Linear":
            node["units"] = draw(st.sampled_from([1, 4, 7, 64]))
        if draw(st.booleans()):
            names = st.sampled_from([*IDS, "numbers", "categories"])
            node["inputs"] = draw(st.lists(names, min_size=1, max_size=3))
        nodes.append(node)
    return nodes


values = st.one_of(
    st.none(), st.integers(-3, 99), st.floats(), st.text(max_size=5), st.booleans(), st.lists(st.none())
)
ids = st.sampled_from([*IDS, "numbers", "head", "class", "x y", "linear_1"])
edits = st.one_of(
    st.fixed_dictionaries({"do": st.just("set"), "node": ids, "value": values,
                           "field": st.sampled_from(["units", "p", "id", "layer", "inputs", "eps", "zz"])}),
    st.fixed_dictionaries({"do": st.sampled_from(["remove", "duplicate"]), "node": ids}),
    st.fixed_dictionaries({"do": st.just("move"), "node": ids, "to": st.integers(-2, 12)}),
    st.fixed_dictionaries({"do": st.just("add"), "at": st.integers(-2, 12),
                           "layer": st.sampled_from([*sorted(CATALOG), "Blorp"])}),
)  # fmt: skip


def mended(nodes, inputs, most):
    """How many steps it took to a valid network, and the titles of the fixes."""
    titles = []
    for _ in range(most):
        found = check(nodes, inputs, HEAD)
        if found.ok:
            return titles
        assert 1 <= len(found.problems[0].fixes) <= 3, found.problems
        assert all(problem.message.endswith(".") for problem in found.problems)
        fix = found.problems[0].fixes[0]
        titles.append(fix["title"])
        nodes = apply_edits(nodes, fix["edits"])
    assert check(nodes, inputs, HEAD).ok, (titles, check(nodes, inputs, HEAD).problems[0])
    return titles


@given(nodes=networks(), inputs=drawn_inputs)
@settings(max_examples=200, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_first_fixes_mend_any_wiring(nodes, inputs):
    mended(nodes, inputs, most=3 * len(nodes) + 2)


@given(nodes=networks(), inputs=drawn_inputs, changes=st.lists(edits, min_size=1, max_size=6))
@settings(max_examples=200, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_first_fixes_mend_what_any_edits_left_behind(nodes, inputs, changes):
    for edit in changes:
        try:
            nodes = apply_edits(nodes, [edit])
        except NetworkError:
            continue

    mended(nodes, inputs, most=4 * (len(nodes) + 1))


def test_sound_networks_after_random_edits_need_no_more_steps_than_layers_and_hardly_a_removal():
    taken: Counter[str] = Counter()

    @given(length=st.integers(1, 8), changes=st.lists(edits, min_size=1, max_size=3), inputs=drawn_inputs)
    @settings(
        max_examples=200,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    def draw(length, changes, inputs):
        nodes = [{"id": "features", "layer": "Features"}]
        for number in range(length):
            nodes.append({"id": IDS[number], "layer": ["Linear", "ReLU", "LayerNorm"][number % 3]})
        if length > 3:
            nodes.append({"id": "n9", "layer": "Add", "inputs": ["n2", "n0"]})
        for edit in changes:
            try:
                nodes = apply_edits(nodes, [edit])
            except NetworkError:
                continue
        titles = mended(nodes, inputs, most=max(len(nodes), 1))
        taken.update(drawn=1, removed="Remove it" in titles)

    draw()

    assert taken["removed"] <= 0.05 * taken["drawn"]
