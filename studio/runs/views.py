"""The pages of runs; what changes them is in services."""

from __future__ import annotations

import csv
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from studio.accounts.services import current_project
from studio.networks.models import Network
from studio.runs import page, services
from studio.runs.history import epochs_of
from studio.runs.models import Run
from training.metrics import LOSS, METRICS

LIST_PAGE = 50
TABLE_PAGE = 200


def find(request: HttpRequest, pk: int) -> Run:
    """The run of that number with its dataset; Http404 when the user may not see it."""
    runs = Run.objects.visible_to(request.user).select_related("dataset_version__dataset", "network")
    return get_object_or_404(runs.defer("dataset_version__info", "network__draft"), pk=pk)


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """The runs of the current project, newest first."""
    runs = Run.objects.visible_to(request.user).filter(project=current_project(request))
    runs = runs.select_related("dataset_version__dataset")
    runs = runs.defer("recipe", "progress", "dataset_version__info")
    paging = Paginator(runs, LIST_PAGE).get_page(request.GET.get("page"))
    context = {"step": "train", "paging": paging, "rows": page.rows_of(list(paging))}
    return render(request, "runs/list.html", context)


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A run, live while it trains."""
    return render(request, "runs/detail.html", page.run_page(find(request, pk)))


@require_safe
def epochs(request: HttpRequest, pk: int) -> HttpResponse:
    """The curves as a table."""
    run = find(request, pk)
    columns, rows = _table(run)
    paging = Paginator(rows, TABLE_PAGE).get_page(request.GET.get("page"))
    shown = [(epoch, [page.figure(value) for value in values]) for epoch, values in paging]
    context = {
        "run": run,
        "step": "train",
        "paging": paging,
        "rows": shown,
        "columns": [f"{_title(name)}, {SPLITS[split]()}" for split, name in columns],
    }
    return render(request, "runs/epochs.html", context)


@require_safe
def epochs_csv(request: HttpRequest, pk: int) -> HttpResponse:
    """The same with every digit, as a file."""
    run = find(request, pk)
    columns, rows = _table(run)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="run-{run.number}-epochs.csv"'
    writer = csv.writer(answer)
    writer.writerow(["epoch", *(f"{split}_{name}" for split, name in columns)])
    writer.writerows([epoch, *values] for epoch, values in rows)
    return answer


@require_POST
def start(request: HttpRequest, network_id: int) -> HttpResponse:
    """Train a network: its draft becomes a run."""
    networks = Network.objects.visible_to(request.user).select_related("dataset_version")
    run = services.start_run(request.user, get_object_or_404(networks, pk=network_id))
    return redirect("runs:detail", run.pk)


def _doing(act: Callable[[Run], Any]) -> Callable[..., HttpResponse]:
    @require_POST
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        act(find(request, pk))
        return redirect("runs:detail", pk)

    return view


stop = _doing(services.stop_run)
pause = _doing(services.pause_run)
resume = _doing(services.resume_run)
discard = _doing(services.discard_run)


@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    run = find(request, pk)
    services.delete_run(run)
    messages.info(request, _("%(run)s is deleted.") % {"run": run})
    return redirect("runs:list")


SPLITS = {"training": lambda: _("training"), "validation": lambda: _("validation")}


def _table(run: Run) -> tuple[list[tuple[str, str]], list[tuple[int, list[float | None]]]]:
    """Columns (split, metric) and rows (epoch, values) of the epochs that count."""
    told = epochs_of(run)
    columns: dict[tuple[str, str], None] = {}
    for event in told:
        columns |= {(split, name): None for split in SPLITS for name in event["metrics"].get(split, {})}
    rows = [
        (event["epoch"], [event["metrics"].get(split, {}).get(name) for split, name in columns])
        for event in told
    ]
    return list(columns), rows


def _title(name: str) -> str:
    return _(METRICS[name].title if name in METRICS else LOSS.title)
