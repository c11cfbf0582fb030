"""The list of networks, and what is done with whole ones. building.py and training.py have the pages."""

from __future__ import annotations

import json
import re

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from studio.accounts.services import current_project
from studio.datasets.intake import uploaded_file
from studio.datasets.models import DatasetVersion
from studio.networks import services
from studio.networks.models import Network
from studio.networks.page import Page
from training.errors import SettingError

IMPORT_LIMIT_BYTES = 1_000_000
LISTED = 200


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    project = current_project(request)
    networks = Network.objects.visible_to(request.user).filter(project=project)
    rows = networks.select_related("dataset_version__dataset")[:LISTED]
    versions = DatasetVersion.objects.visible_to(request.user).filter(
        dataset__project=project, state=DatasetVersion.State.DONE, unreadable=False
    )
    context = {
        "step": "network",
        "rows": [Page(network) for network in rows],
        "versions": versions.select_related("dataset").defer("info").order_by("-pk")[:LISTED],
    }
    return render(request, "networks/list.html", context)


@require_POST
def create(request: HttpRequest) -> HttpResponse:
    network = services.create_network(request.user, _version(request))
    return redirect("networks:builder", network.pk)


def _version(request: HttpRequest) -> DatasetVersion:
    number = request.POST.get("version", "")
    if not re.fullmatch(r"[0-9]{1,18}", number):
        raise SettingError(_("Choose the dataset that the network is for."), where="version")
    return services.visible_version(request.user, int(number))


@require_POST
def import_file(request: HttpRequest) -> HttpResponse:
    version = _version(request)
    file = uploaded_file(request)
    if file.size > IMPORT_LIMIT_BYTES:
        raise SettingError(
            _("Choose a network's JSON file of at most 1 MB."),
            where="file",
            hint=_("“Export as JSON” in the builder makes one."),
        )
    network = services.import_network(request.user, version, file.path.read_bytes())
    return redirect("networks:builder", network.pk)


@require_POST
def rename(request: HttpRequest, pk: int) -> HttpResponse:
    network = services.visible_network(request.user, pk)
    services.rename_network(network, request.POST.get("name", ""))
    return redirect("networks:builder", network.pk)


@require_POST
def duplicate(request: HttpRequest, pk: int) -> HttpResponse:
    copy = services.duplicate_network(request.user, services.visible_network(request.user, pk))
    return redirect("networks:builder", copy.pk)


@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    network = services.visible_network(request.user, pk)
    services.delete_network(network)
    messages.info(request, _("Deleted the network “%(name)s”.") % {"name": network.name})
    return redirect("networks:list")


@require_GET
def export(request: HttpRequest, pk: int) -> HttpResponse:
    network = services.visible_network(request.user, pk)
    text = json.dumps(network.draft, indent=2, ensure_ascii=False)
    headers = {"Content-Disposition": f'attachment; filename="network-{network.pk}.json"'}
    return HttpResponse(text, content_type="application/json", headers=headers)
