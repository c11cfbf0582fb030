"""The pages that show datasets; edits.py has what changes them."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db.models import OuterRef, Subquery
from django.db.models.fields.json import KT
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from studio.accounts.models import User
from studio.accounts.services import current_project
from studio.datasets import closer, files, page, services
from studio.datasets.models import Dataset, DatasetVersion
from studio.datasets.rows import Place, whole
from studio.downloads import attachment

LIST_PAGE = 50


def find(user: User, pk: int, number: int | None = None) -> DatasetVersion:
    """A dataset's newest version, or the one of that number, with its dataset. Http404 for strangers."""
    dataset = get_object_or_404(Dataset.objects.visible_to(user), pk=pk)
    versions = dataset.versions.order_by("-number")
    version = (versions if number is None else versions.filter(number=number)).first()
    if version is None:
        raise Http404
    version.dataset = dataset
    return version


def found(request: HttpRequest, pk: int) -> DatasetVersion:
    """The version that the address means: the dataset's newest, or ?version=."""
    number = request.GET.get("version", "")
    return find(request.user, pk, whole(number) if number else None)


def shown(request: HttpRequest, version: DatasetVersion) -> dict:
    """The context of a page or fragment: which part of the table is looked at stands in the address."""
    return page.context(version, Place.of(request.GET))


@require_safe
def dataset_list(request: HttpRequest) -> HttpResponse:
    """The datasets of the current project with the state of their newest versions."""
    newest = DatasetVersion.objects.filter(dataset=OuterRef("pk")).order_by("-number")
    rows = Dataset.objects.visible_to(request.user).filter(project=current_project(request))
    rows = rows.annotate(newest_pk=Subquery(newest.values("pk")[:1]))
    paging = Paginator(rows, LIST_PAGE).get_page(request.GET.get("page"))
    versions = (
        DatasetVersion.objects.annotate(target=KT("proposal__target"))
        .defer("info", "proposal", "progress")
        .in_bulk([dataset.newest_pk for dataset in paging])
    )
    pairs = [(dataset, versions.get(dataset.newest_pk)) for dataset in paging]
    return render(request, "datasets/list.html", {"step": "data", "pairs": pairs, "paging": paging})


@require_safe
def dataset(request: HttpRequest, pk: int) -> HttpResponse:
    context = shown(request, found(request, pk))
    return render(request, "datasets/page.html", {"step": "data", **context})


@require_safe
def state(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the page that changes: asked for again while the file is being read."""
    return render(request, "datasets/state.html", {"fragment": True, **shown(request, found(request, pk))})


@require_safe
def columns(request: HttpRequest, pk: int) -> HttpResponse:
    """The columns card alone: another page of columns, or those that a search finds."""
    context = shown(request, found(request, pk))
    if not context["version"].is_ready:
        raise Http404
    return render(request, "datasets/columns.html", context)


@require_safe
def look(request: HttpRequest, pk: int, at: int) -> HttpResponse:
    """One column closely: its figures, its distribution by the target, its pictures, texts or line."""
    context = closer.context(found(request, pk), at, whole(request.GET.get("row", "")))
    return render(request, "datasets/closer.html", context)


@require_safe
def picture(request: HttpRequest, pk: int, at: int, row: int) -> HttpResponse:
    """A small picture of one row. A version's rows never change, so browsers may keep it."""
    small = closer.picture(found(request, pk), at, row)
    return HttpResponse(small, content_type="image/png", headers={"Cache-Control": "private, max-age=86400"})


@require_safe
def raw(request: HttpRequest, pk: int) -> HttpResponse:
    """The uploaded file, byte for byte."""
    return send_raw(request, found(request, pk))


def send_raw(request: HttpRequest, version: DatasetVersion) -> HttpResponse:
    services.check_raw(version)
    return attachment(request, files.local(version.raw), name=version.file_name, tag=version.sha256)
