"""The training settings: a page of fields, each saved as it is changed."""

from __future__ import annotations

import json
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from studio.networks import history, searches, services, training_form
from studio.networks.models import Network
from studio.networks.page import Page
from studio.networks.views import posted
from studio.networks.words import BUILDER
from training.errors import UserError


@require_GET
def page(request: HttpRequest, pk: int) -> HttpResponse:
    page = Page(services.visible_network(request.user, pk))
    words = json.dumps({name: str(text) for name, text in BUILDER.items()})
    context = {
        "step": "train",
        "network": page.network,
        "page": page,
        "sections": _sections(page),
        "words": words,
        "searches": searches.all_shown(page.network),
    }
    return render(request, "networks/training.html", context)


def _sections(page: Page) -> list[training_form.Section]:
    columns = [column["name"] for column in page.info["columns"]]
    return training_form.sections(page.draft, page.problems, columns, page.checked.inputs)


@require_POST
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    return _change(
        request,
        pk,
        lambda network, asked: history.edit_network(
            request.user, network, asked.revision, posted.meant(network.draft, asked), token=asked.token
        ),
    )


@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    return _change(request, pk, lambda network, asked: history.undo(request.user, network, asked.revision))


@require_POST
def redo(request: HttpRequest, pk: int) -> HttpResponse:
    return _change(request, pk, lambda network, asked: history.redo(request.user, network, asked.revision))


def _change(request: HttpRequest, pk: int, act: Callable[[Network, posted.Posted], Network]) -> HttpResponse:
    network = services.visible_network(request.user, pk)
    asked = posted.read(request)
    before = Page(network)
    try:
        after = Page(act(network, asked))
    except UserError as error:
        return _refused(request, network, asked, error)
    old, new = _sections(before), _sections(after)
    redrawn, told = training_form.changes(old, new, _typed_in(asked))
    is_behind = asked.revision != network.revision or after.network.revision - network.revision > 1
    if is_behind:
        redrawn, told = new, []
    context = {
        "network": after.network,
        "page": after,
        "redrawn": redrawn,
        "told": told,
        "sections": new if training_form.gone(old, new) else None,
        "searches": searches.all_shown(after.network),
        "new_verdict": is_behind or bool(before.problems) != bool(after.problems),
    }
    return render(request, "networks/training_changes.html", context)


def _refused(request: HttpRequest, network: Network, asked: posted.Posted, error: UserError) -> HttpResponse:
    network.refresh_from_db()
    page = Page(network)
    context = {
        "network": network,
        "page": page,
        "sections": _sections(page),
        "error": error,
        "searches": searches.all_shown(network),
        "again": posted.again(network.draft, asked, error),
    }
    return render(request, "networks/training_changes.html", context, status=getattr(error, "status", 422))


def _typed_in(asked: posted.Posted) -> str:
    """The id of the field that was changed by hand."""
    path = asked.edits[0].get("path") if asked.typed and asked.edits else ""
    return "f-" + path.replace(".", "-") if isinstance(path, str) and path else ""
