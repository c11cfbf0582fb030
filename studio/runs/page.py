"""What the pages of runs show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from studio.runs.chips import CHIPS, chip_of
from studio.runs.history import standing
from studio.runs.models import Run
from studio.runs.sparkline import sparkline
from studio.runs.words import words
from training.declared import Declared
from training.metrics import LOSS, METRICS, metrics_of
from training.objectives import OBJECTIVES, objective_of
from training.optimizers import OPTIMIZERS
from training.recipe import Recipe
from training.schedules import SCHEDULES


@dataclass(frozen=True)
class Row:
    """A run in the list."""

    run: Run
    chip: tuple[str, str, str]
    line: str
    score: str
    score_title: str
    epochs: str


def rows_of(runs: list[Run]) -> list[Row]:
    return [_row(run) for run in runs]


def _row(run: Run) -> Row:
    summary = run.summary
    best = summary.get("best", {})
    values = best.get("validation") or best.get("training") or {}
    name = summary.get("headline", LOSS.name)
    value = values.get(name)
    epochs = f"{summary['epoch']:,}/{summary.get('epochs', 0):,}" if summary.get("epoch") else "–"
    title = METRICS[name].title if name in METRICS else LOSS.title
    return Row(
        run,
        chip_of(run),
        sparkline(summary.get("points", [])),
        figure(value) if value is not None else "–",
        title if value is not None else "",
        epochs,
    )


def run_page(run: Run) -> dict[str, Any]:
    """The context of a run's page; what changes while it is open comes over its socket."""
    recipe = Recipe.parse(run.recipe)
    shown = {
        "id": run.pk,
        "number": run.number,
        "name": str(run),
        "run": standing(run),
        "summary": run.summary,
        "progress": run.progress,
        "socket": f"/ws/runs/{run.pk}/",
        "events": reverse("api:events", args=[run.pk]),
        "epochs": recipe.fit.epochs,
        "patience": recipe.fit.stopping.patience if recipe.fit.stopping.enabled else None,
        "metrics": _metrics(recipe),
        "words": words(),
        "chips": {str(state): [css, icon] for state, (css, icon, _word) in CHIPS.items()},
    }
    return {
        "run": run,
        "step": "train",
        "chip": chip_of(run),
        "settings_shown": settings_of(recipe),
        "shown": shown,
        "metrics": shown["metrics"],
        "dataset": run.dataset_version.dataset,
    }


def _metrics(recipe: Recipe) -> list[dict[str, Any]]:
    """The task's metrics, the headline first."""
    objective = objective_of(recipe.fit.objective, recipe.data.task)
    known = metrics_of(objective, recipe.data.task)
    known.sort(key=lambda metric: metric.name != objective.headline)
    return [
        {"name": metric.name, "title": _(metric.title), "better": metric.better, "range": metric.range}
        for metric in known
    ]


def settings_of(recipe: Recipe) -> list[tuple[str, str]]:
    """The frozen settings as title and value, in the words of the settings page."""
    fit = recipe.fit
    objective = objective_of(fit.objective, recipe.data.task)
    stopping = (
        _("after %(epochs)d epochs without a gain") % {"epochs": fit.stopping.patience}
        if fit.stopping.enabled
        else _("no")
    )
    return [
        (_("Task"), TASKS[recipe.data.task]()),
        (_("Target"), ", ".join(recipe.data.target)),
        (_("Loss"), _(OBJECTIVES[objective.name].title)),
        (_("Optimizer"), _declared(OPTIMIZERS, fit.optimizer.name)),
        *_settings(OPTIMIZERS, fit.optimizer),
        (_("Schedule"), _declared(SCHEDULES, fit.schedule.name)),
        (_("Epochs"), f"{fit.epochs:,}") if fit.epochs else (_("Steps"), f"{fit.steps:,}"),
        (_("Batch size"), f"{fit.batch_size:,}"),
        (_("Stop early"), stopping),
        (_("Precision"), _automatic(fit.precision)),
        (_("Device"), _automatic(fit.device)),
        (_("Seed"), str(fit.seed)),
    ]


TASKS = {
    "binary": lambda: _("Yes or no"),
    "multiclass": lambda: _("Several classes"),
    "multilabel": lambda: _("Several labels"),
    "regression": lambda: _("Numbers"),
    "forecast": lambda: _("A forecast"),
}


def _automatic(choice: str) -> str:
    return _("Automatic") if choice == "auto" else choice


def _declared(known: dict[str, type[Declared]], name: str) -> str:
    return _(known[name].title) if name in known else name


def _settings(known: dict[str, type[Declared]], named: Any) -> list[tuple[str, str]]:
    """The settings that the recipe gives to a declared thing, by their titles."""
    fields = known[named.name].model_fields if named.name in known else {}
    return [
        (_(fields[name].title or name), f"{value:g}" if isinstance(value, float) else str(value))
        for name, value in named.settings.items()
        if name in fields
    ]


def figure(value: float | None) -> str:
    """A metric with three decimals, a tiny or huge one with three digits; "–" for none."""
    if value is None:
        return "–"
    text = f"{value:.3f}" if 0.01 <= abs(value) < 10_000 or value == 0 else f"{value:.3g}"
    return text.replace("-", "−")
