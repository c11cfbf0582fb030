"""The builder: its page, its edits, and the pieces of it that an edit changes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from studio.networks import cards, data_form, history, services
from studio.networks.models import Network
from studio.networks.page import Page, changes
from studio.networks.views import posted
from studio.networks.words import BUILDER
from training import start
from training.errors import UserError

# What can be done with several cards: its name in the script, icon and title.
CHOSEN_ACTS = [
    ("copy", "copy", _("Copy")),
    ("duplicate", "plus", _("Duplicate")),
    ("up", "up", _("Up")),
    ("down", "down", _("Down")),
    ("remove", "trash", _("Delete")),
]


@require_GET
def builder(request: HttpRequest, pk: int) -> HttpResponse:
    network = services.visible_network(request.user, pk)
    page = Page(network)
    context = {
        "step": "network",
        "network": network,
        "page": page,
        "palette": cards.palette(page.checked.inputs),
        "templates": _templates(page),
        "snapshots": network.snapshots.defer("draft"),
        "chosen_acts": CHOSEN_ACTS,
        "data": data_form.panel(page.draft, page.info),
        "words": json.dumps({name: str(text) for name, text in BUILDER.items()}),
    }
    return render(request, "networks/builder.html", context)


def _templates(page: Page) -> list[dict[str, Any]]:
    found = start.templates(page.checked.inputs, page.draft["data"], page.info["rows"])
    return [each | {"edits": json.dumps([{"do": "replace", "nodes": each["nodes"]}])} for each in found]


@require_GET
def data(request: HttpRequest, pk: int) -> HttpResponse:
    """The columns of the data panel, filtered by ``q``."""
    network = services.visible_network(request.user, pk)
    rows = data_form.columns(network.draft, network.dataset_version.info, request.GET.get("q", "")[:200])
    return render(request, "networks/_columns.html", {"network": network, "rows": rows})


@require_POST
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    return change(
        request,
        pk,
        lambda network, asked: history.edit_network(
            request.user, network, asked.revision, posted.meant(network.draft, asked), token=asked.token
        ),
    )


@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    return change(request, pk, lambda network, asked: history.undo(request.user, network, asked.revision))


@require_POST
def redo(request: HttpRequest, pk: int) -> HttpResponse:
    return change(request, pk, lambda network, asked: history.redo(request.user, network, asked.revision))


def change(request: HttpRequest, pk: int, act: Callable[[Network, posted.Posted], Network]) -> HttpResponse:
    """Do it, and answer with the pieces of the page that differ; all of them when the page is behind."""
    network = services.visible_network(request.user, pk)
    asked = posted.read(request)
    before = Page(network, network.draft)
    try:
        after = Page(act(network, asked))
    except UserError as error:
        return _refused(request, network, asked, error)
    whole = asked.revision != network.revision or after.network.revision - network.revision > 1
    context = {
        "network": after.network,
        "page": after,
        "whole": whole,
        "data": data_form.panel(after.draft, after.info),
    }
    if not whole:
        context["changes"] = changes(before, after, asked.typed_in)
        # A button that is drawn anew under a pressed finger is never clicked: only when it has to be.
        was_ok = not before.problems if asked.ok is None else asked.ok
        context["new_verdict"] = was_ok == bool(after.problems)
        context["new_data"] = before.draft["data"] != after.draft["data"]
    return render(request, "networks/changes.html", context)


def _refused(request: HttpRequest, network: Network, asked: posted.Posted, error: UserError) -> HttpResponse:
    network.refresh_from_db()
    page = Page(network)
    context = {
        "network": network,
        "page": page,
        "error": error,
        "whole": True,
        "data": data_form.panel(page.draft, page.info),
        "again": posted.again(network.draft, asked, error),
    }
    return render(request, "networks/changes.html", context, status=getattr(error, "status", 422))
