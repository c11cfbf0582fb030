"""A network that is whole, from the run's own tests."""

from tests.studio.runs.conftest import long_network, make_network, network, read_sample, version

__all__ = ["long_network", "make_network", "network", "read_sample", "version"]
