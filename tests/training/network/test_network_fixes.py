"""Drawn networks and edits: the first fix of the first problem, again and again, ends valid."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.training.layers.drawn import layers_of
from training.errors import NetworkError
from training.layers import CATALOG, Shape
from training.network import Head, apply_edits, check

HEAD = Head("Output", CATALOG["Linear"].read({"units": 3}, "head"))
IDS = [f"n{number}" for number in range(10)]
NAMES = [*IDS, "numbers", "categories", "text", "picture", "series"]
CATEGORIES = Shape((2,), "categories", sizes=(4, 30), about=True)
TEXT = Shape((16,), "tokens", sizes=(50,), about=True, padded=0)
PICTURE = Shape((3, 28, 28), "picture")
calm = {"deadline": None, "derandomize": True, "database": None, "suppress_health_check": list(HealthCheck)}


@st.composite
def drawn_inputs(draw):
    """One to four of the things that data holds."""
    series, about = draw(st.booleans()), draw(st.booleans())
    rows = {"series": Shape((12, draw(st.sampled_from([1, 3]))), about=about)}
    if not series:
        rows = {"numbers": Shape((draw(st.sampled_from([1, 6, 7, 784])),), about=about)}
    every = {**rows, "categories": CATEGORIES, "text": TEXT, "picture": PICTURE}
    names = draw(st.lists(st.sampled_from(list(every)), min_size=1, max_size=4, unique=True))
    return {name: shape for name, shape in every.items() if name in names}


@st.composite
def networks(draw):
    """Up to ten layers of the whole catalogue with any allowed settings, wired anyhow."""
    nodes = []
    for id in IDS[: draw(st.integers(0, len(IDS)))]:
        layer = CATALOG[draw(st.sampled_from(sorted(CATALOG)))]
        node = {"id": id, "layer": layer.name}
        if draw(st.integers(0, 3)) == 0:
            node |= draw(layers_of(layer)).model_dump(exclude_defaults=True)
        if draw(st.booleans()):
            node["inputs"] = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3))
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


def mended(nodes, inputs):
    """The titles of the fixes that it took, of which there are no more than layers, the output being one."""
    titles = []
    for _ in range(len(nodes) + 1):
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


def after(nodes, changes):
    """The nodes after those of the edits that are possible."""
    for edit in changes:
        try:
            nodes = apply_edits(nodes, [edit])
        except NetworkError:
            continue
    return nodes


def removals(draw_one, examples):
    """How many of the drawn cases took a removal, as a share."""
    taken: Counter[str] = Counter()

    @given(data=st.data())
    @settings(max_examples=examples, **calm)
    def draw(data):
        titles = mended(*draw_one(data.draw))
        taken.update(drawn=1, removed=any(title.startswith("Remove it") for title in titles))

    draw()
    return taken["removed"] / taken["drawn"]


def test_first_fixes_mend_any_network_in_as_many_steps_as_it_has_layers():
    assert removals(lambda draw: (draw(networks()), draw(drawn_inputs())), 200) < 0.05


def test_first_fixes_mend_what_any_edits_left_behind():
    def one(draw):
        changes = draw(st.lists(edits, min_size=1, max_size=6))
        return after(draw(networks()), changes), draw(drawn_inputs())

    assert removals(one, 100) < 0.2  # a removal is all that mends a layer with a name that none has


def test_sound_networks_after_random_edits_need_hardly_a_removal():
    def one(draw):
        length, nodes = draw(st.integers(1, 8)), [{"id": "features", "layer": "Features"}]
        for number in range(length):
            nodes.append({"id": IDS[number], "layer": ["Linear", "ReLU", "LayerNorm"][number % 3]})
        if length > 3:
            nodes.append({"id": "n9", "layer": "Add", "inputs": ["n2", "n0"]})
        return after(nodes, draw(st.lists(edits, min_size=1, max_size=3))), draw(drawn_inputs())

    assert removals(one, 100) < 0.05


NUMBERS, SERIES = {"numbers": Shape((12,))}, {"series": Shape((12, 3))}


@pytest.mark.parametrize(
    ("nodes", "inputs", "message", "title"),
    [
        pytest.param(
            ["LSTM"], NUMBERS,
            "LSTM “n0” takes rows of 2 sizes, but “numbers” is (B, 12).",
            "Insert Reshape before it", id="steps of numbers",
        ),
        pytest.param(
            ["Conv2d"], {"numbers": Shape((784,))},
            "Conv2d “n0” takes rows of 3 sizes, but “numbers” is (B, 784).",
            "Insert Reshape before it", id="a picture of numbers",
        ),
        pytest.param(
            ["Pixels", "Conv2d", "LSTM"], {"picture": PICTURE},
            "LSTM “n2” takes rows of 2 sizes, but “n1” is (B, 32, 26, 26).",
            "Insert Reshape before it", id="steps of a picture",
        ),
        pytest.param(
            ["Pixels", "Conv2d"], {"picture": PICTURE},
            "Output takes rows of 1 size, but “n1” is (B, 32, 26, 26).",
            "Insert Global average pooling before it", id="a large picture before the output",
        ),
        pytest.param(
            ["LayerNorm"], SERIES, "Output takes rows of 1 size, but “n0” is (B, 12, 3).",
            "Insert Flatten before it", id="steps before the output",
        ),
        pytest.param(
            ["Pixels", "BatchNorm1d"], {"picture": PICTURE},
            "BatchNorm1d “n1” takes rows of 1 or 2 sizes, but “n0” is (B, 3, 28, 28).",
            "Use BatchNorm2d instead", id="the like layer for pictures",
        ),
        pytest.param(
            ["Conv2d"], {"picture": PICTURE}, "Conv2d “n0” takes numbers, but “picture” holds pictures.",
            "Insert Pixels before it", id="a picture",
        ),
        pytest.param(
            ["BatchNorm1d"], {"text": Shape((16,), "tokens", sizes=(50,), padded=0)},
            "BatchNorm1d “n0” takes numbers, but “text” holds texts.",
            "Insert Embedding and Permute before it", id="channels of a text",
        ),
        pytest.param(
            [], {"text": TEXT}, "Output takes numbers, but “text” holds texts.",
            "Insert Embedding and Sequence pooling before it", id="a vector of a text",
        ),
        pytest.param(
            ["TransformerEncoderLayer"], {"numbers": Shape((12,)), "categories": CATEGORIES},
            "Transformer encoder block “n0” takes one input, but “numbers” and “categories” reach it.",
            "Insert Feature tokenizer before it", id="attention between columns",
        ),
        pytest.param(
            ["Linear"], {"numbers": Shape((12,)), "text": TEXT, "picture": PICTURE},
            "Linear “n0” takes one input, but “numbers”, “text” and “picture” reach it.",
            "Insert Embedding, Sequence pooling, Pixels, Flatten and Concatenate before it", id="mixed kinds",
        ),
        pytest.param(
            ["LSTM"], {"numbers": Shape((12,)), "text": TEXT},
            "LSTM “n0” takes one input, but “numbers” and “text” reach it.",
            "Take only “text” and insert Embedding before it", id="what reads steps reads the text",
        ),
        pytest.param(
            ["Linear", "Embedding"], NUMBERS, "Embedding “n1” takes texts, but “n0” holds numbers.",
            "Use Linear instead", id="no text at all",
        ),
        pytest.param(
            ["Linear", {"layer": "Conv1d", "kernel_size": 5, "padding": "valid"}], {"numbers": Shape((3,))},
            "Conv1d “n1” takes rows of 2 sizes, but “n0” is (B, 64).",
            "Insert Reshape before it", id="one channel of numbers",
        ),
        pytest.param(
            ["Pixels", {"layer": "Conv2d", "units": 64, "stride": 2, "padding": "same"},
             {"layer": "Add", "inputs": ["n1", "n0"]}], {"picture": PICTURE},
            "Add “n2” needs equal shapes. Input A “n1” is (B, 64, 14, 14), input B “n0” is (B, 3, 28, 28). "
            "The last size differs: 14 and 28.",
            "Project “n0” to 64 channels with a 1×1 convolution", id="a shortcut",
        ),
        pytest.param(
            ["Pixels", {"layer": "Conv2d", "units": 64}, "ReLU", {"layer": "Conv2d", "units": 64},
             {"layer": "Add", "inputs": ["n3", "n0"]}], {"picture": PICTURE},
            "Add “n4” needs equal shapes. Input A “n3” is (B, 64, 24, 24), input B “n0” is (B, 3, 28, 28). "
            "The last size differs: 24 and 28.",
            "Set the padding of “n1” and “n3” to same and project “n0” to 64 channels with a 1×1 convolution",
            id="edges that got lost",
        ),
        pytest.param(
            ["Pixels", {"layer": "Conv2d", "kernel_size": 31}], {"picture": PICTURE},
            "Conv2d “n1” needs a picture at least 31 high, but what reaches it is 28 high.",
            "Set n1 padding to same", id="a window larger than the picture",
        ),
    ],
)  # fmt: skip
def test_what_arrives_is_named_and_the_first_fix_mends_the_whole_card(nodes, inputs, message, title):
    nodes = [
        {"id": f"n{number}", **(node if isinstance(node, dict) else {"layer": node})}
        for number, node in enumerate(nodes)
    ]

    problem = check(nodes, inputs, HEAD).problems[0]
    left = check(apply_edits(nodes, problem.fixes[0]["edits"]), inputs, HEAD).problems

    assert (problem.message, problem.fixes[0]["title"]) == (message, title)
    assert problem.node not in [each.node for each in left]


def test_a_vector_becomes_the_picture_that_it_may_be():
    sizes = {784: "1, 28, 28", 3_072: "3, 32, 32", 12: "3, 2, 2", 6: "1, 2, 3", 7: "1, 1, 7"}

    for count, wanted in sizes.items():
        fix = check([{"id": "c", "layer": "Conv2d"}], {"numbers": Shape((count,))}, HEAD).problems[0].fixes[0]
        assert fix["edits"][0]["settings"] == {"sizes": wanted}


def test_a_size_that_the_run_learns_is_left_open():
    fix = (
        check([{"id": "c", "layer": "Conv2d"}], {"numbers": Shape((784,), about=True)}, HEAD)
        .problems[0]
        .fixes[0]
    )

    assert fix["edits"][0]["settings"] == {"sizes": "1, 1, -1"}
