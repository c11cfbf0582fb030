"""What the home page lists: the newest runs of a project, and the projects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, IntegerField, OuterRef, QuerySet, Subquery

from studio.accounts.models import Project, User
from studio.datasets.models import Dataset
from studio.deployments.verdict import shown
from studio.networks.models import Network
from studio.runs.chips import chip_of
from studio.runs.models import Run

RECENT = 5


@dataclass(frozen=True)
class RunRow:
    """A run in the table. score: its headline metric on the test split, or None before the report."""

    run: Run
    chip: tuple[str, str, str]
    score: dict[str, Any] | None

    @property
    def score_text(self) -> str:
        return shown(self.score["value"]) if self.score else "–"


def recent_runs(user: User, project: Project) -> tuple[list[RunRow], int]:
    """The project's newest runs, and how many there are."""
    runs = Run.objects.visible_to(user).filter(project=project)
    newest = (
        runs.select_related("dataset_version__dataset")
        .defer("recipe", "dataset_version__info", "progress")
        .annotate(headline=F("model__report__headline"))
    )[:RECENT]
    return [RunRow(run, chip_of(run), run.headline) for run in newest], runs.count()


def project_cards(user: User) -> QuerySet[Project]:
    """The user's projects with ``dataset_count``, ``network_count``, ``run_count`` and ``newest_run``."""
    newest = Run.objects.filter(project=OuterRef("pk"))
    return Project.objects.visible_to(user).annotate(
        dataset_count=_count(Dataset),
        network_count=_count(Network),
        run_count=_count(Run),
        newest_run=newest.values("name")[:1],
        newest_at=newest.values("created_at")[:1],
    )


def _count(model: type) -> Subquery:
    """Rows of ``model`` per project; subqueries, since joins of three lists would multiply them."""
    rows = model.objects.filter(project=OuterRef("pk")).order_by().values("project")
    return Subquery(rows.annotate(rows=Count("pk")).values("rows"), output_field=IntegerField())
