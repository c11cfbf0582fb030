"""Home, the two shortcuts of the sidebar, and the health check."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis import Redis
from redis.exceptions import RedisError

from studio.accounts.services import current_project
from studio.datasets.samples import catalogue
from studio.front import project_cards, recent_runs
from studio.runs.models import Run

REPORTED = (Run.State.DONE, Run.State.STOPPED)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Where to begin, what ran last, and the projects; a constant number of queries."""
    runs, count = recent_runs(request.user, current_project(request))
    context = {
        "step": "home",
        "samples": catalogue(),
        "upload_limit_bytes": settings.UPLOAD_LIMIT_BYTES,
        "runs": runs,
        "run_count": count,
        "cards": project_cards(request.user),
    }
    return render(request, "home.html", context)


@require_safe
def newest_report(request: HttpRequest) -> HttpResponse:
    """The report of the project's newest run that has one."""
    return _newest(request, "deployments:report", "evaluate", _("Evaluate"))


@require_safe
def newest_model(request: HttpRequest) -> HttpResponse:
    """The model of the project's newest run that has one."""
    return _newest(request, "deployments:model", "deploy", _("Deploy"))


def _newest(request: HttpRequest, page: str, step: str, heading: str) -> HttpResponse:
    run = current_project(request).runs.filter(state__in=REPORTED).only("pk").first()
    if run is not None:
        return redirect(page, run.pk)
    return render(request, "no_model.html", {"step": step, "page_heading": heading})


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """For monitors: 200 when pages can be served; the broker's loss only delays (its state is told)."""
    state: dict[str, Any] = {"database": _database_answers(), "broker": _broker_answers()}
    healthy = state["database"]
    return JsonResponse({"ok": healthy} | state, status=200 if healthy else 503)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return True
    except DatabaseError:
        return False


def _broker_answers() -> bool:
    try:
        with Redis.from_url(settings.BROKER.channels, socket_connect_timeout=1, socket_timeout=1) as server:
            return bool(server.ping())
    except (RedisError, OSError):
        return False
