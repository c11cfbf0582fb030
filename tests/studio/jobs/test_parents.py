"""What processes that fork may have done before: import, and nothing else."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
HEAVY = {"torch", "polars", "pandas", "sklearn", "onnx"}
PARENTS = [
    *(ROOT / "studio" / "jobs").glob("*.py"),
    *(ROOT / "studio").glob("*/models.py"),
    *(ROOT / "studio").glob("*/child.py"),
]
LOOK = """
import django
django.setup()
from pathlib import Path
from studio.jobs import tasks, worker
worker.import_heavy()
import torch
threads = {path.read_text().strip() for path in Path("/proc/self/task").glob("*/comm")}
print(torch.cuda.is_initialized(), sorted(threads))
"""


def run_alone(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout


def test_a_worker_parent_has_no_cuda_context_and_no_threads_of_polars_or_torch():
    told = run_alone(LOOK)

    assert told.startswith("False")
    # Importing polars starts two threads that clean up; its pool's are numbered.
    assert not re.search(r"polars-\d|pt_|omp", told, re.IGNORECASE)


def test_the_web_process_imports_neither_torch_nor_pandas():
    code = (
        "import django; django.setup(); import sys, studio.asgi, studio.urls, studio.jobs.tasks, "
        "studio.runs.consumers; print(sorted({'torch', 'pandas', 'sklearn'} & set(sys.modules)))"
    )

    assert run_alone(code).strip() == "[]"


@pytest.mark.parametrize("path", PARENTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_what_is_loaded_before_the_fork_names_nothing_heavy(path: Path):
    tree = ast.parse(path.read_text())
    imported = set()
    for node in tree.body:  # functions may: they run in the child
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            imported.add(node.module.partition(".")[0])

    assert not imported & HEAVY
