"""How strongly columns go together, by measures that their types allow."""

from __future__ import annotations

import numpy as np
import pytest

from tests.training.table.files import read

ROWS = 600


def table(**columns) -> bytes:
    names = list(columns)
    lines = [",".join(names)] + [",".join(str(columns[name][row]) for name in names) for row in range(ROWS)]
    return "\n".join(lines).encode()


@pytest.fixture
def found(tmp_path):
    rng = np.random.default_rng(3)
    label = rng.integers(0, 2, ROWS)
    near = label + rng.normal(0, 0.3, ROWS)
    word = [("a", "b", "c")[2 if row % 5 == 0 else int(label[row])] for row in range(ROWS)]
    info, _ = read(
        table(
            near=near.round(4), noise=rng.normal(size=ROWS).round(4), word=word,
            other=[f"w{at}" for at in rng.integers(0, 30, ROWS)], target=label,
        ),
        tmp_path,
    )  # fmt: skip
    return info["association"]


def test_columns_are_ranked_by_how_much_they_tell_of_the_target(found):
    strengths = dict(found["columns"])

    assert (found["target"], found["rows"], found["sampled"]) == ("target", ROWS, False)
    assert 0.75 < strengths["near"] < 0.95 and 0.6 < strengths["word"] < 1
    assert strengths["noise"] < 0.15 and strengths["other"] < 0.15
    assert [value for _, value in found["columns"]] == sorted(strengths.values(), reverse=True)


def test_the_most_related_columns_are_held_against_each_other(found):
    matrix = np.array(found["matrix"], dtype=float)
    at = {name: place for place, name in enumerate(found["names"])}

    assert found["names"][0] == "target"
    assert np.array_equal(matrix, matrix.T) and (np.diag(matrix) == 1).all()
    assert matrix[at["near"], at["word"]] > 0.5 > 0.15 > matrix[at["near"], at["noise"]]


def test_at_most_50_columns_are_held_against_each_other(tmp_path):
    columns = {f"c{at}": [row * at % 7 for row in range(ROWS)] for at in range(1, 61)}

    info, _ = read(table(**columns, target=[row % 2 for row in range(ROWS)]), tmp_path)

    assert len(info["association"]["names"]) == 51
    assert len(info["association"]["columns"]) == 60


def test_a_linear_relation_has_strength_1_whatever_its_size(tmp_path):
    info, _ = read(
        table(x=[row * 1e300 for row in range(ROWS)], target=[row * -3.5 for row in range(ROWS)]), tmp_path
    )

    assert info["association"]["columns"] == [["x", 1.0]]
