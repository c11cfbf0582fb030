"""A network that is whole, from the run's own tests, and a person who asks."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.faults.asking import Studio
from tests.studio.runs.conftest import long_network, make_network, network, read_sample, version

__all__ = ["long_network", "make_network", "network", "read_sample", "version"]


@pytest.fixture
def studio(worker, owner_client: Client) -> Studio:
    return Studio(owner_client)
