"""Light modules of the engine import no torch, so that web processes stay small and start at once."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import training

ROOT = Path(training.__file__).parent
# What docs/architecture.md calls heavy, and what only those rooms use.
HEAVY = {
    "training.assembly",
    "training.augment",
    "training.batches",
    "training.build",
    "training.by_hand",
    "training.bundle.check",
    "training.bundle.export",
    "training.bundle.onnx_model",
    "training.bundle.onnx_recurrent",
    "training.checkpoint",
    "training.devices",
    "training.evaluate",
    "training.find",
    "training.fit",
    "training.first_look",
    "training.journal",
    "training.judging",
    "training.losses",
    "training.opening",
    "training.memory",
    "training.plans",
    "training.resolve",
    "training.setup",
    "training.snapshot",
    "training.stepping",
    "training.weights",
}
BANNED = ("torch", "pandas", "sklearn", "django", "channels", "celery", "studio")


def light_modules():
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT.parent).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        if name not in HEAVY and not name.startswith("training.modules"):
            yield name


def test_light_modules_import_no_torch():
    names = list(light_modules())
    script = (
        "import importlib, sys\n"
        "for name in sys.argv[1:]:\n"
        "    importlib.import_module(name)\n"
        f"    found = [each for each in {BANNED!r} if each in sys.modules]\n"
        "    assert not found, f'{name} imports {found}'\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", script, *names], cwd=ROOT.parent, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stderr
    assert {"training.network", "training.start", "training.layers", "training.objectives"} <= set(names)


@pytest.mark.parametrize("path", sorted((ROOT / "modules").glob("*.py")), ids=lambda path: path.name)
def test_modules_that_are_printed_into_code_import_torch_only(path):
    imported = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [node.module or ""] if isinstance(node, ast.ImportFrom) else [each.name for each in node.names]
        )
    }

    assert imported <= {"__future__", "math", "torch"}
