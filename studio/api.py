"""The REST interface: one NinjaAPI, one router a room, one form of error."""

from __future__ import annotations

from ninja import NinjaAPI

from studio.accounts.auth import Key, Session
from studio.datasets.api import router as datasets
from studio.deployments.api import router as deployments
from studio.errors import add_problem_handlers
from studio.networks.api import router as networks
from studio.runs.api import router as runs

api = NinjaAPI(
    title="Strata",
    version="1",
    description="Everything that a page can do. Sign in with a key: `Authorization: Bearer strata_…`.",
    urls_namespace="api",
    auth=[Key(), Session()],
)
api.add_router("/datasets", datasets)
api.add_router("/networks", networks)
api.add_router("/runs", runs)
api.add_router("/runs", deployments)
add_problem_handlers(api)
