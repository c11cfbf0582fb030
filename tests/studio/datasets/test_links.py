"""How strongly columns go with the target: what the page shows of what the reading measured."""

from __future__ import annotations

from studio.datasets import services
from studio.datasets.links import SHOWN, links_of

from .conftest import read_next
from .test_page import get

INFO = {
    "columns": [{"name": name} for name in ("y", "a", "b", "c")],
    "relations": {"y": {"leaks": ["a"], "missing": []}},
    "association": {
        "target": "y",
        "rows": 50,
        "sampled": False,
        "columns": [["a", 0.99], ["b", 0.4], ["c", 0.1]],
        "names": ["y", "a", "b"],
        "matrix": [[1.0, 0.99, 0.4], [0.99, 1.0, None], [0.4, None, 1.0]],
    },
}


def test_the_strongest_come_first_and_one_that_gives_the_answer_away_stands_out():
    links = links_of(INFO, "y")

    assert [(link.at, link.name, link.leaks) for link in links.strongest] == [
        (1, "a", True), (2, "b", False), (3, "c", False),
    ]  # fmt: skip
    assert links.strongest[0].width == "99.0" and links.found == 3


def test_another_target_is_linked_with_what_it_was_compared_with():
    assert [link.name for link in links_of(INFO, "b").strongest] == ["y"]
    assert links_of(INFO, "c") is None, "it was not among the most related"
    assert links_of(INFO, None) is None and links_of({**INFO, "association": None}, "y") is None


def test_the_page_shows_the_links_of_the_target_that_is_chosen(owner_client, upload):
    lines = (
        f"{row % 9},{row % 9 * 2 + row % 2},{row * 37 % 11},{'yes' if row % 9 > 4 else 'no'}\n"
        for row in range(180)
    )
    upload(("score,points,noise,<b>won\n" + "".join(lines)).encode())
    version = read_next()

    services.set_target(version=version, target="<b>won")
    page = get(owner_client, version)
    assert "Link with &lt;b&gt;won" in page and "Link with <b>won" not in page
    strengths = page.split('class="card-body linked"')[1].split("</ul>")[0]
    assert strengths.index(">score<") < strengths.index(">noise<")

    services.set_target(version=version, target="points")
    assert "Link with points" in get(owner_client, version)


def test_of_many_columns_only_the_strongest_are_shown_and_it_says_so(owner_client, upload):
    head = ",".join(f"c{number}" for number in range(40))
    lines = (
        ",".join(str((row * (number + 3)) % 17) for number in range(40)) + f",{row % 2}\n"
        for row in range(100)
    )
    upload(f"{head},target\n{''.join(lines)}".encode())

    page = get(owner_client, read_next())

    assert f"The strongest {SHOWN} of 40 columns." in page
    assert page.split('class="card-body linked"')[1].split("</ul>")[0].count("<li>") == SHOWN
