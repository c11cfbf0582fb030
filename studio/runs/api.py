"""This room over REST: the same services as the pages."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema, Status

from studio.networks.models import Network
from studio.runs import services
from studio.runs.history import events_after, standing
from studio.runs.models import Run

router = Router(tags=["runs"])


class RunIn(Schema):
    """network: the number of the network whose draft is to be trained."""

    network: int


class RunOut(Schema):
    """A run as it stands. recipe: only in the answer for one run."""

    id: int
    project: int
    number: int
    name: str
    network: int | None
    dataset: int
    dataset_version: int
    state: str
    wish: str
    place: int | None
    attempt: int
    message: str
    hint: str
    device: str
    last_seq: int
    progress: dict[str, Any]
    summary: dict[str, Any]
    created_at: str
    started_at: str | None
    ended_at: str | None
    recipe: dict[str, Any] | None = None


class Events(Schema):
    """Events beyond ``after``, at most some thousand a call; ask again with the last ``seq``."""

    events: list[dict[str, Any]]
    last_seq: int


@router.post("", response={201: RunOut}, summary="Train a network")
def create(request: HttpRequest, body: RunIn) -> Status:
    networks = Network.objects.visible_to(request.user).select_related("dataset_version")
    run = services.start_run(request.user, get_object_or_404(networks, pk=body.network))
    return Status(201, shown(run, whole=True))


@router.get("", response=list[RunOut], summary="Runs, newest first")
def runs(
    request: HttpRequest,
    project: int | None = Query(None, ge=1, lt=2**63),
    limit: int = Query(100, ge=1, le=1000),
    before: int | None = Query(None, ge=1, lt=2**63),
) -> list[dict[str, Any]]:
    found = visible(request)
    if project is not None:
        found = found.filter(project=project)
    if before is not None:
        found = found.filter(pk__lt=before)
    waiting = Run.line("")
    return [shown(run, waiting=waiting) for run in found.defer("recipe")[:limit]]


@router.get("/{int:run_id}", response=RunOut, summary="One run, with its recipe")
def run(request: HttpRequest, run_id: int) -> dict[str, Any]:
    return shown(one(request, run_id), whole=True)


@router.delete("/{int:run_id}", response={204: None}, summary="Delete a run that is over, with its model")
def delete(request: HttpRequest, run_id: int) -> Status[None]:
    services.delete_run(one(request, run_id))
    return Status(204, None)


@router.get("/{int:run_id}/events", url_name="events", response=Events, summary="What it told")
def events(request: HttpRequest, run_id: int, after: int = Query(0, ge=0, lt=2**62)) -> dict[str, Any]:
    found = one(request, run_id)
    return {"events": events_after(found.pk, after), "last_seq": found.last_seq}


@router.post("/{int:run_id}/stop", response=RunOut, summary="Stop and keep the best")
def stop(request: HttpRequest, run_id: int) -> dict[str, Any]:
    return shown(services.stop_run(one(request, run_id)))


@router.post("/{int:run_id}/pause", response=RunOut, summary="Save and free the device")
def pause(request: HttpRequest, run_id: int) -> dict[str, Any]:
    return shown(services.pause_run(one(request, run_id)))


@router.post("/{int:run_id}/resume", response=RunOut, summary="Go on with a paused or failed run")
def resume(request: HttpRequest, run_id: int) -> dict[str, Any]:
    return shown(services.resume_run(one(request, run_id)))


@router.post("/{int:run_id}/discard", response=RunOut, summary="End and keep no weights")
def discard(request: HttpRequest, run_id: int) -> dict[str, Any]:
    return shown(services.discard_run(one(request, run_id)))


def visible(request: HttpRequest):
    runs = Run.objects.visible_to(request.user).select_related("dataset_version")
    return runs.defer("dataset_version__info")


def one(request: HttpRequest, run_id: int) -> Run:
    """The run of that number; Http404 when the caller may not see it."""
    run = visible(request).filter(pk=run_id).first()
    if run is None:
        raise Http404
    return run


def shown(run: Run, *, whole: bool = False, waiting: list[int] | None = None) -> dict[str, Any]:
    """A run as the answer's JSON."""
    times = {name: getattr(run, name) for name in ("created_at", "started_at", "ended_at")}
    return {
        "id": run.pk,
        "project": run.project_id,
        "number": run.number,
        "name": run.name,
        "network": run.network_id,
        "dataset": run.dataset_version.dataset_id,
        "dataset_version": run.dataset_version_id,
        "attempt": run.attempt,
        "device": run.device,
        "progress": run.progress,
        "summary": run.summary,
        **{name: value.isoformat() if value else None for name, value in times.items()},
        **{name: value for name, value in standing(run, waiting).items() if name in RunOut.model_fields},
        "recipe": run.recipe if whole else None,
    }
