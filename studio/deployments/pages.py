"""What the report page and the model page show, in each state that a run and its model can be in."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from studio.deployments import predictor, tryit
from studio.deployments.contents import MAIN_FILES, contents_of
from studio.deployments.figures import figures_of
from studio.deployments.learned import learned_of
from studio.deployments.matrix import matrix_of
from studio.deployments.models import Model
from studio.deployments.verdict import best_epoch, classes_of, outputs_of, verdict_of
from studio.runs.models import Run
from training.bundle.runtime import Bundle


def report_page(run: Run) -> dict[str, Any]:
    """The report page's context; without a report, how far it is."""
    context = _common(run, "evaluate")
    report = context["report"]
    if not report:
        return context | _progress(run, context["model"])
    return context | {
        "verdict": verdict_of(report, str(run)),
        "test_rows": f"{report['rows']['test']:,}",
        "matrix": matrix_of(report),
        "figures": figures_of(report),
        "classes": classes_of(report),
        "outputs": outputs_of(report),
    }


def model_page(run: Run, root: str) -> dict[str, Any]:
    """The model page's context. root: this server's address, for the API example."""
    context = _common(run, "deploy")
    model = context["model"]
    if model is None or not model.bundle:
        return context | _progress(run, model) | {"is_ready": False}
    bundle = predictor.bundle_of(model)
    contents = contents_of(predictor.members_of(model))
    return (
        context
        | split_fields(tryit.fields_of(bundle))
        | {
            "is_ready": True,
            "has_pictures": any(feature["type"] == "picture" for feature in bundle.features),
            "members": contents[:MAIN_FILES],
            "more_members": contents[MAIN_FILES:],
            "curl": _curl(run, root, bundle),
            "checked": _checked(model.checked),
            "headline": verdict_of(context["report"], str(run)).headline,
            "learned": (learned := learned_of(bundle.state)),
            "learned_more": len(bundle.state["columns"]) - len(learned),
        }
    )


def split_fields(fields: list[tryit.TryField]) -> dict[str, Any]:
    return {
        "fields": fields,
        "first_fields": fields[: tryit.FIRST_FIELDS],
        "more_fields": fields[tryit.FIRST_FIELDS :],
    }


def _common(run: Run, step: str) -> dict[str, Any]:
    model = getattr(run, "model", None)
    return {
        "run": run,
        "model": model,
        "step": step,
        "report": model.report if model else {},
        "best_epoch": best_epoch(run.summary),
        "is_working": False,
    }


def _progress(run: Run, model: Model | None) -> dict[str, Any]:
    """What a page says while there is nothing to show yet, and whether that will change by itself."""
    if model is not None:
        return {"is_working": not model.is_over, **_judging(run, model)}
    if run.has_model:
        return {
            "can_judge": True,
            "progress_title": _("This model has not been judged yet"),
            "progress_text": _("Judging measures it on the rows that training never saw."),
        }
    if run.state == Run.State.DISCARDED:
        return {
            "progress_title": _("%(run)s has no model") % {"run": run},
            "progress_text": _("It was discarded, and its weights with it."),
        }
    if run.is_over:
        return {
            "progress_title": _("%(run)s has no model") % {"run": run},
            "progress_text": f"{run.message} {run.advice}".strip()
            or _("It ended before there were weights to keep."),
        }
    return {
        "is_working": run.state != Run.State.PAUSED,
        "progress_title": _("%(run)s is not over yet") % {"run": run},
        "progress_text": _("The report follows by itself when training ends."),
    }


def _judging(run: Run, model: Model) -> dict[str, str]:
    if model.state == Model.State.QUEUED:
        return {
            "progress_title": _("The model waits for a worker"),
            "progress_text": _("It is judged as soon as one is free."),
        }
    if model.report:
        return {
            "progress_title": _("Packing the model"),
            "progress_text": _("The download is written, then checked on real rows against PyTorch."),
        }
    rows = run.summary.get("started", {}).get("rows", {}).get("test")
    title = (
        _("Judging the model on %(rows)s rows that it has never seen") % {"rows": f"{rows:,}"}
        if rows
        else _("Judging the model on rows that it has never seen")
    )
    return {
        "progress_title": title,
        "progress_text": _("This takes a few seconds."),
    }


def _checked(found: dict[str, Any]) -> str:
    """How the bundle was held against the trained network, in a sentence."""
    unit = _("a probability") if found["unit"] == "probability" else _("the target's standard deviation")
    return _(
        "On %(rows)s real rows ONNX and PyTorch differ by at most %(difference)s of %(unit)s, "
        "and the inputs are those that were trained on."
    ) % {"rows": f"{found['rows']:,}", "difference": _decimal(found["difference"]), "unit": unit}


def _decimal(value: float) -> str:
    """One significant digit, written out: 0.0000001."""
    return f"{Decimal(f'{value:.1g}'):f}"


def _curl(run: Run, root: str, bundle: Bundle) -> str:
    address = root.rstrip("/") + reverse("api:predict", args=[run.pk])
    asked = f'curl {address} \\\n  -H "Authorization: Bearer $STRATA_KEY" \\\n'
    if bundle.task == "forecast":  # a window of rows would be a long line
        return f'{asked}  -H "Content-Type: text/csv" \\\n  --data-binary @rows.csv'
    row = {feature["name"]: tryit.typical(feature) for feature in bundle.features}
    body = json.dumps({"rows": [row]}, ensure_ascii=False).replace("'", "'\\''")
    return f"{asked}  -H \"Content-Type: application/json\" \\\n  -d '{body}'"
