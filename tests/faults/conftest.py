"""The rooms' own fixtures: people, a dataset, a network, a worker and a server."""

from tests.studio.conftest import *  # noqa: F403
from tests.studio.runs.conftest import *  # noqa: F403
from tests.studio.runs.conftest import (  # noqa: F401
    long_network,
    make_network,
    network,
    read_sample,
    version,
)
