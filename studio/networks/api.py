"""Networks over REST: the whole draft recipe in and out, answered with shapes and problems."""

from __future__ import annotations

from typing import Any, Literal

from django.http import Http404, HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from studio.networks import history, searches, services, snapshots
from studio.networks.models import Network, Search, Snapshot
from studio.networks.page import Page
from training.errors import StrataError

router = Router(tags=["networks"])
LISTED = 1_000


class NetworkIn(Schema):
    """A new network: a sensible start for the version's data, or ``recipe`` as it is given."""

    version: int = Field(ge=1, lt=2**63, description="The dataset version's number in the database.")
    name: str = Field("", max_length=120)
    recipe: dict[str, Any] | None = None


class NetworkPut(Schema):
    """``revision`` is the one that the recipe was made from; a newer one in the database answers 409."""

    revision: int = Field(ge=1, lt=2**31)
    recipe: dict[str, Any]


class Brief(Schema):
    id: int
    name: str
    project: int
    version: int
    revision: int
    edited: str


class Whole(Brief):
    recipe: dict[str, Any]
    ok: bool
    cards: list[dict[str, Any]]
    problems: list[dict[str, Any]]
    warnings: list[dict[str, Any]]
    totals: dict[str, Any]


class SnapshotIn(Schema):
    name: str = Field(max_length=1_000)


class Kept(Schema):
    id: int
    name: str
    made: str


class SearchOut(Schema):
    """``result`` is empty until ``state`` is done: tried values, what came of each, and ``suggested``."""

    kind: str
    state: str
    message: str
    hint: str
    result: dict[str, Any]


@router.get("", response=list[Brief], summary="The networks of your projects, newest first")
def list_networks(request: HttpRequest) -> list[dict[str, Any]]:
    rows = Network.objects.visible_to(request.user).defer("draft")[:LISTED]
    return [_brief(network) for network in rows]


@router.post("", response={201: Whole}, summary="Make a network for a dataset version")
def create_network(request: HttpRequest, body: NetworkIn) -> Status:
    version = services.visible_version(request.user, body.version)
    if body.recipe is None:
        network = services.create_network(request.user, version, name=body.name)
    else:
        network = services.network_of(request.user, version, body.recipe, name=body.name)
    return Status(201, _whole(network))


@router.get("/{int:network_id}", response=Whole, summary="A network with its shapes and problems")
def get_network(request: HttpRequest, network_id: int) -> dict[str, Any]:
    return _whole(services.visible_network(request.user, network_id))


@router.put("/{int:network_id}", response=Whole, summary="Replace the whole recipe")
def put_network(request: HttpRequest, network_id: int, body: NetworkPut) -> dict[str, Any]:
    network = services.visible_network(request.user, network_id)
    return _whole(history.put_draft(request.user, network, body.revision, body.recipe))


@router.get("/{int:network_id}/snapshots", response=list[Kept], summary="Named snapshots, newest first")
def list_snapshots(request: HttpRequest, network_id: int) -> list[dict[str, Any]]:
    network = services.visible_network(request.user, network_id)
    return [_kept(snapshot) for snapshot in network.snapshots.defer("draft")]


@router.post("/{int:network_id}/snapshots", response={201: Kept}, summary="Keep the recipe under a name")
def take_snapshot(request: HttpRequest, network_id: int, body: SnapshotIn) -> Status:
    network = services.visible_network(request.user, network_id)
    return Status(201, _kept(snapshots.take(request.user, network, body.name)))


@router.post(
    "/{int:network_id}/snapshots/{int:number}/restore",
    response=Whole,
    summary="Make a snapshot the recipe again",
)
def restore_snapshot(request: HttpRequest, network_id: int, number: int) -> dict[str, Any]:
    network = services.visible_network(request.user, network_id)
    snapshot = snapshots.snapshot_of(network, number)
    return _whole(snapshots.restore(request.user, network, snapshot))


@router.delete("/{int:network_id}/snapshots/{int:number}", response={204: None}, summary="Delete a snapshot")
def delete_snapshot(request: HttpRequest, network_id: int, number: int) -> Status:
    network = services.visible_network(request.user, network_id)
    snapshots.snapshot_of(network, number).delete()
    return Status(204, None)


@router.post(
    "/{int:network_id}/searches/{kind}",
    response={202: SearchOut},
    summary="Try learning rates (lr) or batch sizes (batch_size) on the recipe for some seconds",
)
def begin_search(request: HttpRequest, network_id: int, kind: Literal["lr", "batch_size"]) -> Status:
    network = services.visible_network(request.user, network_id)
    return Status(202, searches.begin(request.user, network, searches.kind_of(kind)))


@router.get("/{int:network_id}/searches/{kind}", response=SearchOut, summary="What a search has found")
def get_search(request: HttpRequest, network_id: int, kind: Literal["lr", "batch_size"]) -> Search:
    network = services.visible_network(request.user, network_id)
    search = searches.shown(network, searches.kind_of(kind)).search
    if search is None:
        raise Http404
    return search


def _kept(snapshot: Snapshot) -> dict[str, Any]:
    return {"id": snapshot.pk, "name": snapshot.name, "made": snapshot.made_at.isoformat()}


def _brief(network: Network) -> dict[str, Any]:
    return {
        "id": network.pk,
        "name": network.name,
        "project": network.project_id,
        "version": network.dataset_version_id,
        "revision": network.revision,
        "edited": network.updated_at.isoformat(),
    }


def _whole(network: Network) -> dict[str, Any]:
    page = Page(network)
    checked = page.checked.as_dict()
    others = [_problem(problem) for problem in page.other_problems]
    on_cards = [problem for problem in checked["problems"] if problem["where"].startswith("network")]
    return _brief(network) | {
        "recipe": network.draft,
        "ok": not page.problems,
        "cards": checked["cards"],
        "problems": [*others, *on_cards],
        "warnings": checked["warnings"],
        "totals": checked["totals"],
    }


def _problem(problem: StrataError) -> dict[str, Any]:
    return {"message": problem.message, "where": problem.where, "hint": problem.hint, "node": "", "fixes": []}
