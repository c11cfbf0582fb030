"""SQLite and a second machine on the same data folder."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from studio import machine

HOLD = """
import sys
from studio import machine
machine.this_machine = lambda: sys.argv[2]
machine.hold(sys.argv[1])
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def database(tmp_path: Path) -> str:
    return str(tmp_path / "studio.sqlite3")


@pytest.fixture
def elsewhere(database: str) -> Iterator[subprocess.Popen]:
    """A process of another machine that uses the database."""
    command = [sys.executable, "-c", HOLD, database, "another"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.stdin.close()


def test_a_second_machine_is_refused_while_the_first_one_works(database, elsewhere):
    with pytest.raises(ImproperlyConfigured, match=r"Another machine works on .* Set DATABASE_URL"):
        machine.hold(database)

    elsewhere.stdin.close()
    elsewhere.wait()
    machine.hold(database)  # a machine that moved, or started anew


def test_all_processes_of_a_machine_use_it_together(database):
    for _ in range(3):
        machine.hold(database)
