"""A run's report, bundle and predictions over REST; mounted under /runs/."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Router

from studio import downloads
from studio.datasets import files
from studio.deployments import rows, services
from studio.runs.models import Run
from training.errors import UserError

router = Router(tags=["models"])


class TooLarge(UserError):
    """A body beyond the limit."""

    status = 413


class Unknown(UserError):
    """A body in a format that is not read."""

    status = 415


def _run(request: HttpRequest, run_id: int) -> Run:
    found = Run.objects.visible_to(request.user).select_related("dataset_version")
    return get_object_or_404(found, pk=run_id)


@router.get("/{int:run_id}/report", url_name="report", summary="The report on the test split")
def report(request: HttpRequest, run_id: int) -> dict[str, Any]:
    """What the report page shows. 409 while there is none."""
    return services.judged_model(_run(request, run_id)).report


@router.get("/{int:run_id}/bundle", url_name="bundle", summary="The model's zip")
def bundle(request: HttpRequest, run_id: int) -> HttpResponse:
    """The file that the model page offers; Range is honoured. 409 while there is none."""
    run = _run(request, run_id)
    model = services.packed_model(run)
    return downloads.attachment(
        request, files.local(model.bundle), name=f"{run.name}.zip", tag=model.checked["sha256"]
    )


@router.post("/{int:run_id}/predict", url_name="predict", summary="Predictions of rows")
def predict(request: HttpRequest, run_id: int) -> dict[str, Any]:
    """Body: `{"rows": [{"column": value, …}, …]}`, or a CSV (`text/csv`) with a header line, or a zip
    (`application/zip`) of a CSV and the pictures whose paths stand in its cells.

    Answers `{"predictions": [{"prediction", "probabilities"?, "low"?, "high"?}, …]}` in the order of
    the rows. The prediction is a class, a number, a list of labels, or an object where several numbers are
    predicted. In JSON and in a CSV alone, a picture is sent in base64. A forecast takes rows in order
    of time: each prediction names the `row` (from 1) that ends its window, and `without` are the rows
    that end none.
    """
    run = _run(request, run_id)
    model = services.packed_model(run)
    model.run = run
    if request.content_type == "text/csv":
        given, predictions = services.predict_csv(model, _body(request))
    elif request.content_type == "application/zip":
        given, predictions = services.predict_zip(model, _body(request))
    elif request.content_type == "application/json":
        given, predictions = services.predict_json(model, _body(request))
    else:
        raise Unknown(
            _("Rows are read as JSON or CSV, or as a zip of a CSV and pictures."),
            where="Content-Type",
            hint=_("Send application/json, text/csv or application/zip."),
        )
    answer = {"run": run.pk, "predictions": predictions}
    without = services.unanswered(len(given), predictions)
    return answer | ({"without": {"count": len(without), "rows": without}} if without else {})


def _body(request: HttpRequest) -> bytes:
    """The body, never more of it in memory than is allowed."""
    body = b""
    while len(body) <= rows.MAX_BYTES and (piece := request.read(rows.MAX_BYTES + 1 - len(body))):
        body += piece
    if len(body) > rows.MAX_BYTES:
        raise TooLarge(
            _("The body is larger than %(most)s MB.") % {"most": rows.MAX_BYTES // 1_000_000},
            where="rows",
            hint=_("Send the rows in parts."),
        )
    return body
