"""Searches through the real broker, worker and database."""

from __future__ import annotations

import pytest

from studio.networks import searches
from studio.networks.models import Search
from tests.studio.processes import eventually

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("kind", Search.Kind)
def test_a_search_finds_a_value_and_leaves_the_draft_alone(worker, owner, network, kind):
    draft = network.draft

    search = searches.begin(owner, network, kind)
    eventually(lambda: Search.objects.get(pk=search.pk).is_over, what="the search")
    search.refresh_from_db()

    assert search.state == Search.State.DONE, search.message
    assert len(search.result[kind]) > 3 and search.result["suggested"]
    network.refresh_from_db()
    assert network.draft == draft
