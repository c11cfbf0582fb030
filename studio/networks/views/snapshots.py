"""Named snapshots: taken, gone back to and deleted from the builder's dialog."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from studio.networks import services, snapshots


@require_POST
def take(request: HttpRequest, pk: int) -> HttpResponse:
    network = services.visible_network(request.user, pk)
    snapshot = snapshots.take(request.user, network, request.POST.get("name", ""))
    messages.info(request, _("Kept as the snapshot “%(name)s”.") % {"name": snapshot.name})
    return redirect("networks:builder", network.pk)


@require_POST
def restore(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    network = services.visible_network(request.user, pk)
    snapshot = snapshots.snapshot_of(network, number)
    snapshots.restore(request.user, network, snapshot)
    messages.info(request, _("Back to “%(name)s”. Undo returns to what was here.") % {"name": snapshot.name})
    return redirect("networks:builder", network.pk)


@require_POST
def delete(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    network = services.visible_network(request.user, pk)
    snapshot = snapshots.snapshot_of(network, number)
    snapshot.delete()
    messages.info(request, _("Deleted the snapshot “%(name)s”.") % {"name": snapshot.name})
    return redirect("networks:builder", network.pk)
