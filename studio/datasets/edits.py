"""What forms and htmx post about datasets: parse, one service, answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from studio import errors
from studio.accounts.services import current_project
from studio.datasets import forms, reading, samples, services
from studio.datasets.intake import uploaded_file
from studio.datasets.models import DatasetVersion
from studio.datasets.views import found, shown, whole
from training.errors import UserError


def address(version: DatasetVersion) -> str:
    return f"{reverse('datasets:detail', args=[version.dataset_id])}?version={version.number}"


def after_upload(request: HttpRequest, take: Callable[[], DatasetVersion]) -> HttpResponse:
    """Send the browser on to the version; a script that shows progress gets JSON instead."""
    if "application/json" not in request.headers.get("Accept", ""):
        return redirect(address(take()))
    try:
        return JsonResponse({"url": address(take())}, status=201)
    except UserError as error:
        return errors.problem_of(error)


@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    return after_upload(
        request,
        lambda: services.create_dataset(
            user=request.user, project=current_project(request), upload=uploaded_file(request)
        ),
    )


@require_POST
def add_version(request: HttpRequest, pk: int) -> HttpResponse:
    dataset = found(request, pk).dataset
    return after_upload(request, lambda: services.add_version(dataset=dataset, upload=uploaded_file(request)))


@require_POST
def use_sample(request: HttpRequest, key: str) -> HttpResponse:
    """Open the project's dataset of a sample, made if it is not there yet."""
    dataset = samples.use_sample(user=request.user, project=current_project(request), key=key)
    return redirect("datasets:detail", pk=dataset.pk)


@require_POST
def reread(request: HttpRequest, pk: int) -> HttpResponse:
    version = found(request, pk)
    fixed, types = forms.reading_of(request.POST), forms.types_of(request.POST, version)
    return redirect(address(services.reread(version=version, reading=fixed, types=types)))


@require_POST
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The first rows as the form's settings would read them; nothing is changed."""
    version = found(request, pk)
    services.check_raw(version)
    seen = reading.preview(version, forms.reading_of(request.POST))
    return render(request, "datasets/reading_preview.html", seen)


@require_POST
def read_again(request: HttpRequest, pk: int) -> HttpResponse:
    version = found(request, pk)
    services.read_again(version=version)
    return redirect(address(version))


@require_POST
def role(request: HttpRequest, pk: int) -> HttpResponse:
    column = {"column": request.POST.get("column", ""), "role": request.POST.get("role", "")}
    return after_change(request, pk, services.set_role, **column)


@require_POST
def target(request: HttpRequest, pk: int) -> HttpResponse:
    return after_change(request, pk, services.set_target, target=request.POST.get("target", ""))


@require_POST
def task(request: HttpRequest, pk: int) -> HttpResponse:
    return after_change(request, pk, services.set_task, task=request.POST.get("task", ""))


@require_POST
def remedy(request: HttpRequest, pk: int) -> HttpResponse:
    wanted = {"finding": request.POST.get("finding", ""), "act": request.POST.get("act", "")}
    return after_change(request, pk, services.set_remedy, **wanted)


@require_POST
def drop_step(request: HttpRequest, pk: int) -> HttpResponse:
    return after_change(request, pk, services.drop_step, place=whole(request.POST.get("step", ""), -1))


@require_POST
def delete_raw(request: HttpRequest, pk: int) -> HttpResponse:
    version = found(request, pk)
    services.delete_raw(version=version)
    messages.info(request, _("The uploaded file is deleted. Its table is kept."))
    return redirect(address(version))


def after_change(request: HttpRequest, pk: int, service: Callable[..., None], **fields: Any) -> HttpResponse:
    """Do it, then draw the result, or go back to the page where there is no script."""
    version = found(request, pk)
    service(version=version, **fields)
    if not request.htmx:
        return redirect(address(version))
    return render(request, "datasets/state.html", shown(request, version))


@require_POST
def rename(request: HttpRequest, pk: int) -> HttpResponse:
    version = found(request, pk)
    services.rename(dataset=version.dataset, name=request.POST.get("name", ""))
    return redirect(address(version))


@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    version = found(request, pk)
    try:
        services.delete_dataset(dataset=version.dataset)
    except services.InUse as error:
        messages.error(request, str(error))
        return redirect(address(version))
    messages.info(request, _("%(name)s is deleted.") % {"name": version.dataset.name})
    return redirect("datasets:list")
