"""A hostile recipe is imported and mended by its own fixes: the code that the builder then prints is run."""

from __future__ import annotations

import ast
import html
import json
import re
import subprocess
import sys

import pytest
from django.urls import reverse

from studio.networks import services
from studio.networks.page import Page
from training.errors import UserError

BREAKS = "\"'''\n\r\u2028import os\nos.system('touch hurt')  # {{ 7 * 7 }} </code><script>"
NODES = [
    {"id": "features", "layer": "Features", "title": BREAKS},
    {"id": "super", "layer": "Linear", "units": 8},
    {"id": "print", "layer": "Linear", "units": 8, "title": BREAKS},
    {"id": "self", "layer": "Linear", "units": 10**4_000},
    {"id": "torch", "layer": "Dropout", "p": "__import__('os')"},
    {"id": "x", "layer": "Reshape", "sizes": "os.getcwd(), -1"},
    {"id": "flat", "layer": "Flatten", "inputs": [BREAKS]},
    {"id": "nn", "layer": "Linear", BREAKS[:20]: BREAKS},
    {"id": "forward", "layer": "LayerNorm", "eps": -1e308},
]


@pytest.mark.parametrize(
    "id", [BREAKS, "import", "match", "__init__", "ｃlass", "a.b", "A", "", "a" * 41, 7, None]
)
def test_names_that_would_be_more_than_a_name_are_refused_at_the_door(owner, version, id):
    recipe = services.create_network(owner, version).draft
    recipe["network"]["main"] = [{"id": id, "layer": "Linear"}]

    with pytest.raises(UserError) as caught:
        services.import_network(owner, version, json.dumps(recipe))
    assert caught.value.message.startswith("Layer 1: Id must")


def test_the_code_of_a_hostile_recipe_runs_and_holds_nothing_of_it(owner, owner_client, version, tmp_path):
    recipe = services.create_network(owner, version).draft
    recipe["network"]["main"] = NODES
    network = services.import_network(owner, version, json.dumps(recipe), name=BREAKS[:100])

    for _ in range(3 * len(NODES)):
        checked = Page(network).checked
        if checked.ok:
            break
        body = {"revision": network.revision, "edits": checked.problems[0].fixes[0]["edits"]}
        url = reverse("networks:edit", args=[network.pk])
        assert owner_client.post(url, json.dumps(body), "application/json").status_code == 200
        network.refresh_from_db()
    assert checked.ok, checked.problems[0]

    page = owner_client.get(reverse("networks:builder", args=[network.pk])).content.decode()
    (printed,) = re.findall(r"<code>(import torch.*?)</code>", page, re.DOTALL)
    source = html.unescape(printed)
    names = {
        each.name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Import)
        for each in node.names
    }
    assert names <= {"torch", "math"} and "system" not in source and "getcwd" not in source
    ran = "import torch\nprint(sum(weight.numel() for weight in Network().parameters()))\n"
    (tmp_path / "pasted.py").write_text(f"{source}\n{ran}", encoding="utf-8")
    ended = subprocess.run(
        [sys.executable, "-I", "pasted.py"], cwd=tmp_path, check=False, capture_output=True, text=True
    )
    assert ended.returncode == 0, ended.stderr
    assert int(ended.stdout) == checked.totals["parameters"]
    assert [each.name for each in tmp_path.iterdir()] == ["pasted.py"]
