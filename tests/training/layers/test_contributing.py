"""The layers that CONTRIBUTING.md adds, added as it says, keep the promises of every layer."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
BLOCK = re.compile(r"```python\n# (training/\S+\.py)\n(.*?)```", re.DOTALL)


def add(file: Path, source: str) -> list[str]:
    """The layers that the block adds to the file, which are listed there, or a file of its own."""
    if not file.exists():
        file.write_text(source, encoding="utf-8")
        return []
    names = re.findall(r"^class (\w+)\(", source, re.MULTILINE)
    before, mark, listed = file.read_text(encoding="utf-8").partition("LAYERS = (")
    file.write_text(f"{before}{source}\n\n{mark}{', '.join(names)}, {listed}", encoding="utf-8")
    return names


def test_the_page_on_adding_a_layer_is_true(tmp_path):
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for folder in ("training", "tests/training/layers"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "tests" / "__init__.py").touch()
    added = [name for path, source in BLOCK.findall(page) for name in add(tmp_path / path, source)]

    tests = ["tests/training/layers/test_every_layer.py", "-k", " or ".join(added), "-m", "not long", "-q"]
    alone = ["-c", "/dev/null", "--rootdir", ".", "--noconftest", "-p", "no:django", "-p", "no:cacheprovider"]
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", *tests, *alone, "-W", "ignore"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert added == ["Softshrink", "Clip"]
    assert ended.returncode == 0, ended.stdout
    assert int(re.search(r"(\d+) passed", ended.stdout)[1]) >= 6 * len(added)
