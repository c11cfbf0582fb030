"""The pages of a run's report (Evaluate) and of its model (Deploy)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from studio import downloads
from studio.datasets import files
from studio.datasets.intake import uploaded_file
from studio.deployments import pages, predictor, rows, scoring, services, tryit
from studio.runs.models import Run
from training.errors import SettingError, UserError


def visible_run(request: HttpRequest, pk: int) -> Run:
    """The run with its data and model, or 404 for whoever may not see it."""
    found = Run.objects.visible_to(request.user).select_related(
        "model", "dataset_version__dataset", "project"
    )
    return get_object_or_404(found, pk=pk)


@require_safe
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """The report, or how far it is; asked by htmx, only the latter, until a reload shows the report."""
    run = visible_run(request, pk)
    context = pages.report_page(run)
    return _page(request, "deployments/report.html", context, ready=bool(context["report"]))


@require_safe
def model(request: HttpRequest, pk: int) -> HttpResponse:
    """Download, try it, score a file, API; or how far the packing is."""
    run = visible_run(request, pk)
    context = pages.model_page(run, request.build_absolute_uri("/"))
    return _page(request, "deployments/model.html", context, ready=context["is_ready"])


@require_POST
def again(request: HttpRequest, pk: int) -> HttpResponse:
    services.make_again(visible_run(request, pk))
    return redirect("deployments:report", pk)


@require_safe
def download(request: HttpRequest, pk: int) -> HttpResponse:
    run = visible_run(request, pk)
    packed = services.packed_model(run)
    return downloads.attachment(
        request, files.local(packed.bundle), name=f"{run.name}.zip", tag=packed.checked["sha256"]
    )


@require_POST
def try_row(request: HttpRequest, pk: int) -> HttpResponse:
    """One row in, a prediction out: the result and the fields' errors for htmx, else the whole page."""
    run = visible_run(request, pk)
    packed = services.packed_model(run)
    bundle = predictor.bundle_of(packed)
    fields = tryit.filled(tryit.fields_of(bundle), request.POST, request.FILES)
    context: dict[str, Any] = {"run": run, "report": packed.report}
    try:
        given = tryit.rows_of(fields, bundle)
        fields = tryit.refused(fields, services.cell_problems(packed, given))
        if not any(field.error for field in fields):
            prediction = services.answers(packed, given)[-1]
            context |= {
                "prediction": tryit.said(prediction),
                "chances": tryit.chances_of(prediction),
                "answers": tryit.answers_of(prediction),
                "range": tryit.range_of(prediction, predictor.bundle_of(packed)),
            }
    except SettingError as error:
        fields = tryit.with_error(fields, error)
    context["fields"] = fields
    if request.htmx:
        return render(request, "deployments/_result.html", context | {"swap": True})
    whole = pages.model_page(run, request.build_absolute_uri("/"))
    return render(request, "deployments/model.html", whole | pages.split_fields(fields) | context)


@require_POST
def score(request: HttpRequest, pk: int) -> HttpResponse:
    """A CSV of rows, or a zip of one with its pictures, in; the same with predictions out.

    A refusal is shown beside the field.
    """
    run = visible_run(request, pk)
    packed = services.packed_model(run)
    try:
        text = scoring.scored_csv(*services.predict_file(packed, _uploaded(request)))
    except UserError as error:
        context = pages.model_page(run, request.build_absolute_uri("/")) | {"score_error": error}
        return render(request, "deployments/model.html", context, status=422)
    headers = {"Content-Disposition": content_disposition_header(True, f"{run.name} predictions.csv")}
    return HttpResponse(text, content_type="text/csv; charset=utf-8", headers=headers)


def _uploaded(request: HttpRequest) -> bytes:
    file = uploaded_file(request)
    if file.size > rows.MAX_BYTES:
        raise SettingError(
            _("The file has %(size)s MB; at most %(most)s are scored here.")
            % {"size": f"{file.size / 1e6:,.1f}", "most": f"{rows.MAX_BYTES / 1e6:,.0f}"},
            where="file",
            hint=_("Download the model and run predict.py: it has no limit."),
        )
    return file.path.read_bytes()


def _page(request: HttpRequest, template: str, context: dict[str, Any], *, ready: bool) -> HttpResponse:
    if not request.htmx:
        return render(request, template, context)
    if ready or not context["is_working"]:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "deployments/_progress.html", context)
