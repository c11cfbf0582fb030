"""Searches on the training page: each is a piece that asks for itself until it is over."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from studio.networks import searches, services
from studio.networks.models import Network, Search
from training.errors import UserError


@require_GET
def shown(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    return _piece(request, services.visible_network(request.user, pk), searches.kind_of(kind))


@require_POST
def begin(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    network, wanted = services.visible_network(request.user, pk), searches.kind_of(kind)
    try:
        searches.begin(request.user, network, wanted)
    except UserError as error:
        return _piece(request, network, wanted, error)
    return _piece(request, network, wanted)


@require_POST
def drop(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    network, wanted = services.visible_network(request.user, pk), searches.kind_of(kind)
    searches.drop(network, wanted)
    return _piece(request, network, wanted)


def _piece(
    request: HttpRequest, network: Network, kind: Search.Kind, error: UserError | None = None
) -> HttpResponse:
    context = {"network": network, "found": searches.shown(network, kind, error)}
    return render(request, "networks/_search.html", context)
