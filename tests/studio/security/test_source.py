"""What our own code never does, read from its syntax trees and templates."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SOURCES = sorted(file for folder in ("studio", "training") for file in (ROOT / folder).rglob("*.py"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SCRIPTS = sorted((ROOT / "static" / "js").glob("*.js"))

MODULES = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal", "yaml"}
CALLS = {"eval", "exec", "compile", "__import__", "mark_safe", "SafeString", "RawSQL"}
METHODS = {"extra", "raw", "extractall", "read_pickle", "mark_safe"}
QUALIFIED = {"torch.load", "np.load", "numpy.load", "torch.save", "os.system", "os.popen"}
ALLOWED = {
    # what: the files where it is harmless
    "np.load": {"training/encode/encoded.py"},  # our own arrays, allow_pickle=False (tested below)
}


def name_of(node: ast.expr) -> str:
    """A call's target as it is written: "torch.load"."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id if isinstance(node, ast.Name) else "…", *reversed(parts)])


def sins(text: str) -> Iterator[str]:
    """What of the forbidden a module does."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names if each.name.partition(".")[0] in MODULES)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in MODULES:
            yield node.module or ""
        elif isinstance(node, ast.Call):
            name = name_of(node.func)
            last = name.rpartition(".")[2]
            if name in QUALIFIED or name in CALLS or (name != last and last in METHODS):
                yield name
            yield from sins_of_arguments(node)


def sins_of_arguments(call: ast.Call) -> Iterator[str]:
    for argument in call.keywords:
        is_true = isinstance(argument.value, ast.Constant) and argument.value.value is True
        if argument.arg in ("shell", "allow_pickle") and is_true:
            yield f"{argument.arg}=True"


def is_allowed(sin: str, file: Path) -> bool:
    return str(file.relative_to(ROOT)) in ALLOWED.get(sin, set())


def test_no_module_runs_or_unpickles_what_it_is_given():
    assert len(SOURCES) > 200
    for file in SOURCES:
        assert [sin for sin in sins(file.read_text()) if not is_allowed(sin, file)] == [], file


@pytest.mark.parametrize(
    "line",
    [
        "import pickle",
        "from yaml import load",
        "torch.load(path)",
        "np.load(path, allow_pickle=True)",
        "eval(text)",
        "subprocess.run(text, shell=True)",
        "zipfile.ZipFile(path).extractall()",
        "mark_safe(name)",
        "User.objects.extra(where=[text])",
        "User.objects.raw(text)",
        "os.system(text)",
    ],
)
def test_the_scan_sees_what_it_looks_for(line):
    assert list(sins(line))


def test_arrays_are_loaded_without_pickles():
    for file in SOURCES:
        for call in (node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call)):
            if name_of(call.func) in ("np.load", "numpy.load"):
                assert "allow_pickle=False" in ast.unparse(call), file


def test_templates_escape_everything_and_have_no_script_of_their_own():
    for file in TEMPLATES:
        text = file.read_text()
        found = re.findall(r"\|\s*safe\b|safeseq|autoescape\s+off|\{%\s*debug|<script(?![^>]*\bsrc=)", text)
        handlers = re.findall(r"\son\w+\s*=|javascript:|hx-on", text)
        assert found + handlers == [], file


def test_values_stand_in_quotes_in_every_attribute():
    """An unquoted attribute ends at a space, which escaping leaves alone."""
    for file in TEMPLATES:
        assert re.findall(r"\s[\w-]+=\{\{", file.read_text()) == [], file


def test_scripts_never_make_html_or_code_of_texts():
    makers = r"\.(?:innerHTML|outerHTML|insertAdjacentHTML)\b|\b(?:document\.write|eval\(|new Function)\b"
    for file in SCRIPTS:
        assert re.findall(makers, file.read_text()) == [], file
