"""What every test shares: a fixed seed, and a folder of the session's own that goes when it ends."""

from __future__ import annotations

import os
import random
import shutil

import numpy as np
import pytest

# Shared by tests/studio and tests/faults; here, so that a session has one broker and one worker.
pytest_plugins = ("tests.studio.people", "tests.studio.processes")


@pytest.fixture(autouse=True)
def seed() -> None:
    random.seed(0)
    np.random.seed(0)


def pytest_unconfigure() -> None:
    folder = os.environ.get("STUDIO_TEST_DIR")
    if folder:
        shutil.rmtree(folder, ignore_errors=True)
