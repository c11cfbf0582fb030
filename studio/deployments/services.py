"""What people do with models: have one made, have it made again, predict with it."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from studio.deployments import packed_rows, predictor, rows
from studio.deployments.models import Model
from studio.jobs.doorbell import ring
from studio.runs.models import Run
from training.bundle.runtime import Bundle
from training.encode import columns_from_rows
from training.encode.pictures import size_of
from training.errors import SettingError, UserError

PIXELS_AT_ONCE = 100_000_000  # of a request's pictures: a second or two of a web process


class NotReady(UserError):
    """The run has no model yet, or its download is not packed."""

    status = 409


def make_model(run: Run) -> Model:
    """The model of a run that ends with weights; queued for judging the first time."""
    model, made = Model.objects.get_or_create(run=run)
    if made:
        transaction.on_commit(partial(ring, Model))
    return model


@transaction.atomic
def make_again(run: Run) -> Model:
    """Queue a model that failed anew; what it has already (its report) is kept.

    Raises NotReady when the run has no weights to judge.
    """
    if not run.has_model:
        raise NotReady(
            _("%(run)s has no weights to judge.") % {"run": run},
            where="run",
            hint=_("A run has a model once it has finished or was stopped with its best kept."),
        )
    model = make_model(run)
    failed = Model.objects.filter(pk=model.pk, state=Model.State.FAILED)
    if failed.update(
        state=Model.State.QUEUED, losses=0, message="", hint="", queued_at=timezone.now(), ended_at=None
    ):
        transaction.on_commit(partial(ring, Model))
    return model


def packed_model(run: Run) -> Model:
    """The run's model with its bundle. Raises NotReady with the reason when there is none (yet)."""
    model = Model.objects.filter(run=run).first()
    if model is not None and model.bundle:
        return model
    if model is not None and model.state == Model.State.FAILED:
        raise NotReady(model.message, where="model", hint=model.hint or _("Try again on the model's page."))
    _check_model_follows(run)
    raise NotReady(
        _("The model of %(run)s is not packed yet.") % {"run": run},
        where="model",
        hint=_("Wait until the run has ended and its report is there, then ask again."),
    )


def judged_model(run: Run) -> Model:
    """The run's model with its report. Raises NotReady with the reason when there is none (yet)."""
    model = Model.objects.filter(run=run).first()
    if model is not None and model.report:
        return model
    if model is not None and model.state == Model.State.FAILED:
        raise NotReady(model.message, where="model", hint=model.hint)
    _check_model_follows(run)
    raise NotReady(
        _("%(run)s has no report yet.") % {"run": run},
        where="model",
        hint=_("Wait until the run has ended, then ask again."),
    )


def _check_model_follows(run: Run) -> None:
    """Raises NotReady for a run that ended without a model: there is nothing to wait for."""
    if run.is_over and not run.has_model:
        said = _("%(run)s has no model. %(why)s") % {"run": run, "why": run.message}
        raise NotReady(said, where="run", hint=run.advice)


def predict_json(model: Model, body: bytes) -> tuple[list[rows.Row], list[dict[str, Any]]]:
    """The rows of ``{"rows": [{column: value, …}, …]}`` and their predictions. Raises SettingError."""
    bundle = predictor.bundle_of(model)
    given = rows.from_json(body, long_columns(bundle))
    rows.check_columns(given, features=bundle.columns, known=known_columns(model))
    return given, _predicted(model, given)


def predict_csv(model: Model, body: bytes) -> tuple[list[rows.Row], list[dict[str, Any]]]:
    """The rows of a CSV and their predictions; columns that the model does not know are ignored."""
    bundle = predictor.bundle_of(model)
    given = rows.from_csv(body, bundle.reading, long_columns(bundle))
    rows.check_columns(given, features=bundle.columns)
    return given, _predicted(model, given)


def predict_zip(model: Model, body: bytes) -> tuple[list[rows.Row], list[dict[str, Any]]]:
    """The rows of the CSV in a zip, whose cells name the pictures beside it, and their predictions."""
    bundle = predictor.bundle_of(model)
    pictures = [feature["name"] for feature in bundle.features if feature["type"] == "picture"]
    given, filled = packed_rows.from_zip(body, bundle.reading, long_columns(bundle), pictures)
    rows.check_columns(given, features=bundle.columns)
    return given, _predicted(model, filled)


def predict_file(model: Model, body: bytes) -> tuple[list[rows.Row], list[dict[str, Any]]]:
    """The rows of a CSV, or of a zip with one, and their predictions. Raises SettingError."""
    return (predict_zip if packed_rows.is_zip(body) else predict_csv)(model, body)


def long_columns(bundle: Bundle) -> list[str]:
    """The columns whose cells may be long: texts, and pictures in base64."""
    return [feature["name"] for feature in bundle.features if feature["type"] in ("text", "picture")]


def cell_problems(model: Model, given: list[rows.Row]) -> list[dict[str, Any]]:
    """The cells that cannot be read: ``{"row" (from 1), "column", "text", "what"}``.

    Raises SettingError for more pixels than are opened at once.
    """
    found: list[dict[str, Any]] = []
    state = predictor.bundle_of(model).state
    columns = columns_from_rows(state, given, found)
    if not found:
        _check_pictures([columns[about["name"]] for about in state["columns"] if about["type"] == "picture"])
    return found


def _check_pictures(columns: list[Any]) -> None:
    """Raises SettingError where pictures that are small as files would take long to open."""
    pixels = 0
    for row, content in ((row, each) for column in columns for row, each in enumerate(column)):
        pixels += size_of(content) if content is not None else 0
        if pixels > PIXELS_AT_ONCE:
            raise SettingError(
                _("With row %(row)s the pictures have more than %(most)s million pixels together.")
                % {"row": f"{row + 1:,}", "most": PIXELS_AT_ONCE // 1_000_000},
                where="rows",
                hint=_("Send fewer rows at a time, or smaller pictures."),
            )


def known_columns(model: Model) -> list[str]:
    """The columns of the data that the model was trained on, the target among them."""
    return [column["name"] for column in model.run.dataset_version.info["columns"]]


def _predicted(model: Model, given: list[rows.Row]) -> list[dict[str, Any]]:
    found = cell_problems(model, given)
    if found:
        raise SettingError(
            _("Row %(row)s: “%(text)s” %(what)s.")
            % {"row": f"{found[0]['row']:,}", "text": found[0]["text"][:80], "what": found[0]["what"]},
            where=f"rows[{found[0]['row'] - 1}].{found[0]['column']}",
            hint=_("Send a value of the column's type, or leave the cell empty."),
        )
    return answers(model, given)


def answers(model: Model, given: list[rows.Row]) -> list[dict[str, Any]]:
    """Predictions of rows without cell problems. Raises SettingError where there is no finite answer."""
    try:
        return predictor.bundle_of(model).predict(given)
    except ValueError as error:
        hint = "" if predictor.bundle_of(model).task == "forecast" else _("Send smaller numbers.")
        raise SettingError(str(error), where="rows", hint=hint) from None


def unanswered(given: int, predictions: list[dict[str, Any]]) -> list[int]:
    """The rows (from 1) of a forecast that end no whole window, and so have no prediction."""
    answered = {one["row"] for one in predictions if "row" in one}
    return [row for row in range(1, given + 1) if row not in answered] if answered else []
